//! Writes what `json.dumps` writes, and the same with fewer bytes.

use super::{Dict, Text, Value};
use std::fmt::Write;

/// How JSON is spelled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Spelling {
    /// Python's default: `, ` and `: `, and ASCII alone.
    Python,
    /// No spaces, and letters as they are.
    Compact,
}

pub(crate) fn write(value: &Value, spelling: Spelling, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Integer(digits) => out.push_str(digits),
        Value::Float(number) => float(*number, out),
        Value::Text(own) => text(own, spelling, out),
        Value::List(values) => {
            out.push('[');
            for (place, value) in values.iter().enumerate() {
                comma(place, spelling, out);
                write(value, spelling, out);
            }
            out.push(']');
        }
        Value::Dict(own) => dict(own, spelling, out),
    }
}

pub(crate) fn dict(dict: &Dict, spelling: Spelling, out: &mut String) {
    out.push('{');
    for (place, (key, value)) in dict.entries.iter().enumerate() {
        comma(place, spelling, out);
        text(key, spelling, out);
        out.push_str(if spelling == Spelling::Python { ": " } else { ":" });
        write(value, spelling, out);
    }
    out.push('}');
}

fn comma(place: usize, spelling: Spelling, out: &mut String) {
    if place > 0 {
        out.push_str(if spelling == Spelling::Python { ", " } else { "," });
    }
}

/// Python's `repr` of a float: the fewest digits that read back as the same number, with an
/// exponent of two digits or more below 1e-4 and from 1e16 on (CPython's `float_repr_style`).
pub(crate) fn float(number: f64, out: &mut String) {
    if number.is_nan() {
        return out.push_str("NaN");
    }
    if number.is_infinite() {
        return out.push_str(if number > 0.0 { "Infinity" } else { "-Infinity" });
    }
    let start = out.len();
    if number == 0.0 || (1e-4..1e16).contains(&number.abs()) {
        put(out, format_args!("{number:?}"));
        if out[start..].bytes().filter(u8::is_ascii_digit).count() <= EXACT {
            return;
        }
        out.truncate(start);
    }
    let fewest = format!("{number:e}");
    let (mantissa, exponent) = fewest.split_once('e').unwrap_or((&fewest, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let is_plain = (-4..16).contains(&exponent);
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).count();
    // Halfway between two numbers of as few digits, Rust took the larger and Python takes the even
    // one: asked for that many digits, Rust takes the even one too.
    let even = format!("{number:.*e}", digits - 1);
    let mantissa = even.split_once('e').map_or(mantissa, |(mantissa, _)| mantissa);
    if is_plain {
        let decimals = (digits as i32 - 1 - exponent).max(1) as usize;
        put(out, format_args!("{number:.decimals$}"));
    } else {
        let sign = if exponent < 0 { '-' } else { '+' };
        put(out, format_args!("{mantissa}e{sign}{:02}", exponent.abs()));
    }
}

/// Numbers of so many digits are all different as floats: none is halfway between two of them.
const EXACT: usize = f64::DIGITS as usize;

/// Writing to a String cannot fail.
fn put(out: &mut String, arguments: std::fmt::Arguments) {
    let _ = out.write_fmt(arguments);
}

fn text(text: &Text, spelling: Spelling, out: &mut String) {
    out.push('"');
    match text {
        Text::Plain(own) => plain(own, spelling, out),
        Text::Halves(units) => units.iter().for_each(|unit| match u8::try_from(*unit) {
            Ok(letter @ b' '..=b'~') if letter != b'"' && letter != b'\\' => {
                out.push(letter.into())
            }
            _ => escape(*unit, out),
        }),
    }
    out.push('"');
}

fn plain(text: &str, spelling: Spelling, out: &mut String) {
    let stays = |letter: char| match letter {
        '"' | '\\' => false,
        ' '..='~' => true,
        _ => spelling == Spelling::Compact && letter >= '\u{80}',
    };
    // Most texts are plain all through, which bytes tell faster than letters.
    let is_plain = |byte: u8| (b' '..=b'~').contains(&byte) && byte != b'"' && byte != b'\\';
    if text.bytes().all(is_plain) {
        return out.push_str(text);
    }
    let mut rest = text;
    while let Some(end) = rest.find(|letter| !stays(letter)) {
        let (run, from) = rest.split_at(end);
        out.push_str(run);
        let mut letters = from.chars();
        for unit in letters.next().into_iter().flat_map(units) {
            escape(unit, out);
        }
        rest = letters.as_str();
    }
    out.push_str(rest);
}

fn units(letter: char) -> impl Iterator<Item = u16> {
    let mut pair = [0; 2];
    let length = letter.encode_utf16(&mut pair).len();
    pair.into_iter().take(length)
}

fn escape(unit: u16, out: &mut String) {
    match unit {
        0x08 => out.push_str("\\b"),
        0x09 => out.push_str("\\t"),
        0x0a => out.push_str("\\n"),
        0x0c => out.push_str("\\f"),
        0x0d => out.push_str("\\r"),
        0x22 => out.push_str("\\\""),
        0x5c => out.push_str("\\\\"),
        _ => put(out, format_args!("\\u{unit:04x}")),
    }
}
