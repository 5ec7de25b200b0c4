//! Random cases: the same for the same seed.

use std::fmt::Write;

/// How deep a dict is that is a session's data.
const TOP: u64 = 3;

/// SplitMix64: simple, and good enough to choose test cases with.
pub struct Random {
    state: u64,
    /// Whether JSON has only what types of Rust hold: whole numbers of 64 bits, and Unicode.
    is_plain: bool,
}

impl Random {
    /// Makes any JSON that the engine reads: no `NaN`, no infinity, no key with half a surrogate pair.
    pub fn new(seed: u64) -> Self {
        Self { state: seed, is_plain: false }
    }

    /// Makes JSON that types of Rust hold.
    pub fn plain(seed: u64) -> Self {
        Self { state: seed, is_plain: true }
    }

    pub fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize]
    }

    /// A secret or salt: ASCII, latin-1, beyond, or longer than any hash's block.
    pub fn secret(&mut self) -> String {
        let letters: Vec<char> = match self.below(4) {
            0 => ('a'..='z').collect(),
            1 => ('\u{a1}'..='\u{ff}').collect(),
            2 => "aäж€😀\u{7f}\"\\ ".chars().collect(),
            _ => ('!'..='~').collect(),
        };
        let length = self.pick(&[0, 1, 12, 32, 64, 127, 128, 129, 1000]);
        (0..length).map(|_| self.pick(&letters)).collect()
    }

    /// A dict as JSON, spelled in one of the ways that JSON may be spelled.
    pub fn dict(&mut self) -> String {
        let mut text = String::new();
        self.write_dict(TOP, &mut text);
        text
    }

    fn write_dict(&mut self, depth: u64, out: &mut String) {
        out.push('{');
        for place in 0..self.below(5) {
            self.comma(place, out);
            self.write_text(self.is_plain || depth == TOP, out);
            self.space(out);
            out.push(':');
            self.write_value(depth, out);
        }
        out.push('}');
    }

    pub fn write_value(&mut self, depth: u64, out: &mut String) {
        self.space(out);
        match self.below(if depth == 0 {
            8
        } else if self.is_plain {
            9
        } else {
            11
        }) {
            0 => out.push_str(self.pick(&["null", "true", "false"])),
            1 => out.push_str(self.pick(&["-0.0", "0e0", "-0e1"])),
            2 => write!(out, "{}", self.below(1000)).unwrap(),
            3 if self.is_plain => write!(out, "{}", self.next() as i64).unwrap(),
            3 => write!(out, "{}{}", self.pick(&["", "-"]), self.integer()).unwrap(),
            4 | 5 => self.write_float(out),
            6 | 7 => self.write_text(self.is_plain, out),
            8 => {
                out.push('[');
                for place in 0..self.below(4) {
                    self.comma(place, out);
                    self.write_value(depth - 1, out);
                }
                out.push(']');
            }
            _ => self.write_dict(depth - 1, out),
        }
        self.space(out);
    }

    /// Digits of a whole number of any size.
    fn integer(&mut self) -> String {
        let length = self.pick(&[1, 9, 15, 16, 17, 18, 19, 20, 21, 40, 100]);
        let first = self.pick(&['1', '4', '9']);
        std::iter::once(first).chain((1..length).map(|_| self.pick(&['0', '7', '9']))).collect()
    }

    fn write_float(&mut self, out: &mut String) {
        let exponent = self.below(40) as i32 - 20;
        match self.below(6) {
            5 => write!(out, "{}.{:03}", self.below(300), self.below(10_000)).unwrap(),
            0 => write!(out, "{:?}", self.finite()).unwrap(),
            1 => write!(out, "{:e}", self.finite()).unwrap(),
            2 => write!(out, "{}.{}", self.integer(), self.integer()).unwrap(),
            3 => write!(out, "{}.5E{exponent:+}", self.below(100)).unwrap(),
            _ => {
                write!(out, "1e{}", self.pick(&[-324, -323, -7, -5, -4, 15, 16, 22, 308])).unwrap()
            }
        }
    }

    /// Any float at all: random bits.
    fn finite(&mut self) -> f64 {
        let number = f64::from_bits(self.next());
        if number.is_finite() { number } else { 0.1 }
    }

    fn write_text(&mut self, is_unicode: bool, out: &mut String) {
        out.push('"');
        for _ in 0..self.below(9) {
            match self.below(if is_unicode { 5 } else { 8 }) {
                0 => out.push_str(self.pick(&["\\n", "\\\"", "\\\\", "\\/", "\\b", "\\f", "\\t"])),
                1 => write!(out, "\\u{:04x}", self.below(0xd800)).unwrap(),
                2 => write!(out, "\\ud83d\\ude{:02x}", self.below(0x100)).unwrap(),
                3 => out.push(self.pick(&['ä', 'ж', '€', '😀', '\u{7f}', '\u{2028}', '\u{ffff}'])),
                4 => out.push(self.pick(&['a', 'Z', '0', ' ', '/', '\'', '~'])),
                5 => write!(out, "\\u{:04X}", self.below(0x1_0000)).unwrap(),
                6 => write!(out, "\\uD8{:02X}", self.below(0x100)).unwrap(),
                _ => write!(out, "\\udc{:02x}", self.below(0x100)).unwrap(),
            }
        }
        out.push('"');
    }

    fn comma(&mut self, place: u64, out: &mut String) {
        if place > 0 {
            out.push(',');
            self.space(out);
        }
    }

    fn space(&mut self, out: &mut String) {
        if self.chance(10) {
            out.push_str(self.pick(&[" ", "\n", "\t", "\r\n"]));
        }
    }
}
