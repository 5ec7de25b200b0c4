//! Reads what `json.loads` reads, RFC 8259 and what Python adds to it, and spells it again in one go.

use super::dict::{Dict, Entry};
use super::{DEEPEST, Spelling, float};
use std::borrow::Cow;

/// Reads a text from its front, and writes it in one spelling. What is spelled so already, which is
/// nearly all that a cookie brings, is written in one piece.
pub(crate) struct Reader<'a> {
    pub(super) text: &'a str,
    /// What comes next.
    pub(super) at: usize,
    /// From here to there the text is to be written as it is.
    pub(super) kept: usize,
    pub(super) out: String,
    spelling: Spelling,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a str, spelling: Spelling) -> Self {
        Self { text, at: 0, kept: 0, out: String::new(), spelling }
    }

    /// What was written; none when there is more to read.
    pub(crate) fn finish(mut self) -> Option<Cow<'a, str>> {
        if self.peek().is_some() {
            None
        } else if self.out.is_empty() {
            Some(Cow::Borrowed(&self.text[self.kept..]))
        } else {
            Some(Cow::Owned(self.written()))
        }
    }

    /// Takes what was written.
    fn written(&mut self) -> String {
        self.write(self.at, "");
        std::mem::take(&mut self.out)
    }

    /// Writes this in place of what was read since `from`.
    pub(super) fn write(&mut self, from: usize, instead: &str) {
        self.out.push_str(&self.text[self.kept..from]);
        self.out.push_str(instead);
        self.kept = self.at;
    }

    /// Drops what was written.
    fn forget(&mut self) {
        self.out.clear();
        self.kept = self.at;
    }

    /// How long is what was written.
    fn len(&self) -> usize {
        self.out.len() + self.at - self.kept
    }

    /// Reads a value that is nested no deeper than `depth`.
    pub(crate) fn value(&mut self, depth: usize) -> Option<()> {
        match self.peek()? {
            b'"' => self.quoted(self.spelling),
            b'[' => self.list(depth.checked_sub(1)?),
            b'{' => self.entries(depth).map(drop),
            b'0'..=b'9' | b'-' => self.number(),
            _ => self.word(),
        }
    }

    /// Reads a dict, and forgets what was written before.
    pub(crate) fn dict(&mut self, depth: usize) -> Option<Dict> {
        self.peek()?;
        self.forget();
        let entries = self.entries(depth)?;
        Some(Dict::of(self.written(), entries, self.spelling))
    }

    /// Reads a dict. Of a key that comes twice, the first place and the last value count, as in
    /// Python.
    fn entries(&mut self, depth: usize) -> Option<Vec<Entry>> {
        let (mut entries, depth) = (Vec::new(), depth.checked_sub(1)?);
        self.expect(b'{')?;
        let start = self.len();
        while !self.take(b'}') {
            if !entries.is_empty() {
                self.separator(self.spelling.comma())?;
            }
            entries.push(self.entry(depth)?);
        }
        if entries.len() > 1 {
            self.write(self.at, "");
            if let Some(dict) = Dict::without_twins(&self.out, start, &entries, self.spelling) {
                self.out.truncate(start - 1);
                entries = dict.write_into(&mut self.out);
            }
        }
        Some(entries)
    }

    /// Its key is spelled as Python spells it, so that all keys can be compared.
    fn entry(&mut self, depth: usize) -> Option<Entry> {
        self.peek()?;
        let start = self.len();
        self.quoted(Spelling::Python)?;
        let key = self.len() - start - 2;
        self.separator(self.spelling.colon())?;
        self.peek()?;
        let start = self.len();
        self.value(depth)?;
        Some(Entry { key, value: self.len() - start })
    }

    fn list(&mut self, depth: usize) -> Option<()> {
        self.expect(b'[')?;
        let mut is_first = true;
        while !self.take(b']') {
            if !is_first {
                self.separator(self.spelling.comma())?;
            }
            is_first = false;
            self.value(depth)?;
        }
        Some(())
    }

    /// Reads a comma or a colon, and the space after it, if there is to be one.
    fn separator(&mut self, spelled: &str) -> Option<()> {
        self.expect(spelled.as_bytes()[0])?;
        if spelled.len() > 1 && !self.skip(b' ') {
            self.write(self.at, " ");
        }
        Some(())
    }

    fn word(&mut self) -> Option<()> {
        let words = ["null", "true", "false", "NaN", "Infinity"];
        words.into_iter().any(|word| self.skip_word(word)).then_some(())
    }

    /// Reads a number. A fraction or an exponent makes it a float; a whole number has any size.
    fn number(&mut self) -> Option<()> {
        let start = self.at;
        if self.skip(b'-') && self.skip_word("Infinity") {
            return Some(());
        }
        if !self.skip(b'0') {
            self.digits()?;
        }
        let whole = self.at;
        let fraction = if self.skip(b'.') { self.digits()? } else { "" };
        let has_exponent = self.skip(b'e') || self.skip(b'E');
        if has_exponent {
            let _ = self.skip(b'+') || self.skip(b'-');
            self.digits()?;
        }
        let all = &self.text[start..self.at];
        if all == "-0" {
            self.write(start, "0");
        } else if self.at > whole && (has_exponent || !is_fewest(all, fraction)) {
            self.write(start, "");
            float(all.parse().ok()?, &mut self.out);
        }
        Some(())
    }

    /// Reads a number that is a time.
    pub(crate) fn time(&mut self) -> Option<f64> {
        self.peek()?;
        let start = self.at;
        self.number()?;
        let seconds: f64 = self.text[start..self.at].parse().ok()?;
        seconds.is_finite().then_some(seconds)
    }

    fn digits(&mut self) -> Option<&'a str> {
        let rest = &self.text[self.at..];
        let count = rest.bytes().take_while(u8::is_ascii_digit).count();
        self.at += count;
        (count > 0).then_some(&rest[..count])
    }

    /// The next byte that is no space. Spaces are not written.
    fn peek(&mut self) -> Option<u8> {
        let next = self.text.as_bytes().get(self.at).copied();
        if !next.is_some_and(is_space) {
            return next;
        }
        let start = self.at;
        let mut rest = self.text.as_bytes()[start..].iter();
        let next = rest.find(|byte| !is_space(**byte)).copied();
        self.at = self.text.len() - rest.len() - usize::from(next.is_some());
        self.write(start, "");
        next
    }

    /// Passes over the byte, if it is the next that is no space.
    fn take(&mut self, byte: u8) -> bool {
        self.peek();
        self.skip(byte)
    }

    pub(crate) fn expect(&mut self, byte: u8) -> Option<()> {
        self.take(byte).then_some(())
    }

    pub(super) fn skip(&mut self, byte: u8) -> bool {
        let is_next = self.text.as_bytes().get(self.at) == Some(&byte);
        self.at += usize::from(is_next);
        is_next
    }

    pub(super) fn skip_word(&mut self, word: &str) -> bool {
        let is_next = self.text[self.at..].starts_with(word);
        self.at += if is_next { word.len() } else { 0 };
        is_next
    }
}

/// Whether a number with a fraction is what Python writes already: so few digits always come back
/// as they were, when none of them is for nothing.
fn is_fewest(all: &str, fraction: &str) -> bool {
    let has_no_idle_digit = fraction == "0" || !fraction.ends_with('0');
    all.len() <= f64::DIGITS as usize && has_no_idle_digit && !fraction.starts_with("0000")
}

/// The values of a list; none when it is no list.
pub(super) fn items(list: &str, spelling: Spelling) -> Option<Vec<String>> {
    let mut items = Vec::new();
    let mut reader = Reader::new(list, spelling);
    reader.expect(b'[')?;
    while !reader.take(b']') {
        if !items.is_empty() {
            reader.separator(spelling.comma())?;
        }
        reader.forget();
        reader.value(DEEPEST)?;
        items.push(reader.written());
    }
    Some(items)
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}
