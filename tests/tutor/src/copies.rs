use harness::binary;
use harness::{
    steps,
    texts::{self, Texts},
};
use similar::TextDiff;
use std::collections::BTreeSet;
use std::fs;
use std::io::{Write, stdout};
use std::path::Path;
use std::process::ExitCode;
use walks::{all, find};

/// Prints the steps in their order.
pub fn list(my: &Path) -> Result<ExitCode, String> {
    for walk in all() {
        let begun = if my.join(walk.slug).exists() { "begun" } else { "" };
        let line = format!("{:14} {:2} promises  {begun}", walk.slug, walk.promises.len());
        println!("{}", line.trim_end());
    }
    Ok(ExitCode::SUCCESS)
}

/// Copies the step before, with the tests of the step to build, and never over what is there.
pub fn start(my: &Path, slug: &str) -> Result<ExitCode, String> {
    let walk = find(slug)?;
    let folder = my.join(slug);
    if folder.exists() {
        return Err(format!(
            "{} is there already: go on with it, or move it out of {} to begin again",
            folder.display(),
            shown(my)
        ));
    }
    let texts = steps::started(walk.slug, walk.before, &my_package(slug))?;
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    texts::write(&folder, &texts)?;
    println!(
        "{} is yours. Read the chapter (`just book`, http://localhost:6544/), and check your program with `just check {slug}` or\n\
         `cargo run -p walks --bin tutor -- check {slug}`.",
        shown(&folder)
    );
    Ok(ExitCode::SUCCESS)
}

/// Prints what turns the reader's copy into ours; the exit code is 1 if they differ.
pub fn diff(my: &Path, slug: &str) -> Result<ExitCode, String> {
    let yours = my.join(slug);
    if !yours.exists() {
        return Err(format!("no copy in {}: begin with `just start {slug}`", yours.display()));
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
        say(&format!("{} is the same as ours.\n", shown(&yours)));
        return Ok(ExitCode::SUCCESS);
    }
    say(&differences);
    Ok(ExitCode::FAILURE)
}

fn my_package(slug: &str) -> String {
    format!("my-{}", slug.replace('_', "-"))
}

/// Prints, and is content when nobody reads on, as in `tutor diff sessions | head`.
fn say(text: &str) {
    let _ = stdout().write_all(text.as_bytes());
}

fn shown(folder: &Path) -> String {
    folder.strip_prefix(binary::workspace()).unwrap_or(folder).display().to_string()
}
