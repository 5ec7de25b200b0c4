//! Copies of the real book, broken: each breach stops the build.

use crate::real::repository;
use std::fs;
use std::path::Path;
use tempfile::TempDir;
use weave::{Repository, check, weave, written};

fn copied() -> TempDir {
    let copy = TempDir::new().unwrap();
    for below in ["book", "engines", "steps", "tests"] {
        copy_folder(&repository().path(below), &copy.path().join(below));
    }
    // A chapter shows the versions that are in it.
    fs::copy(repository().path("Cargo.toml"), copy.path().join("Cargo.toml")).unwrap();
    copy
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in from.read_dir().unwrap() {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name())).unwrap();
        if path.is_file() {
            fs::copy(&path, to.join(name)).unwrap();
        } else if !["weave", "output", "state", "target"].iter().any(|left| name == *left) {
            copy_folder(&path, &to.join(name));
        }
    }
}

fn mistakes(repository: &Repository) -> String {
    let woven = written(repository).and_then(|chapters| weave(repository, &chapters));
    woven.map_or_else(|mistakes| mistakes.to_string(), |_| String::new())
}

/// The files that chapters show: of steps that have one, and of what serves the steps.
fn shown_files(repository: &Repository) -> Vec<String> {
    let chapters = written(repository).unwrap();
    let mut steps = repository.steps().unwrap();
    steps.retain(|step| chapters.iter().any(|chapter| chapter.file == step.chapter()));
    steps.push(repository.serve());
    let files = |step: &weave::Step| {
        let files = repository.files(step).unwrap().into_iter();
        files.map(|file| format!("steps/{}/{file}", step.folder)).collect::<Vec<_>>()
    };
    steps.iter().flat_map(files).collect()
}

#[test]
fn every_anchor_line_deleted_or_renamed_stops_the_build() {
    let copy = copied();
    let repository = Repository::at(copy.path());
    assert_eq!(mistakes(&repository), "");
    for file in shown_files(&repository) {
        let text = repository.read(&file).unwrap();
        for line in text.lines().filter(|line| line.contains("ANCHOR")) {
            let deleted = text.replacen(&format!("{line}\n"), "", 1);
            let renamed = text.replacen(line, &line.replacen(": ", ": other-", 1), 1);
            for broken in [deleted, renamed] {
                fs::write(repository.path(&file), broken).unwrap();
                let told = mistakes(&repository);
                assert!(told.contains("anchor `"), "{file}: `{line}`: {told}");
            }
        }
        fs::write(repository.path(&file), text).unwrap();
    }
    assert_eq!(mistakes(&repository), "");
}

#[test]
fn every_chapters_broken_fragment_stops_the_build() {
    let copy = copied();
    let repository = Repository::at(copy.path());
    for chapter in written(&repository).unwrap() {
        let link = "\n[broken](01_view_classes.md#no-such-heading)\n";
        fs::write(repository.path(&chapter.file), chapter.text + link).unwrap();
    }
    let output = TempDir::new().unwrap();
    weave::build(&repository, output.path(), false).unwrap();
    let told = check::all(&repository, output.path()).unwrap_err().to_string();
    for chapter in written(&repository).unwrap() {
        let place = format!("{}:{}: ", chapter.file, chapter.text.lines().count());
        let found = told.lines().any(|line| {
            line.starts_with(&place) && line.contains("no `#no-such-heading`: correct the link")
        });
        assert!(found, "no `{place}` in:\n{told}");
    }
}
