// ANCHOR: to_json
use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};
use std::io::{self, Write};

/// Writes a value as Python's `json.dumps` does with its defaults.
///
/// # Errors
/// The value isn't JSON, for instance a map whose keys are not texts.
pub fn to_json(value: &impl Serialize) -> serde_json::Result<String> {
    let mut json = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut json, Python))?;
    Ok(String::from_utf8(json).expect("JSON is UTF-8"))
}

/// Python's style: a space after each comma and colon, ASCII only, `repr` for floats
/// (`json/encoder.py`, `json.dumps` with `ensure_ascii`).
struct Python;
// ANCHOR_END: to_json

// ANCHOR: formatter
impl Formatter for Python {
    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { out.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.begin_array_value(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    fn write_f32<W: ?Sized + Write>(&mut self, out: &mut W, number: f32) -> io::Result<()> {
        out.write_all(with_python_exponent(&format!("{number:?}")).as_bytes())
    }

    fn write_f64<W: ?Sized + Write>(&mut self, out: &mut W, number: f64) -> io::Result<()> {
        out.write_all(repr(number).as_bytes())
    }
    // ANCHOR_END: formatter

    // ANCHOR: text
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        text: &str,
    ) -> io::Result<()> {
        for letter in text.chars() {
            if matches!(letter, ' '..='~') {
                out.write_all(&[letter as u8])?;
            } else {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }
}
// ANCHOR_END: text

// ANCHOR: float
/// Python's `repr` of a float: the fewest digits that read back as the same number. Rust's `Debug`
/// finds as few. But if two texts of that length are equally close, Python takes the even one and
/// Rust takes the larger one, so the number is rounded again to as many digits, which Rust does to
/// the even one.
fn repr(number: f64) -> String {
    let shortest = format!("{number:?}");
    let digits = shortest.split('e').next().unwrap_or_default();
    let decimals = digits.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let even = if shortest.contains('e') {
        format!("{number:.decimals$e}")
    } else {
        format!("{number:.decimals$}")
    };
    let is_same = even.parse() == Ok(number);
    with_python_exponent(if is_same { &even } else { &shortest })
}

/// Rust and Python both use an exponent below 1e-4 and from 1e16 on, and spell it differently: `1e-5`
/// here, `1e-05` there.
fn with_python_exponent(number: &str) -> String {
    let Some((digits, exponent)) = number.split_once('e') else { return number.to_owned() };
    let (sign, exponent) = match exponent.strip_prefix('-') {
        Some(exponent) => ('-', exponent),
        None => ('+', exponent),
    };
    format!("{digits}e{sign}{exponent:0>2}")
}
// ANCHOR_END: float
