//! Reads what `json.loads` reads, RFC 8259 and what Python adds to it, and spells it anew in one go.

use super::{DEEPEST, Dict, Entry, Spelling, float};
use std::fmt::Write;

/// Reads from the front of a text, and writes what it read.
pub(crate) struct Reader<'a> {
    rest: &'a str,
    spelling: Spelling,
    out: &'a mut String,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a str, spelling: Spelling, out: &'a mut String) -> Self {
        Self { rest: text, spelling, out }
    }

    /// None when there is more to read.
    pub(crate) fn finish(mut self) -> Option<()> {
        self.peek().is_none().then_some(())
    }

    /// Reads a value that is nested no deeper than `depth`.
    pub(crate) fn value(&mut self, depth: usize) -> Option<()> {
        match self.peek()? {
            b'"' => self.text(self.spelling),
            b'[' => self.list(depth.checked_sub(1)?),
            b'{' => {
                let dict = self.dict(depth)?;
                dict.write(self.spelling, self.out);
                Some(())
            }
            b'0'..=b'9' | b'-' => self.number(),
            _ => self.word(),
        }
    }

    /// Reads a dict, and writes nothing. Of a key that comes twice, the first place and the last
    /// value count, as in Python.
    pub(crate) fn dict(&mut self, depth: usize) -> Option<Dict> {
        let (mut dict, depth) = (Dict::default(), depth.checked_sub(1)?);
        self.expect(b'{')?;
        while !self.take(b'}') {
            if !dict.is_empty() {
                self.expect(b',')?;
            }
            dict.put(self.entry(depth)?);
        }
        Some(dict)
    }

    /// Its key is spelled as Python spells it, so that all keys can be compared.
    fn entry(&mut self, depth: usize) -> Option<Entry> {
        let start = self.out.len();
        self.text(Spelling::Python)?;
        let key = self.out.len() - start;
        self.expect(b':')?;
        self.out.push_str(self.spelling.colon());
        let value = self.out.len() - start;
        self.value(depth)?;
        let entry = Entry { text: self.out[start..].into(), key, value, spelling: self.spelling };
        self.out.truncate(start);
        Some(entry)
    }

    fn list(&mut self, depth: usize) -> Option<()> {
        self.expect(b'[')?;
        self.out.push('[');
        let start = self.out.len();
        while !self.take(b']') {
            if self.out.len() > start {
                self.expect(b',')?;
                self.out.push_str(self.spelling.comma());
            }
            self.value(depth)?;
        }
        self.out.push(']');
        Some(())
    }

    fn word(&mut self) -> Option<()> {
        let words = ["null", "true", "false", "NaN", "Infinity"];
        let word = words.into_iter().find(|word| self.skip_word(word))?;
        self.out.push_str(word);
        Some(())
    }

    /// Reads a number. A fraction or an exponent makes it a float; a whole number has any size.
    fn number(&mut self) -> Option<()> {
        self.peek()?;
        let start = self.rest;
        let read = |reader: &Self| &start[..start.len() - reader.rest.len()];
        if self.skip(b'-') && self.skip_word("Infinity") {
            self.out.push_str("-Infinity");
            return Some(());
        }
        if !self.skip(b'0') {
            self.digits()?;
        }
        let whole = read(self);
        let fraction = if self.skip(b'.') { self.digits()? } else { "" };
        let has_exponent = self.skip(b'e') || self.skip(b'E');
        if has_exponent {
            let _ = self.skip(b'+') || self.skip(b'-');
            self.digits()?;
        }
        let all = read(self);
        if all == "-0" {
            self.out.push('0');
        } else if all == whole || !has_exponent && is_fewest(all, fraction) {
            self.out.push_str(all);
        } else {
            float(all.parse().ok()?, self.out);
        }
        Some(())
    }

    /// Reads a number that is a time, and writes nothing.
    pub(crate) fn time(&mut self) -> Option<f64> {
        self.number()?;
        let seconds: f64 = self.out.parse().ok()?;
        self.out.clear();
        seconds.is_finite().then_some(seconds)
    }

    fn digits(&mut self) -> Option<&'a str> {
        let end = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.rest.split_at(end);
        self.rest = rest;
        (!digits.is_empty()).then_some(digits)
    }

    fn text(&mut self, spelling: Spelling) -> Option<()> {
        self.expect(b'"')?;
        self.out.push('"');
        loop {
            let stays = |byte| is_plain(byte) || spelling == Spelling::Compact && byte >= 0x80;
            let end = self.rest.bytes().position(|byte| !stays(byte))?;
            let (run, rest) = self.rest.split_at(end);
            self.out.push_str(run);
            self.rest = rest;
            match self.letter()? {
                '"' => {
                    self.out.push('"');
                    return Some(());
                }
                '\\' => self.escape(spelling)?,
                '\0'..' ' => return None,
                letter => {
                    for unit in letter.encode_utf16(&mut [0; 2]) {
                        escape(*unit, self.out);
                    }
                }
            }
        }
    }

    fn escape(&mut self, spelling: Spelling) -> Option<()> {
        let unit = match self.letter()? {
            letter @ ('"' | '\\' | '/') => letter as u16,
            'b' => 0x08,
            't' => 0x09,
            'n' => 0x0a,
            'f' => 0x0c,
            'r' => 0x0d,
            'u' => self.unit()?,
            _ => return None,
        };
        match spelling {
            Spelling::Compact if unit >= 0x80 => self.push_letter(unit),
            _ => escape(unit, self.out),
        }
        Some(())
    }

    /// Writes the letter that this unit is, alone or with the one that follows. A half without its
    /// other half stays an escape.
    fn push_letter(&mut self, unit: u16) {
        let rest = self.rest;
        let is_half = (0xd800..0xdc00).contains(&unit) && self.skip_word("\\u");
        let other = if is_half { self.unit() } else { None };
        match char::decode_utf16([unit].into_iter().chain(other)).next() {
            Some(Ok(letter)) => self.out.push(letter),
            _ => {
                self.rest = rest;
                escape(unit, self.out);
            }
        }
    }

    fn unit(&mut self) -> Option<u16> {
        let digits = self.rest.get(..4)?;
        digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then_some(())?;
        self.rest = &self.rest[4..];
        u16::from_str_radix(digits, 16).ok()
    }

    fn letter(&mut self) -> Option<char> {
        let letter = self.rest.chars().next()?;
        self.rest = &self.rest[letter.len_utf8()..];
        Some(letter)
    }

    /// The next byte that is no space.
    #[inline]
    fn peek(&mut self) -> Option<u8> {
        let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        let spaces = self.rest.bytes().take_while(is_space).count();
        self.rest = &self.rest[spaces..];
        self.rest.bytes().next()
    }

    /// Passes over the byte, if it is the next that is no space.
    #[inline]
    fn take(&mut self, byte: u8) -> bool {
        self.peek();
        self.skip(byte)
    }

    #[inline]
    pub(crate) fn expect(&mut self, byte: u8) -> Option<()> {
        self.take(byte).then_some(())
    }

    #[inline]
    fn skip(&mut self, byte: u8) -> bool {
        let is_next = self.rest.bytes().next() == Some(byte);
        self.rest = &self.rest[usize::from(is_next)..];
        is_next
    }

    fn skip_word(&mut self, word: &str) -> bool {
        let rest = self.rest.strip_prefix(word);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }
}

