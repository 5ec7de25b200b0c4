//! Each row of the book's table of requirements has a test that is named after it, if its step exists.

#![allow(clippy::unwrap_used)]

use harness::{binary, texts};
use std::fs;
use std::path::Path;

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

fn rust_below(folder: &Path) -> String {
    let files = texts::files(folder).unwrap().into_iter();
    let files = files.filter(|file| file.extension().is_some_and(|ending| ending == "rs"));
    files.map(|file| fs::read_to_string(folder.join(file)).unwrap()).collect()
}

#[test]
fn every_requirement_of_an_existing_step_has_a_test() {
    let rows = rows();
    assert_eq!(rows.len(), 70);
    let steps = fs::read_dir(binary::workspace().join("steps")).unwrap();
    let existing: Vec<_> =
        steps.map(|step| step.unwrap().file_name().into_string().unwrap()).collect();
    let tests =
        ["tests", "steps", "engines"].map(|folder| rust_below(&binary::workspace().join(folder)));
    for (number, step) in rows {
        if existing.iter().any(|folder| folder.starts_with(&step)) {
            let name = format!("req_{number:02}_");
            assert!(tests.iter().any(|text| text.contains(&name)), "no test is named {name}…");
        }
    }
}
