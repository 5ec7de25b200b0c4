//! The steps of this repository: where they are, and what a copy of one begins with.

use crate::binary;
use crate::texts::{self, Texts};
use std::fs;
use std::path::{Path, PathBuf};

/// The package of a step, such as `step-view-classes` for `view_classes`.
pub fn package(slug: &str) -> String {
    format!("step-{}", slug.replace('_', "-"))
}

/// The folder of a step, such as `steps/02_sessions` for `sessions`. The error says where we looked.
pub fn folder(slug: &str) -> Result<PathBuf, String> {
    let steps = binary::workspace().join("steps");
    let folders = fs::read_dir(&steps).map_err(|error| format!("{}: {error}", steps.display()))?;
    let mut folders = folders.filter_map(|entry| Some(entry.ok()?.path()));
    let is_wanted = |folder: &PathBuf| {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.split_once('_').is_some_and(|(_, rest)| rest == slug)
    };
    folders.find(is_wanted).ok_or_else(|| format!("there is no step {slug} in {}", steps.display()))
}

/// The texts of a step under another package name, because two packages in one workspace cannot have
/// the same name.
pub fn renamed(slug: &str, package: &str) -> Result<Texts, String> {
    let mut texts = texts::read(&folder(slug)?)?;
    let old = format!("name = \"{}\"", self::package(slug));
    if let Some(manifest) = texts.get_mut(Path::new("Cargo.toml")) {
        *manifest = manifest.replace(&old, &format!("name = \"{package}\""));
    }
    Ok(texts)
}

/// A first program for the first step, which starts from no other.
const FIRST: &str = "//! Begin here.\n\nfn main() {\n    println!(\"Begin here.\");\n}\n";

/// What a reader starts with: the step that the step to build starts from, with the tests of the step
/// to build. The first step starts with its manifest and a program of one line.
pub fn started(slug: &str, before: Option<&str>, package: &str) -> Result<Texts, String> {
    let is_test = |file: &Path| file == Path::new("src/tests.rs") || file.starts_with("src/tests");
    let mut goal = renamed(slug, package)?;
    if let Some(before) = before {
        let mut texts = renamed(before, package)?;
        texts.retain(|file, _| !is_test(file));
        texts.extend(goal.into_iter().filter(|(file, _)| is_test(file)));
        return Ok(texts);
    }
    goal.retain(|file, _| is_test(file) || file == Path::new("Cargo.toml"));
    goal.insert("src/main.rs".into(), FIRST.to_owned());
    Ok(goal)
}
