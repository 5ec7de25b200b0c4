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

/// The files of what chapters show: of steps that have one, of what serves the steps, and of engines.
fn shown_files(repository: &Repository) -> Vec<String> {
    let chapters = written(repository).unwrap();
    let mut steps = repository.steps().unwrap();
    steps.retain(|step| chapters.iter().any(|chapter| chapter.file == step.chapter()));
    steps.push(repository.serve());
    let mut folders: Vec<_> = steps.iter().map(|step| format!("steps/{}", step.folder)).collect();
    let shown = weave(repository, &chapters).unwrap().files;
    let mut engines = repository.engines();
    engines.retain(|engine| shown.iter().any(|(file, _)| file.starts_with(&format!("{engine}/"))));
    folders.extend(engines);
    let files = |folder: &String| {
        let files = repository.files_below(folder).unwrap().into_iter();
        files.map(|file| format!("{folder}/{file}")).collect::<Vec<_>>()
    };
    folders.iter().flat_map(files).collect()
}

/// In each round one line of every file is broken, since a build of the whole book takes its time.
#[test]
fn every_anchor_line_deleted_or_renamed_stops_the_build() {
    let copy = copied();
    let repository = Repository::at(copy.path());
    assert_eq!(mistakes(&repository), "");
    let read = |file: String| (repository.read(&file).unwrap(), file);
    let mut files: Vec<_> = shown_files(&repository).into_iter().map(read).collect();
    for round in 0.. {
        files.retain(|(text, _)| anchor_lines(text).nth(round).is_some());
        if files.is_empty() {
            break;
        }
        for break_line in [deleted, renamed] {
            for (text, file) in &files {
                let line = anchor_lines(text).nth(round).unwrap();
                fs::write(repository.path(file), break_line(text, line)).unwrap();
            }
            let told = mistakes(&repository);
            for (text, file) in &files {
                let line = anchor_lines(text).nth(round).unwrap();
                let is_told = |told: &str| told.contains(file) && told.contains("anchor `");
                assert!(told.lines().any(is_told), "{file}: `{line}`: {told}");
                fs::write(repository.path(file), text).unwrap();
            }
        }
    }
    assert_eq!(mistakes(&repository), "");
}

fn anchor_lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| line.contains("ANCHOR"))
}

fn deleted(text: &str, line: &str) -> String {
    text.replacen(&format!("{line}\n"), "", 1)
}

fn renamed(text: &str, line: &str) -> String {
    text.replacen(line, &line.replacen(": ", ": other-", 1), 1)
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
