//! Each row of the book's table of requirements has a test that is named after it, if its step exists.

#![allow(clippy::unwrap_used)]

use harness::{binary, texts};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;

/// The number of each row of the table, and the number of its step.
fn rows() -> Vec<(u32, String)> {
    let table = binary::workspace().join("book/src/requirements.md");
    let text = fs::read_to_string(table).unwrap();
    let rows = text.lines().filter_map(|line| {
        let mut cells = line.strip_prefix('|')?.split('|').map(str::trim);
        Some((cells.next()?.parse().ok()?, cells.next()?.to_owned()))
    });
    rows.collect()
}

/// Each test that is named after a row, such as `req_26_ended_session_opens_nothing`, and where it is:
/// the walk of a step, a step or an engine.
fn tests() -> BTreeSet<(String, String)> {
    let folders = ["tests/walks", "tests/cluster", "steps", "engines"];
    folders.into_iter().flat_map(tests_below).collect()
}

fn tests_below(folder: &str) -> BTreeSet<(String, String)> {
    let root = binary::workspace().join(folder);
    let files = texts::files(&root).unwrap().into_iter();
    let files = files.filter(|file| file.extension().is_some_and(|ending| ending == "rs"));
    let mut found = BTreeSet::new();
    for file in files {
        let place = format!("{folder}/{}", file.iter().next().unwrap().display());
        let text = fs::read_to_string(root.join(file)).unwrap();
        // With its colons, `survive::req_70_…` is another step's: a promise that this one doesn't keep.
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || "_:".contains(letter);
        let words = text.split(|letter: char| !is_part(letter));
        let names = words.filter(|word| word.starts_with("req_") && word.len() > "req_00_".len());
        found.extend(names.map(|name| (name.to_owned(), place.clone())));
    }
    found
}

#[test]
fn every_requirement_of_an_existing_step_has_a_test() {
    let rows = rows();
    assert_eq!(rows.len(), 70);
    let steps = fs::read_dir(binary::workspace().join("steps")).unwrap();
    let existing: Vec<_> =
        steps.map(|step| step.unwrap().file_name().into_string().unwrap()).collect();
    let tests = tests();
    for (number, step) in rows {
        if existing.iter().any(|folder| folder.starts_with(&step)) {
            let name = format!("req_{number:02}_");
            assert!(
                tests.iter().any(|(test, _)| test.starts_with(&name)),
                "no test is named {name}…"
            );
        }
    }
}

/// `just requirements` prints this, and the book shows it.
#[test]
fn requirements_and_their_tests_are_as_the_book_shows_them() {
    let tests = tests();
    let mut table = String::new();
    for (number, step) in rows() {
        let name = format!("req_{number:02}_");
        writeln!(table, "{number}, step {step}").unwrap();
        for (test, place) in tests.iter().filter(|(test, _)| test.starts_with(&name)) {
            writeln!(table, "    {test} in {place}").unwrap();
        }
    }
    println!("{table}");
    insta::with_settings!({
        prepend_module_to_snapshot => false,
        omit_expression => true,
        snapshot_path => binary::workspace().join("tests/tutor/tests/snapshots"),
    }, { insta::assert_snapshot!("requirements", table) });
}
