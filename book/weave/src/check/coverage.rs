use super::Finding;
use crate::change::{Change, PACKAGE_NAME};
use crate::listing::Listing;
use crate::mistake::Mistake;
use crate::repository::Repository;
use crate::weaver::Chapter;
use std::collections::BTreeSet;

/// Every line that a step adds outside tests is in a listing of its chapter, and every step has one.
/// Lines without a letter or digit, such as `}`, and the package's name are not counted.
pub fn coverage(
    repository: &Repository,
    chapters: &[Chapter],
    listings: &[(String, Listing)],
) -> Result<Vec<Finding>, String> {
    let mut findings = Vec::new();
    for step in repository.steps()? {
        let chapter = step.chapter();
        if !chapters.iter().any(|other| other.file == chapter) {
            let what =
                format!("step {} has no chapter: write it and list it in SUMMARY.md", step.folder);
            findings.push(Finding::new("coverage", Mistake::new(&chapter, 0, what), ""));
            continue;
        }
        let before = repository.step(&step.folder)?.1;
        for (below, file) in &Change::between(repository, &step, before.as_ref())?.files {
            let path = format!("steps/{}/{below}", step.folder);
            let added = file.added();
            let shown = shown(&path, &chapter, listings);
            for line in file.lines().iter().filter(|line| added.contains(&line.number)) {
                if !shown.contains(&line.number) && counts(&line.text) {
                    let what = missing(&line.text, &chapter);
                    let mistake = Mistake::new(&path, line.number, what);
                    findings.push(Finding::new("coverage", mistake, &line.text));
                }
            }
        }
    }
    Ok(findings)
}

fn shown(path: &str, chapter: &str, listings: &[(String, Listing)]) -> BTreeSet<usize> {
    let here = listings.iter().filter(|(file, listing)| file == chapter && listing.file == path);
    here.flat_map(|(_, listing)| listing.lines.iter().copied()).collect()
}

fn counts(line: &str) -> bool {
    line.chars().any(char::is_alphanumeric) && !line.starts_with(PACKAGE_NAME)
}

fn missing(line: &str, chapter: &str) -> String {
    let line = line.trim();
    format!(
        "`{line}` is new, but no listing of {chapter} shows it: put an anchor around it and show that"
    )
}
