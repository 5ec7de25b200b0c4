//! Says in a few words where in a file a listing belongs, by what the reader's file has there.

use crate::diff::{Mark, Row, indent, is_blank};
use crate::source::Line;
use std::ops::Range;

/// A listing's lines in the finished file, and what the reader has of that file.
pub struct Spot<'a> {
    /// The file's name; its ending says what kind of text it is.
    pub file: &'a str,
    /// The finished file.
    pub lines: &'a [Line],
    /// For each of its lines, whether the reader's file has it.
    pub known: &'a [bool],
    /// The lines that the listing shows.
    pub shown: Range<usize>,
    /// The listing's rows, those to delete among them.
    pub rows: &'a [Row],
}

impl Spot<'_> {
    /// The place, such as ``in `impl Views`, after `hello` ``: names are in backticks.
    pub fn place(&self) -> String {
        let container = self.container();
        let inside = container.map(|index| self.inside(index));
        let spot = match self.here(container.is_some()) {
            Some(name) => format!("at `{name}`"),
            None => match self.above(container) {
                Some(name) => format!("after `{name}`"),
                None if inside.is_some() => "at the top".to_owned(),
                None => "at the top of the file".to_owned(),
            },
        };
        match inside {
            Some(inside) => format!("{inside}, {spot}"),
            None => spot,
        }
    }

    /// The item around the listing alone, for code that is not typed in.
    pub fn surroundings(&self) -> Option<String> {
        self.container().map(|index| self.inside(index))
    }

    fn inside(&self, container: usize) -> String {
        let line = self.text(container);
        let item = Item::read(line).filter(|_| self.is_rust());
        let name = item.map_or_else(|| line.trim().to_owned(), |item| item.full());
        format!("in `{name}`")
    }

    fn text(&self, index: usize) -> &str {
        &self.lines[index].text
    }

    fn is_rust(&self) -> bool {
        self.file.ends_with(".rs")
    }

    /// The nearest known item of Rust, or table of TOML, around the listing's first line.
    fn container(&self) -> Option<usize> {
        let first = self.shown.start;
        if self.file.ends_with(".toml") {
            let is_table = |index: &usize| self.text(*index).starts_with('[');
            let table = (0..=first).rev().find(is_table).filter(|index| *index < first)?;
            return self.known[table].then_some(table);
        }
        if !self.is_rust() {
            return None;
        }
        let mut margin = indent(self.text(first));
        for index in (0..first).rev() {
            let line = self.text(index);
            if is_blank(line) || indent(line) >= margin {
                continue;
            }
            // A line such as `) -> Page {` ends what a line as deep as it begins.
            margin = indent(line) + usize::from(line.trim_start().starts_with([')', '}', ']']));
            if self.known[index] && Item::read(line).is_some_and(|item| item.holds_lines(line)) {
                return Some(index);
            }
        }
        None
    }

    /// What the listing begins with, when the reader's file has that already, changed or not.
    fn here(&self, is_inside: bool) -> Option<String> {
        if !self.is_rust() {
            return (self.known[self.shown.start] && self.shown.start > 0)
                .then(|| self.entry(self.shown.start));
        }
        let begins = |index: &usize| !is_attached(self.text(*index));
        let index = self.shown.clone().find(begins).unwrap_or(self.shown.start);
        let Some(item) = Item::read(self.text(index)) else {
            return self.known[index].then(|| short(self.text(index)));
        };
        if item.keyword == "use" || item.keyword == "mod" && self.text(index).ends_with(';') {
            return None;
        }
        let name = item.name(is_inside);
        let removed = self.rows.iter().filter(|row| row.mark == Mark::Removed);
        let mut replaced = removed.filter_map(|row| Item::read(&row.text));
        let was_there = self.known[index] || replaced.any(|old| old.name(is_inside) == name);
        was_there.then_some(name)
    }

    /// The nearest thing above the listing that the reader's file has, inside the same container.
    fn above(&self, container: Option<usize>) -> Option<String> {
        let start = container.map_or(0, |index| index + 1);
        let margin = indent(self.text(self.shown.start));
        let above = (start..self.shown.start).rev();
        let mut above =
            above.filter(|index| self.known[*index] && says_something(self.text(*index)));
        if !self.is_rust() {
            return above.next().map(|index| self.entry(index));
        }
        let near = above.filter(|index| indent(self.text(*index)) == margin);
        let near: Vec<usize> = near.collect();
        let item = near.iter().find_map(|index| Item::read(self.text(*index)));
        let is_in_function = container
            .and_then(|index| Item::read(self.text(index)))
            .is_some_and(|item| item.is_fn());
        match item {
            Some(item) if !is_in_function => Some(item.name(container.is_some())),
            _ => near
                .iter()
                .find(|index| !is_attached(self.text(**index)))
                .and_then(|index| (container.is_some()).then(|| short(self.text(*index)))),
        }
    }

    /// A line of another language: its key in TOML, the line itself elsewhere.
    fn entry(&self, index: usize) -> String {
        let line = self.text(index).trim();
        let key = line.split(['.', '=', ' ']).next().unwrap_or(line);
        let is_key = self.file.ends_with(".toml") && !line.starts_with('[');
        if is_key { key.to_owned() } else { short(line) }
    }
}

