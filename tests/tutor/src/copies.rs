use crate::names::chapter;
use harness::texts::{self, Texts};
use harness::{binary, steps};
use similar::TextDiff;
use std::collections::BTreeSet;
use std::fs;
use std::io::{Write, stdout};
use std::path::Path;
use std::process::ExitCode;
use walks::{Walk, all};

/// Prints the steps in their order.
pub fn list(my: &Path) -> Result<ExitCode, String> {
    let mut above = None;
    for walk in all() {
        let state = state(walk.before, above, my.join(walk.slug).exists());
        above = Some(walk.slug);
        let line = format!("{:14} {:2} promises  {state}", walk.slug, walk.promises.len());
        println!("{}", line.trim_end());
    }
    Ok(ExitCode::SUCCESS)
}

/// What the list says about a step: whether it is started, or else the step that it starts from, if
/// that is not the one above it.
fn state(before: Option<&str>, above: Option<&str>, is_started: bool) -> String {
    match before {
        _ if is_started => "started".to_owned(),
        Some(before) if above != Some(before) => format!("starts from {before}"),
        _ => String::new(),
    }
}

/// Copies the step that a step starts from, and the tests of the step to build. Never overwrites a copy.
pub fn start(my: &Path, walk: &Walk) -> Result<ExitCode, String> {
    let slug = walk.slug;
    let folder = my.join(slug);
    if folder.exists() {
        return Err(format!(
            "{} is there already: go on with it, or move it out of {}/ to start again",
            shown(&folder),
            shown(my)
        ));
    }
    let texts = steps::started(slug, walk.before, &my_package(slug))?;
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    texts::write(&folder, &texts)?;
    println!(
        "{} is yours now. Read {} and type along\n\
         (`cargo run -p weave` serves the book at http://localhost:6544/).\n\
         Then check your program with `cargo tutor check {slug}`.",
        shown(&folder),
        chapter(walk),
    );
    Ok(ExitCode::SUCCESS)
}

/// What to do if there is no copy of a step.
pub fn missing(walk: &Walk, folder: &Path) -> String {
    let folder = shown(folder);
    format!("there is no package in {folder}: start with `cargo tutor start {}`", walk.slug)
}

/// Prints what would turn the reader's copy into ours; the exit code is 1 if they differ.
pub fn diff(my: &Path, walk: &Walk) -> Result<ExitCode, String> {
    let slug = walk.slug;
    let yours = my.join(slug);
    if !yours.exists() {
        return Err(missing(walk, &yours));
    }
    let theirs = steps::renamed(slug, &my_package(slug))?;
    let mine = texts::read(&yours)?;
    let files: BTreeSet<_> = mine.keys().chain(theirs.keys()).collect();
    let text = |texts: &Texts, file| texts.get(file).cloned().unwrap_or_default();
    let mut differences = String::new();
    for file in files {
        let mine = text(&mine, file);
        let theirs = text(&theirs, file);
        let names = [format!("yours/{}", file.display()), format!("ours/{}", file.display())];
        let difference = TextDiff::from_lines(&mine, &theirs);
        let difference = difference.unified_diff().header(&names[0], &names[1]).to_string();
        differences.push_str(&difference);
    }
    if differences.is_empty() {
        print_if_read(&format!("{} is the same as ours.\n", shown(&yours)));
        return Ok(ExitCode::SUCCESS);
    }
    print_if_read(&differences);
    Ok(ExitCode::FAILURE)
}

fn my_package(slug: &str) -> String {
    format!("my-{}", slug.replace('_', "-"))
}

/// Prints, and ignores that the reader of a pipe has ended, as in `tutor diff sessions | head`.
fn print_if_read(text: &str) {
    stdout().write_all(text.as_bytes()).ok();
}

fn shown(folder: &Path) -> String {
    folder.strip_prefix(binary::workspace()).unwrap_or(folder).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn list_names_the_step_that_one_starts_from_unless_it_is_the_one_above() {
        assert_eq!(state(Some("keyring"), Some("sealed"), false), "starts from keyring");
        assert_eq!(state(Some("sealed"), Some("sealed"), false), "");
        assert_eq!(state(None, None, false), "");
        assert_eq!(state(Some("keyring"), Some("sealed"), true), "started");
    }
}
