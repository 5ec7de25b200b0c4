//! A reader who has nothing but the chapter: the listings, one after the other, on what
//! `tutor start` gives, end at the step.

use crate::real::repository;
use harness::steps;
use harness::texts::Texts;
use proc_macro2::TokenStream;
use std::path::{Path, PathBuf};
use walks::all;
use weave::{Listing, weave, written};

#[test]
fn following_the_listings_ends_at_the_step() {
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
        for file in deleted(&repository.read(&chapter).unwrap(), step.slug()) {
            assert!(texts.remove(&file).is_some(), "{chapter}: no file {}", file.display());
        }
        let ours = steps::renamed(step.slug(), &package).unwrap();
        assert!(texts.keys().eq(ours.keys()), "{chapter}: {:?}", texts.keys());
        for (file, text) in &texts {
            assert_same(&chapter, file, text, &ours[file]);
        }
    }
}

/// The files that a chapter says to delete, as in `rm my/sealed/src/signed.rs`.
fn deleted(chapter: &str, slug: &str) -> Vec<PathBuf> {
    let command = format!("rm my/{slug}/");
    chapter.lines().filter_map(|line| line.strip_prefix(&command)).map(PathBuf::from).collect()
}

/// No listing shows which blank lines to leave between two others. They mean nothing, except in a
/// literal or a template.
#[track_caller]
fn assert_same(chapter: &str, file: &Path, theirs: &str, ours: &str) {
    let place = format!("{chapter}, {}", file.display());
    assert_eq!(filled(theirs), filled(ours), "{place}");
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("rs") => assert_eq!(tokens(theirs), tokens(ours), "{place}"),
        Some("html") => assert_eq!(theirs, ours, "{place}"),
        _ => {}
    }
}

/// What the compiler sees, the text of each literal with it.
fn tokens(rust: &str) -> String {
    rust.parse::<TokenStream>().unwrap().to_string()
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
