//! The reader's copy of a step, as it is at a point of the chapter.

use crate::passage::Edit;
use crate::repository::{Repository, Step, is_test};
use std::collections::{BTreeMap, BTreeSet};

/// The program that the first step begins with: its one line is replaced.
const MAIN: &str = "src/main.rs";

/// The files that a reader has after the listings so far. Each begins as the step before left it.
#[derive(Default)]
pub struct Typed {
    files: BTreeMap<String, Vec<String>>,
    made: BTreeSet<String>,
}

impl Typed {
    /// The lines of the reader's file, or `None` if it doesn't exist yet. `tutor start` gives the step
    /// before, the tests of this step, and for the first step a manifest and a program of one line.
    pub fn file(
        &self,
        repository: &Repository,
        step: &Step,
        before: Option<&Step>,
        below: &str,
    ) -> Result<Option<Vec<String>>, String> {
        let key = step.copy(below);
        if let Some(lines) = self.files.get(&key) {
            return Ok(Some(lines.clone()));
        }
        let from = match before {
            _ if is_test(below) => step,
            Some(before) => before,
            None if below == MAIN => return Ok(Some(Vec::new())),
            None if below == "Cargo.toml" => step,
            None => return Ok(None),
        };
        let file = from.file(below);
        if !repository.path(&file).is_file() {
            return Ok(None);
        }
        let source = repository.source(&file)?;
        // The tutor renames the package: no listing has to.
        let theirs = from.package_line();
        let ours = step.package_line();
        let text = |text: String| if text == theirs { ours.clone() } else { text };
        Ok(Some(source.lines.into_iter().map(|line| text(line.text)).collect()))
    }

    /// Whether the reader made this file in this chapter.
    pub fn is_made(&self, step: &Step, below: &str) -> bool {
        self.made.contains(&step.copy(below))
    }

    /// Does to the reader's file what a listing says.
    pub fn follow(&mut self, step: &Step, below: &str, yours: Option<Vec<String>>, edit: &Edit) {
        if yours.is_none() {
            self.made.insert(step.copy(below));
        }
        let mut lines = yours.unwrap_or_default();
        lines.splice(edit.at..edit.at + edit.old.len(), edit.new.iter().cloned());
        self.files.insert(step.copy(below), lines);
    }
}
