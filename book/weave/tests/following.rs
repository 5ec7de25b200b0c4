//! A reader who has nothing but the chapter: the listings, one after the other, on what
//! `tutor start` gives, end at a program that keeps the step's promises.

use crate::real::repository;
use similar::{DiffOp, TextDiff};
use std::collections::BTreeMap;
use std::path::PathBuf;
use walks::harness::workshop::{self, Texts, Workshop};
use walks::harness::{Launch, Subject};
use walks::walks::{Report, Walk, all};
use weave::{Listing, weave, written};

#[test]
fn following_the_listings_ends_at_a_program_that_keeps_the_promises() {
    let repository = repository();
    let chapters = written(&repository).unwrap();
    let woven = weave(&repository, &chapters).unwrap();
    for step in repository.steps().unwrap().iter().filter(|step| !repository.is_library(step)) {
        let chapter = format!("book/src/{}.md", step.folder);
        let walk = all().into_iter().find(|walk| walk.slug == step.slug()).unwrap();
        let listings = woven.listings.iter().filter(|(file, _)| *file == chapter);
        let listings: Vec<_> = listings.map(|(_, listing)| listing).collect();
        if listings.is_empty() {
            continue;
        }
        let package = format!("followed-{}", step.slug().replace('_', "-"));
        let mut texts = workshop::started(walk, &package).unwrap();
        for listing in listings {
            follow(listing, &step.folder, &package, &mut texts);
        }
        let ours = workshop::renamed_step(step.slug(), &package).unwrap();
        assert_eq!(filled_lines(&texts), filled_lines(&ours), "{chapter}");
        assert_keeps(walk, &package, &texts);
    }
}

fn assert_keeps(walk: &'static Walk, package: &str, texts: &Texts) {
    let shop = Workshop::open("followed").unwrap();
    workshop::write(&shop.copy(package), texts).unwrap();
    let program = Launch::program(shop.build(package).unwrap());
    let report = Report::of(walk, walk.promises, &Subject::Program(program), |_| ());
    assert!(report.broken().is_empty(), "{report}");
}

/// Puts a listing where it belongs: what stands there, up to the lines that stay, gives way to it.
fn follow(listing: &Listing, folder: &str, package: &str, texts: &mut Texts) {
    let below = listing.file.strip_prefix(&format!("steps/{folder}/"));
    let Some(below) = below.map(PathBuf::from) else { return };
    let source = repository().source(&listing.file).unwrap();
    let ours: Vec<String> = source
        .lines
        .iter()
        .map(|line| {
            line.text.replace(&format!("\"{}\"", walks_package(folder)), &format!("\"{package}\""))
        })
        .collect();
    let shown: Vec<usize> = (0..ours.len())
        .filter(|index| listing.lines.contains(&source.lines[*index].number))
        .collect();
    let (first, mut end) = (shown[0], shown[shown.len() - 1] + 1);
    let text = texts.entry(below).or_default();
    if text.is_empty() && listing.anchor.is_none() {
        // A listing shows no empty line at its end: where one matters, the chapter says so.
        end = ours.len();
    }
    let yours: Vec<String> = text.lines().map(str::to_owned).collect();
    let (from, to) = place(&yours, &ours, first, end);
    let mut followed = yours[..from].to_vec();
    followed.extend_from_slice(&ours[first..end]);
    followed.extend_from_slice(&yours[to..]);
    *text = followed.join("\n") + "\n";
}

fn walks_package(folder: &str) -> String {
    walks::walks::package(folder.split_once('_').unwrap().1)
}

/// The lines of yours that stand where ours has the lines from `first` up to `end`.
fn place(yours: &[String], ours: &[String], first: usize, end: usize) -> (usize, usize) {
    let (old, new): (Vec<&str>, Vec<&str>) =
        (yours.iter().map(String::as_str).collect(), ours.iter().map(String::as_str).collect());
    let ops = TextDiff::from_slices(&old, &new).ops().to_vec();
    let before = |index: usize, op: &DiffOp| index < op.new_range().end;
    let from = ops.iter().find(|op| before(first, op)).map_or(yours.len(), |op| match op {
        DiffOp::Equal { old_index, new_index, .. } => old_index + first - new_index,
        op => op.old_range().start,
    });
    let to = ops.iter().find(|op| before(end - 1, op)).map_or(yours.len(), |op| match op {
        DiffOp::Equal { old_index, new_index, .. } => old_index + end - new_index,
        op => op.old_range().end,
    });
    (from, to)
}

fn filled(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.trim().is_empty()).collect()
}

fn filled_lines(texts: &Texts) -> BTreeMap<&PathBuf, Vec<&str>> {
    texts.iter().map(|(file, text)| (file, filled(text))).collect()
}

#[test]
fn every_promise_names_a_section_that_stands() {
    let repository = repository();
    for walk in all() {
        for promise in walk.promises.iter().chain(walk.exercises) {
            let (page, fragment) = promise.section.split_once(".html#").unwrap();
            let text = repository.read(&format!("book/src/{page}.md")).unwrap();
            let titles = text.lines().filter(|line| line.starts_with("##"));
            let named = |title: &str| {
                let title = title.trim_start_matches('#').trim().to_lowercase();
                let kept = |letter: &char| letter.is_alphanumeric() || *letter == ' ';
                title.chars().filter(kept).collect::<String>().replace(' ', "-") == fragment
            };
            assert!(titles.into_iter().any(named), "{}: {}", promise.name, promise.section);
        }
    }
}
