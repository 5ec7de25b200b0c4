use super::Finding;
use crate::change::Change;
use crate::code::code_lines;
use crate::listing::Listing;
use crate::mistake::Mistake;
use crate::repository::{Repository, Step};
use crate::weaver::Chapter;

/// The most lines of code that a step adds.
const MAX_ADDED: usize = 150;
/// The most lines of code that a step removes.
const MAX_REMOVED: usize = 60;
/// The most lines of a listing, whether they are code or not; lines to delete are not counted.
const MAX_SHOWN: usize = 40;
/// The most new lines of code of a listing.
const MAX_NEW: usize = 25;

/// A step is an hour's work and a listing fits on a screen: neither has more lines than the law of
/// this book allows.
pub fn sizes(
    repository: &Repository,
    chapters: &[Chapter],
    listings: &[(String, Listing)],
) -> Result<Vec<Finding>, String> {
    let mut findings = Vec::new();
    for step in &repository.steps()? {
        findings.extend(step_sizes(repository, step)?);
    }
    for (chapter, listing) in listings {
        let chapter = chapters.iter().find(|other| other.file == *chapter);
        if let Some(chapter) = chapter {
            findings.extend(listing_sizes(repository, chapter, listing)?);
        }
    }
    Ok(findings)
}

fn step_sizes(repository: &Repository, step: &Step) -> Result<Vec<Finding>, String> {
    let before = repository.step(&step.folder)?.1;
    let (added, removed) = Change::between(repository, step, before.as_ref())?.code_counts();
    let sizes = [("added", "adds", added, MAX_ADDED), ("removed", "removes", removed, MAX_REMOVED)];
    let over = sizes.into_iter().filter(|(.., lines, most)| lines > most);
    let finding = |(text, does, lines, most): (&str, &str, usize, usize)| {
        let what = format!(
            "step {} {does} {lines} lines of code, and {most} is the most: split it, or drop \
             something",
            step.folder
        );
        Finding::new("sizes", Mistake::new(step.chapter(), 0, what), text)
    };
    Ok(over.map(finding).collect())
}

fn listing_sizes(
    repository: &Repository,
    chapter: &Chapter,
    listing: &Listing,
) -> Result<Vec<Finding>, String> {
    let path = listing.file.trim_start_matches("steps/");
    let name = match &listing.anchor {
        Some(anchor) => format!("{path} {anchor}"),
        None => path.to_owned(),
    };
    let directive = format!("{{{{#listing {name}}}}}");
    let line = chapter.text.lines().position(|line| line.trim() == directive);
    let code = code_lines(path, &repository.source(&listing.file)?.lines);
    let new = listing.new.intersection(&code).count();
    let sizes = [("lines", listing.lines.len(), MAX_SHOWN), ("new lines of code", new, MAX_NEW)];
    let over = sizes.into_iter().filter(|(_, lines, most)| lines > most);
    let finding = |(what, lines, most): (&str, usize, usize)| {
        let what = format!("this listing has {lines} {what}, and {most} is the most: split it");
        let line = line.map_or(0, |index| index + 1);
        Finding::new("sizes", Mistake::new(&chapter.file, line, what), &name)
    };
    Ok(over.map(finding).collect())
}
