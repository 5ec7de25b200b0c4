//! Which step a step is a copy of, where that is not the one above it in the folder's order.

use crate::mistake::Mistake;
use crate::repository::{Repository, Step};
use std::collections::BTreeMap;
use toml::Spanned;

/// The table of exceptions: `05f_pyramid_cookie = "05d_keyring"`, a line each.
const FILE: &str = "steps/starts_from.toml";

/// The exceptions, each step's folder with that of the step that it starts from. Without the file
/// there are none.
///
/// An error for a line that names a folder that is not a step's, or a step that does not stand above
/// the one that starts from it.
pub fn exceptions(
    repository: &Repository,
    steps: &[Step],
) -> Result<BTreeMap<String, String>, Vec<Mistake>> {
    if !repository.path(FILE).exists() {
        return Ok(BTreeMap::new());
    }
    let text = repository.read(FILE).map_err(|what| vec![Mistake::new(FILE, 0, what)])?;
    let table: BTreeMap<String, Spanned<String>> =
        toml::from_str(&text).map_err(|error| vec![unreadable(&text, &error)])?;
    let mut exceptions = BTreeMap::new();
    let mut mistakes = Vec::new();
    for (step, before) in table {
        let line = line_at(&text, before.span().start);
        let before = before.into_inner();
        match wrong(steps, &step, &before) {
            Some(what) => mistakes.push(Mistake::new(FILE, line, what)),
            None => {
                exceptions.insert(step, before);
            }
        }
    }
    if mistakes.is_empty() { Ok(exceptions) } else { Err(mistakes) }
}

fn wrong(steps: &[Step], step: &str, before: &str) -> Option<String> {
    let place = |folder: &str| steps.iter().position(|step| step.folder == folder);
    for folder in [step, before] {
        if place(folder).is_none() {
            return Some(format!("there is no step `{folder}`: name a folder of steps/"));
        }
    }
    (place(before) >= place(step)).then(|| {
        format!(
            "{step} cannot start from {before}, which does not stand above it: correct the line"
        )
    })
}

fn unreadable(text: &str, error: &toml::de::Error) -> Mistake {
    let line = error.span().map_or(0, |span| line_at(text, span.start));
    let what = format!("this is not a line `STEP = \"STEP\"` ({}): correct it", error.message());
    Mistake::new(FILE, line, what)
}

fn line_at(text: &str, offset: usize) -> usize {
    text[..offset].matches('\n').count() + 1
}
