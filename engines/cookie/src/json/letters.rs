//! The letters of texts.

use super::{Reader, Spelling};
use std::{borrow::Cow, fmt::Write};

/// How many bytes are looked at in one go.
const RUN: usize = 16;

impl Reader<'_> {
    /// Reads a text in quotes.
    pub(super) fn quoted(&mut self, spelling: Spelling) -> Option<()> {
        self.expect(b'"')?;
        loop {
            let rest = &self.text.as_bytes()[self.at..];
            self.at += match spelling {
                Spelling::Python => run(rest, is_plain),
                Spelling::Compact => run(rest, |byte| is_plain(byte) || byte >= 0x80),
            };
            if self.skip(b'"') {
                return Some(());
            }
            let start = self.at;
            match self.letter()? {
                '\\' => {
                    let unit = self.escaped_unit()?;
                    self.write(start, "");
                    match spelling {
                        Spelling::Compact if unit >= 0x80 => self.push_letter(unit),
                        _ => escape(unit, &mut self.out),
                    }
                }
                '\0'..' ' => return None,
                letter => {
                    self.write(start, "");
                    for unit in letter.encode_utf16(&mut [0; 2]) {
                        escape(*unit, &mut self.out);
                    }
                }
            }
        }
    }

    fn escaped_unit(&mut self) -> Option<u16> {
        Some(match self.letter()? {
            letter @ ('"' | '\\' | '/') => letter as u16,
            'b' => 0x08,
            't' => 0x09,
            'n' => 0x0a,
            'f' => 0x0c,
            'r' => 0x0d,
            'u' => self.unit()?,
            _ => return None,
        })
    }

    /// Writes the letter that this unit is, alone or with the one that follows. A half without its
    /// other half stays an escape.
    fn push_letter(&mut self, unit: u16) {
        let at = self.at;
        let is_half = (0xd800..0xdc00).contains(&unit) && self.skip_word("\\u");
        let other = if is_half { self.unit() } else { None };
        match char::decode_utf16([unit].into_iter().chain(other)).next() {
            Some(Ok(letter)) => self.out.push(letter),
            _ => {
                self.at = at;
                escape(unit, &mut self.out);
            }
        }
        self.kept = self.at;
    }

    fn unit(&mut self) -> Option<u16> {
        let digits = self.text.get(self.at..self.at + 4)?;
        digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then_some(())?;
        self.at += 4;
        u16::from_str_radix(digits, 16).ok()
    }

    fn letter(&mut self) -> Option<char> {
        let letter = self.text[self.at..].chars().next()?;
        self.at += letter.len_utf8();
        Some(letter)
    }
}

/// A text as Python spells it between quotes.
pub(super) fn escaped(text: &str) -> Cow<'_, str> {
    if text.bytes().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() * 2);
    text.encode_utf16().for_each(|unit| escape(unit, &mut out));
    Cow::Owned(out)
}

/// How many bytes at the front are such bytes.
pub(super) fn run(bytes: &[u8], is_such: impl Fn(u8) -> bool) -> usize {
    // Without a way out of the inner loop the compiler compares all bytes of a chunk at once.
    let are_such = |chunk: &&[u8]| chunk.iter().fold(true, |all, byte| all & is_such(*byte));
    let start = bytes.chunks_exact(RUN).take_while(are_such).count() * RUN;
    let rest = bytes[start..].iter().position(|byte| !is_such(*byte));
    rest.map_or(bytes.len(), |rest| start + rest)
}

/// Whether Python spells it as it is.
pub(super) fn is_plain(byte: u8) -> bool {
    (b' '..=b'~').contains(&byte) && byte != b'"' && byte != b'\\'
}

/// One unit of UTF-16 in a text: as itself, or as Python escapes it.
pub(super) fn escape(unit: u16, out: &mut String) {
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
