use super::*;
use crate::passage::passage;
use crate::source::Source;

/// The place of the listing that begins at the line with `first` and ends at the one with `last`.
fn place(file: &str, yours: &str, ours: &str, first: &str, last: &str) -> String {
    let lines = Source::parse(ours).unwrap().lines;
    let from = lines.iter().position(|line| line.text.contains(first)).unwrap();
    let length = lines[from..].iter().position(|line| line.text.contains(last)).unwrap();
    let shown = from..from + length + 1;
    let yours: Vec<String> = yours.lines().map(str::to_owned).collect();
    let passage = passage(&yours, &lines, shown.clone());
    let known = &passage.known;
    let rows = &passage.rows;
    Spot { file, lines: &lines, known, shown, rows }.place()
}

const BEFORE: &str = "\
//! A step.

use std::fs;

/// A page.
pub struct Page;

impl<S: Send> Views<S> {
    pub async fn home(self) -> Page {
        Page
    }

    pub async fn hello(
        self,
    ) -> Page {
        let a = 1;
        Page
    }
}
";

/// `BEFORE` with one text replaced, and the place of the lines from `first` to `last`.
fn rust(from: &str, to: &str, first: &str, last: &str) -> String {
    assert!(BEFORE.contains(from));
    place("a.rs", BEFORE, &BEFORE.replacen(from, to, 1), first, last)
}

#[test]
fn method_comes_after_the_one_that_is_there() {
    let end = "        Page\n    }\n}\n";
    let with = "        Page\n    }\n\n    /// Counts.\n    async fn counter(&self) -> u64 {\n        \
                1\n    }\n}\n";
    assert_eq!(rust(end, with, "/// Counts", "        1"), "in `impl Views`, after `hello`");
    let first = "impl<S: Send> Views<S> {\n";
    let with = "impl<S: Send> Views<S> {\n    fn new() -> Self {}\n\n";
    assert_eq!(rust(first, with, "fn new", "fn new"), "in `impl Views`, at the top");
}

#[test]
fn changed_method_is_named() {
    let place = rust("pub async fn home(self)", "pub async fn home(mut self)", "fn home", "Page");
    assert_eq!(place, "in `impl Views`, at `home`");
}

#[test]
fn statement_comes_after_the_statement_that_is_there() {
    let place = rust("let a = 1;\n", "let a = 1;\n        let b = 2;\n", "let b", "let b");
    assert_eq!(place, "in `fn hello`, after `let a = 1;`");
}

#[test]
fn item_comes_after_the_item_that_is_there() {
    let place =
        rust("pub struct Page;\n", "pub struct Page;\n\nconst A: u8 = 1;\n", "A: u8", "A: u8");
    assert_eq!(place, "after `struct Page`");
    let place = rust("use std::fs;\n", "use std::fs;\nuse std::io;\n", "std::io", "std::io");
    assert_eq!(place, "after `use std::fs`");
    let place = rust("//! A step.", "//! Another.", "//! Another.", "use");
    assert_eq!(place, "at the top of the file");
}

#[test]
fn item_that_the_reader_does_not_have_names_no_place() {
    let two = "pub struct Page;\n\npub struct New;\n\npub struct Newer;\n";
    let place = rust("pub struct Page;\n", two, "Newer", "Newer");
    assert_eq!(place, "after `struct Page`");
}

#[test]
fn line_of_a_constant_names_the_constant() {
    let yours = "const SHORT: u8 = 1;\n\nconst SAVE: &str = \"\n    first()\n    last()\";\n";
    let ours = yours.replace("    first()\n", "    first()\n    second()\n");
    let place = place("a.rs", yours, &ours, "second()", "second()");
    assert_eq!(place, "in `const SAVE`, after `first()`");
}

#[test]
fn other_files_name_a_line() {
    let manifest = "[package]\nname = \"a\"\n\n[dependencies]\naxum.workspace = true\n";
    let more = format!("{manifest}cookie.workspace = true\n");
    let toml = |first| place("Cargo.toml", manifest, &more, first, "cookie");
    assert_eq!(toml("cookie"), "in `[dependencies]`, after `axum`");
    assert_eq!(toml("[dependencies]"), "at `[dependencies]`");
    let page = "<h1>Hi</h1>\n</body>\n";
    let more = page.replace("</h1>\n", "</h1>\n<p>1</p>\n");
    assert_eq!(place("a.html", page, &more, "<p>", "<p>"), "after `<h1>Hi</h1>`");
    assert_eq!(place("a.html", page, &more, "<h1>", "<p>"), "at the top of the file");
}

#[test]
fn long_lines_are_cut() {
    let long = format!("<p>{}</p>", "x".repeat(60));
    assert_eq!(short(&long).chars().count(), SHORT);
    assert!(short(&long).ends_with('…'));
}