/// An item of Rust, read from its first line.
struct Item<'a> {
    keyword: &'a str,
    /// From the keyword on.
    head: &'a str,
}

const KEYWORDS: [&str; 10] =
    ["fn", "impl", "struct", "enum", "trait", "mod", "use", "const", "static", "type"];
const QUALIFIERS: [&str; 3] = ["async", "unsafe", "extern"];

impl<'a> Item<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let mut head = line.trim();
        if let Some(rest) = head.strip_prefix("pub") {
            let public = match rest.strip_prefix('(') {
                Some(rest) => rest.split_once(')')?.1,
                None => rest,
            };
            head = public.strip_prefix(' ')?;
        }
        loop {
            let (word, rest) = head.split_once([' ', '<'])?;
            if QUALIFIERS.contains(&word) || (word == "const" && rest.starts_with("fn ")) {
                head = rest;
                continue;
            }
            let keyword = KEYWORDS.iter().find(|keyword| **keyword == word)?;
            return Some(Self { keyword, head });
        }
    }

    fn is_fn(&self) -> bool {
        self.keyword == "fn"
    }

    /// Whether what is in the lines below this one has its place in the item.
    fn holds_lines(&self, line: &str) -> bool {
        match self.keyword {
            "use" | "type" => false,
            "const" | "static" => !line.ends_with(';'),
            _ => true,
        }
    }

    /// The name with its keyword: `struct Page`, `impl Display for Page`, `fn open`.
    fn full(&self) -> String {
        if self.keyword == "use" {
            return short(self.head.trim_end_matches([';', '{', ':']));
        }
        let end = if self.keyword == "impl" { ["{", " where"] } else { ["(", "<"] };
        let mut head = without_generics(self.head);
        for end in end {
            head = head.split(end).next().unwrap_or_default().to_owned();
        }
        let head = head.split([':', '=', ';', '{']).next().unwrap_or_default();
        head.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The name as a reader says it: inside an `impl`, a method is just its name.
    fn name(&self, is_inside: bool) -> String {
        let full = self.full();
        match full.strip_prefix("fn ") {
            Some(name) if is_inside => name.to_owned(),
            _ => full,
        }
    }
}

fn without_generics(head: &str) -> String {
    let mut depth = 0_usize;
    let mut kept = String::new();
    for letter in head.replace("->", "  ").chars() {
        match letter {
            '<' => depth += 1,
            '>' => depth = depth.saturating_sub(1),
            _ if depth == 0 => kept.push(letter),
            _ => {}
        }
    }
    kept
}

/// Whether a line belongs to the item below it: a comment, an attribute.
fn is_attached(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with("//") || line.starts_with("#[")
}

fn says_something(line: &str) -> bool {
    line.contains(char::is_alphanumeric)
}

const SHORT: usize = 44;

/// A line, cut where it gets long.
fn short(line: &str) -> String {
    let line = line.trim().replace('`', "'");
    if line.chars().count() <= SHORT {
        return line;
    }
    let kept: String = line.chars().take(SHORT - 1).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests;
