//! A reader who has nothing but the chapter: the listings, one after the other, on what
//! `tutor start` gives, end at a program that keeps the step's promises.

use crate::real::repository;
use harness::texts::Texts;
use harness::{ScratchWorkspace, steps, texts};
use harness::{Server, ServerCommand};
use std::collections::BTreeMap;
use std::path::PathBuf;
use walks::{Report, Walk, all};
use weave::{Listing, weave, written};

#[test]
#[ignore = "builds every step again: run `just test-book`"]
fn following_the_listings_ends_at_a_program_that_keeps_the_promises() {
    let repository = repository();
    let chapters = written(&repository).unwrap();
    let woven = weave(&repository, &chapters).unwrap();
    for step in repository.steps().unwrap() {
        let chapter = format!("book/src/{}.md", step.folder);
        let walk = all().into_iter().find(|walk| walk.slug == step.slug()).unwrap();
        let listings = woven.listings.iter().filter(|(file, _)| *file == chapter);
        let listings: Vec<_> = listings.map(|(_, listing)| listing).collect();
        if listings.is_empty() {
            continue;
        }
        let package = format!("followed-{}", step.slug().replace('_', "-"));
        let mut texts = steps::started(walk.slug, walk.before, &package).unwrap();
        for listing in listings {
            follow(listing, &step.folder, &package, &mut texts);
        }
        let ours = steps::renamed(step.slug(), &package).unwrap();
        assert_eq!(filled_lines(&texts), filled_lines(&ours), "{chapter}");
        assert_keeps(walk, &package, &texts);
    }
}

fn assert_keeps(walk: &'static Walk, package: &str, texts: &Texts) {
    let scratch = ScratchWorkspace::open("followed").unwrap();
    texts::write(&scratch.copy(package), texts).unwrap();
    let program = ServerCommand::program(scratch.build(package).unwrap());
    let report = Report::run(walk, walk.promises, &Server::Program(program), |_| ());
    assert!(report.broken().is_empty(), "{report}");
}

/// Does what a listing shows: the lines that stay and those to delete are in the file, one below
/// the other, and its finished lines take their place.
fn follow(listing: &Listing, folder: &str, package: &str, texts: &mut Texts) {
    let below = listing.file.strip_prefix(&format!("steps/{folder}/"));
    let Some(below) = below.map(PathBuf::from) else { return };
    let edit = listing.edit.as_ref().unwrap();
    let name = format!("\"{}\"", walks_package(folder));
    let renamed = |lines: &[String]| -> Vec<String> {
        lines.iter().map(|line| line.replace(&name, &format!("\"{package}\""))).collect()
    };
    let text = texts.entry(below).or_default();
    let mut yours: Vec<String> = text.lines().map(str::to_owned).collect();
    // The program of one line that the first step begins with: its chapter says to replace it.
    if yours.first().is_some_and(|line| line == "//! Begin here.") {
        yours.clear();
    }
    let place = edit.at..edit.at + edit.old.len();
    assert_eq!(yours[place.clone()], renamed(&edit.old), "{}", listing.file);
    yours.splice(place, renamed(&edit.new));
    *text = yours.join("\n") + "\n";
    if listing.anchor.is_none() {
        // A listing shows no empty line at its end: where one matters, the chapter says so.
        let source = repository().source(&listing.file).unwrap();
        let is_blank = |line: &&weave::Line| line.text.trim().is_empty();
        let blank = source.lines.iter().rev().take_while(is_blank).count();
        *text = text.trim_end().to_owned() + &"\n".repeat(blank + 1);
    }
}

fn walks_package(folder: &str) -> String {
    steps::package(folder.split_once('_').unwrap().1)
}

fn filled(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.trim().is_empty()).collect()
}

fn filled_lines(texts: &Texts) -> BTreeMap<&PathBuf, Vec<&str>> {
    texts.iter().map(|(file, text)| (file, filled(text))).collect()
}

#[test]
fn every_promise_names_a_section_of_its_chapter() {
    let repository = repository();
    for walk in all() {
        for promise in walk.promises.iter().chain(walk.exercises) {
            let section = promise.section;
            let text = repository.read(&format!("book/src/{}.md", section.chapter)).unwrap();
            let mut titles = text.lines().filter(|line| line.starts_with("##"));
            let is_title = |line: &str| line.trim_start_matches('#').trim() == section.title;
            assert!(titles.any(is_title), "{}: {section}", promise.name);
        }
    }
}
