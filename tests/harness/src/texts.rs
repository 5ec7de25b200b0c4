//! The files of a step or of a copy, as texts that can be changed and written.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The files of a step or a copy, as paths below its folder, sorted; what cargo builds, what a run
/// keeps and the fuzz workspace are left out.
pub fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(below) = folders.pop() {
        for entry in fs::read_dir(folder.join(&below))? {
            let entry = entry?;
            let path = below.join(entry.file_name());
            if !entry.file_type()?.is_dir() {
                found.push(path);
            } else if !["target", "state", "fuzz"].iter().any(|built| path == Path::new(built)) {
                folders.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// A step's or a copy's files: the text of each by its path.
pub type Texts = BTreeMap<PathBuf, String>;

/// Reads a step or a copy, the lines that mark the book's listings left out.
pub fn read(folder: &Path) -> Result<Texts, String> {
    let read = || -> io::Result<Texts> {
        let text = |file: &PathBuf| fs::read_to_string(folder.join(file));
        files(folder)?
            .into_iter()
            .map(|file| Ok((file.clone(), without_anchors(&text(&file)?))))
            .collect()
    };
    read().map_err(|error| format!("cannot read {} ({error})", folder.display()))
}

/// Applies a patch in the unified format. Lines before its first `--- FILE` are ignored. The error
/// says which file the patch does not fit.
pub fn apply(patch: &str, texts: &mut Texts) -> Result<(), String> {
    let parts = patch.split("\n--- ").skip(1).map(|part| format!("--- {part}\n"));
    parts.into_iter().try_for_each(|part| apply_to_file(&part, texts))
}

fn apply_to_file(patch: &str, texts: &mut Texts) -> Result<(), String> {
    let patch = diffy::Patch::from_str(patch).map_err(|error| error.to_string())?;
    let file = PathBuf::from(patch.original().unwrap_or_default());
    let text = texts.get_mut(&file).ok_or_else(|| format!("no file {}", file.display()))?;
    *text = diffy::apply(text, &patch)
        .map_err(|error| format!("the patch does not fit {} ({error})", file.display()))?;
    Ok(())
}

/// Writes a copy. Files that are right already are not touched, so cargo does not build them again.
pub fn write(folder: &Path, texts: &Texts) -> Result<(), String> {
    let write = || -> io::Result<()> {
        for (file, text) in texts {
            write_if_changed(&folder.join(file), text)?;
        }
        for file in files(folder)?.iter().filter(|file| !texts.contains_key(*file)) {
            fs::remove_file(folder.join(file))?;
        }
        Ok(())
    };
    write().map_err(|error| format!("cannot write {} ({error})", folder.display()))
}

/// A step's text without the lines that mark the book's listings.
pub fn without_anchors(text: &str) -> String {
    let lines = text.split_inclusive('\n');
    lines.filter(|line| !line.contains("ANCHOR: ") && !line.contains("ANCHOR_END: ")).collect()
}

pub(crate) fn write_if_changed(file: &Path, text: &str) -> io::Result<()> {
    if fs::read_to_string(file).is_ok_and(|old| old == text) {
        return Ok(());
    }
    fs::create_dir_all(file.parent().unwrap_or(file))?;
    fs::write(file, text)
}
