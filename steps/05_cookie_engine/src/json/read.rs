//! Reads what `json.loads` reads: RFC 8259 and what Python adds to it.

use super::{Dict, Text, Value};
use std::sync::Arc;

/// Most digits of a whole number that Python 3.11 reads (`sys.set_int_max_str_digits`).
const MOST_DIGITS: usize = 4300;

/// The value that the text is; none when it is not one value, or is nested deeper than `depth`.
pub(crate) fn read(text: &str, depth: usize) -> Option<Value> {
    let mut reader = Reader { rest: text };
    let value = reader.value(depth)?;
    reader.skip_space();
    reader.rest.is_empty().then_some(value)
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn value(&mut self, depth: usize) -> Option<Value> {
        self.skip_space();
        match self.rest.as_bytes().first()? {
            b'"' => Some(Value::Text(self.text()?)),
            b'[' => self.list(depth.checked_sub(1)?),
            b'{' => self.dict(depth.checked_sub(1)?),
            b'0'..=b'9' | b'-' => self.number(),
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Option<Value> {
        const WORDS: [(&str, Value); 5] = [
            ("null", Value::Null),
            ("true", Value::Bool(true)),
            ("false", Value::Bool(false)),
            ("NaN", Value::Float(f64::NAN)),
            ("Infinity", Value::Float(f64::INFINITY)),
        ];
        WORDS.into_iter().find(|(word, _)| self.skip(word)).map(|(_, value)| value)
    }

    fn list(&mut self, depth: usize) -> Option<Value> {
        let mut list = Vec::new();
        self.skip("[");
        self.skip_space();
        if self.skip("]") {
            return Some(Value::List(Arc::new(list)));
        }
        loop {
            list.push(self.value(depth)?);
            self.skip_space();
            if self.skip("]") {
                return Some(Value::List(Arc::new(list)));
            }
            self.skip(",").then_some(())?;
        }
    }

    /// Of a key that comes twice, the first place and the last value count, as in Python.
    fn dict(&mut self, depth: usize) -> Option<Value> {
        let mut dict = Dict::default();
        self.skip("{");
        self.skip_space();
        if self.skip("}") {
            return Some(Value::Dict(dict));
        }
        loop {
            self.skip_space();
            let key = self.text()?;
            self.skip_space();
            self.skip(":").then_some(())?;
            dict.put(key, self.value(depth)?);
            self.skip_space();
            if self.skip("}") {
                return Some(Value::Dict(dict));
            }
            self.skip(",").then_some(())?;
        }
    }

    /// A whole number stays its digits; a fraction or an exponent makes it a float.
    fn number(&mut self) -> Option<Value> {
        let start = self.rest;
        let negative = self.skip("-");
        if negative && self.skip("Infinity") {
            return Some(Value::Float(f64::NEG_INFINITY));
        }
        if !self.skip("0") {
            self.digits()?;
        }
        let whole = &start[..start.len() - self.rest.len()];
        if self.skip(".") {
            self.digits()?;
        }
        if self.skip("e") || self.skip("E") {
            let _ = self.skip("+") || self.skip("-");
            self.digits()?;
        }
        let all = &start[..start.len() - self.rest.len()];
        if all.len() > whole.len() {
            return Some(Value::Float(all.parse().ok()?));
        }
        let digits = if whole == "-0" { "0" } else { whole };
        (digits.len() <= MOST_DIGITS).then(|| Value::Integer(digits.to_owned()))
    }

    fn digits(&mut self) -> Option<()> {
        let digits = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        self.rest = &self.rest[digits..];
        (digits > 0).then_some(())
    }

    fn text(&mut self) -> Option<Text> {
        self.skip("\"").then_some(())?;
        let mut text = Text::Plain(String::new());
        loop {
            let is_end = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..b' ');
            let end = self.rest.as_bytes().iter().position(is_end)?;
            let (run, rest) = self.rest.split_at(end);
            text.push(run);
            self.rest = rest;
            if self.skip("\"") {
                return Some(text);
            }
            self.skip("\\").then_some(())?;
            self.escape(&mut text)?;
        }
    }

    fn escape(&mut self, text: &mut Text) -> Option<()> {
        let letter = self.rest.chars().next()?;
        self.rest = &self.rest[letter.len_utf8()..];
        match letter {
            '"' | '\\' | '/' => text.push(letter.encode_utf8(&mut [0; 4])),
            'b' => text.push("\u{8}"),
            'f' => text.push("\u{c}"),
            'n' => text.push("\n"),
            'r' => text.push("\r"),
            't' => text.push("\t"),
            'u' => self.unit_escape(text)?,
            _ => return None,
        }
        Some(())
    }

    /// One `\uXXXX`, or two that are a surrogate pair.
    fn unit_escape(&mut self, text: &mut Text) -> Option<()> {
        let first = self.unit()?;
        let rest = self.rest;
        let second =
            if (0xd800..0xdc00).contains(&first) && self.skip("\\u") { self.unit() } else { None };
        let pair = second.and_then(|second| char::decode_utf16([first, second]).next()?.ok());
        if pair.is_none() {
            self.rest = rest;
        }
        match pair.or_else(|| char::from_u32(first.into())) {
            Some(letter) => text.push(letter.encode_utf8(&mut [0; 4])),
            None => text.push_half(first),
        }
        Some(())
    }

    fn unit(&mut self) -> Option<u16> {
        let digits = self.rest.get(..4)?;
        digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then_some(())?;
        self.rest = &self.rest[4..];
        u16::from_str_radix(digits, 16).ok()
    }

    fn skip(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }
}

impl Text {
    fn push(&mut self, run: &str) {
        match self {
            Self::Plain(text) => text.push_str(run),
            Self::Halves(units) => units.extend(run.encode_utf16()),
        }
    }

    fn push_half(&mut self, half: u16) {
        let mut units = match self {
            Self::Plain(text) => text.encode_utf16().collect(),
            Self::Halves(units) => std::mem::take(units),
        };
        units.push(half);
        *self = Self::Halves(units);
    }
}
