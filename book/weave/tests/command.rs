//! The program as a command: mdBook's preprocessor, and `build`.

use crate::fixture::Fixture;
use mdbook_driver::MDBook;
use std::fs;
use std::process::Command;

const WEAVE: &str = env!("CARGO_BIN_EXE_weave");

fn as_preprocessor(fixture: &Fixture) {
    let command =
        format!("[preprocessor.weave]\ncommand = \"{WEAVE} preprocess\"\n[output.html]\n");
    fixture.edit("book/book.toml", "[output.html.playground]", &command);
    fixture.edit("book/book.toml", "runnable = false", "");
}

#[test]
fn mdbook_weaves_with_the_command_of_book_toml() {
    let fixture = Fixture::new();
    as_preprocessor(&fixture);
    MDBook::load(fixture.path("book")).unwrap().build().unwrap();
    let page = fs::read_to_string(fixture.path("book/book/02_second.html")).unwrap();
    assert!(page.contains("<figure class=\"listing\">"), "{page}");
}

#[test]
fn mdbook_stops_at_a_mistake() {
    let fixture = Fixture::new();
    as_preprocessor(&fixture);
    fixture.edit("book/src/02_second.md", "{{#output tutor_list}}", "{{#output gone}}");
    assert!(MDBook::load(fixture.path("book")).unwrap().build().is_err());
    assert!(!fixture.path("book/book").exists());
}

#[test]
fn build_writes_the_book_or_says_what_is_wrong() {
    let fixture = Fixture::new();
    let build =
        || Command::new(WEAVE).arg("build").current_dir(fixture.path("steps")).output().unwrap();
    assert!(build().status.success());
    assert!(fixture.path("book/book/02_second.html").is_file());
    fixture.edit("book/src/02_second.md", "01_first.md#first", "01_first.md#gone");
    let output = build();
    assert!(!output.status.success());
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.starts_with("book/src/02_second.md:3: "), "{told}");
}
