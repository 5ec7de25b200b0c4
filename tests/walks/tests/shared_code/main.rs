//! The engines hold what the reader typed in: a file of an engine and the file of the same name in the
//! last step that has it are the same code.

#![allow(clippy::unwrap_used)]

mod code;

use code::difference;
use harness::{binary, texts};
use std::fs;
use std::path::{Path, PathBuf};

/// An engine, and the steps that build one like it in front of the reader.
struct Shared {
    engine: &'static str,
    /// How the folders of these steps begin.
    steps: &'static str,
    /// How the folder of the first step begins that shares a file with the engine.
    shares_from: &'static str,
}

const SHARED: [Shared; 2] = [
    Shared { engine: "engines/cookie", steps: "05", shares_from: "05d" },
    Shared { engine: "engines/store", steps: "06", shares_from: "06h" },
];

impl Shared {
    /// The folders of the steps, the last one first.
    fn steps(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(binary::workspace().join("steps")).unwrap();
        let mut steps: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        steps.retain(|step| name(step).starts_with(self.steps));
        steps.sort();
        steps.reverse();
        steps
    }

    /// The files that the engine and a step have: the engine's first, then the last step's.
    fn pairs(&self) -> Vec<(PathBuf, PathBuf)> {
        let engine = binary::workspace().join(self.engine);
        let files = texts::files(&engine.join("src")).unwrap_or_default().into_iter();
        let files = files.filter(|file| file.extension().is_some_and(|ending| ending == "rs"));
        let steps = self.steps();
        let pairs = files.filter_map(|file| {
            let file = Path::new("src").join(file);
            let theirs = steps.iter().map(|step| step.join(&file)).find(|path| path.is_file())?;
            Some((engine.join(file), theirs))
        });
        pairs.collect()
    }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

fn shown(path: &Path) -> String {
    path.strip_prefix(binary::workspace()).unwrap().display().to_string()
}

#[test]
fn files_of_one_name_in_an_engine_and_in_its_last_step_hold_the_same_code() {
    let mut differences = Vec::new();
    for (ours, theirs) in SHARED.iter().flat_map(Shared::pairs) {
        let texts = [&ours, &theirs].map(|path| fs::read_to_string(path).unwrap());
        if let Some(difference) = difference(&texts[0], &texts[1]) {
            differences.push(format!(
                "{} and {} have one name and not the same code.\n{difference}\nMake the code of \
                 both the same, or give the engine's file another name.",
                shown(&ours),
                shown(&theirs)
            ));
        }
    }
    assert!(differences.is_empty(), "\n{}\n", differences.join("\n\n"));
}

#[test]
fn every_engine_shares_files_with_its_steps_once_they_exist() {
    for shared in SHARED {
        let exists = shared.steps().iter().any(|step| name(step).starts_with(shared.shares_from));
        assert!(
            !exists || !shared.pairs().is_empty(),
            "{} shares no file with the steps {}…: nothing is compared",
            shared.engine,
            shared.steps
        );
    }
}