/// Whether a number with a fraction is what Python writes already: so few digits always come back
/// as they were, when none of them is for nothing.
fn is_fewest(all: &str, fraction: &str) -> bool {
    let has_no_idle_digit = fraction == "0" || !fraction.ends_with('0');
    all.len() <= f64::DIGITS as usize && has_no_idle_digit && !fraction.starts_with("0000")
}

/// The values of a list, each as Python spells it; none when it is no list.
pub(super) fn items(list: &str) -> Option<Vec<String>> {
    let (mut item, mut items) = (String::new(), Vec::new());
    let mut reader = Reader::new(list, Spelling::Python, &mut item);
    reader.expect(b'[')?;
    while !reader.take(b']') {
        if !items.is_empty() {
            reader.expect(b',')?;
        }
        reader.value(DEEPEST)?;
        items.push(std::mem::take(reader.out));
    }
    Some(items)
}

/// A text as Python spells it, in quotes.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    text.encode_utf16().for_each(|unit| escape(unit, &mut out));
    out.push('"');
    out
}

fn is_plain(byte: u8) -> bool {
    (b' '..=b'~').contains(&byte) && byte != b'"' && byte != b'\\'
}

/// One unit of UTF-16 in a text: as itself, or as Python escapes it.
fn escape(unit: u16, out: &mut String) {
    match u8::try_from(unit) {
        Ok(byte) if is_plain(byte) => out.push(byte.into()),
        Ok(b'"') => out.push_str("\\\""),
        Ok(b'\\') => out.push_str("\\\\"),
        Ok(0x08) => out.push_str("\\b"),
        Ok(b'\t') => out.push_str("\\t"),
        Ok(b'\n') => out.push_str("\\n"),
        Ok(0x0c) => out.push_str("\\f"),
        Ok(b'\r') => out.push_str("\\r"),
        _ => {
            // Writing to a String cannot fail.
            let _ = write!(out, "\\u{unit:04x}");
        }
    }
}
