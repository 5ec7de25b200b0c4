//! A walk breaks on the step that its step starts from, so both have to mean the same step.

#![allow(clippy::unwrap_used)]

use harness::binary;
use std::collections::BTreeMap;
use std::fs;
use walks::all;

/// The folders of the steps in their order, without the one that serves them.
fn folders() -> Vec<String> {
    let entries = fs::read_dir(binary::workspace().join("steps")).unwrap();
    let mut folders: Vec<String> = entries
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .filter(|name| name != "00_serve")
        .collect();
    folders.sort();
    folders
}

/// The lines `STEP = "STEP"` of `steps/starts_from.toml`, which weave reads too and checks.
fn exceptions() -> BTreeMap<String, String> {
    let table = fs::read_to_string(binary::workspace().join("steps/starts_from.toml")).unwrap();
    let lines = table.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let pairs = lines.map(|line| {
        let (step, before) = line.split_once(" = ").unwrap_or_else(|| panic!("unreadable: {line}"));
        (step.to_owned(), before.trim_matches('"').to_owned())
    });
    pairs.collect()
}

fn slug(folder: &str) -> String {
    folder.split_once('_').unwrap().1.to_owned()
}

#[test]
fn every_walk_names_the_step_that_its_step_starts_from() {
    let folders = folders();
    let exceptions = exceptions();
    for (index, folder) in folders.iter().enumerate() {
        let above = index.checked_sub(1).map(|above| &folders[above]);
        let expected = exceptions.get(folder).or(above).map(|before| slug(before));
        let walk = walks::find(&slug(folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
        let before = walk.before.map(str::to_owned);
        assert_eq!(before, expected, "`before` of the walk of {folder}");
    }
}

#[test]
fn walks_are_in_the_order_of_their_steps() {
    let slugs: Vec<_> = all().iter().map(|walk| walk.slug.to_owned()).collect();
    let steps: Vec<_> = folders().iter().map(|folder| slug(folder)).collect();
    assert_eq!(slugs, steps, "all() in tests/walks/src/lib.rs");
}
