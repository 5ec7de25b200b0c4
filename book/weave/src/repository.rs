use crate::mistake::Mistake;
use crate::source::Source;
use crate::starts_from::exceptions;
use std::fs;
use std::path::{Path, PathBuf};

/// The libraries: a folder for each engine.
const ENGINES: &str = "engines";
/// The walks: a folder for each step, with the walk, its recordings, wrong programs and solutions.
const WALKS: &str = "tests/walks";
/// Where the tutor's tests keep what it printed.
const OUTPUTS: &str = "tests/tutor/tests/snapshots";

/// The repository that the book is about.
#[derive(Clone, Debug)]
pub struct Repository {
    root: PathBuf,
}

/// A step: a folder `NN_slug` in `steps`.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Its folder's name, such as `02_sessions`; its chapter is `02_sessions.md`.
    pub folder: String,
}

impl Step {
    /// The number that sorts it, such as `02`.
    pub fn number(&self) -> &str {
        self.folder.split('_').next().unwrap_or_default()
    }

    /// Its name without the number, such as `sessions`; its walk has the same.
    pub fn slug(&self) -> &str {
        self.folder.split_once('_').map_or("", |(_, slug)| slug)
    }

    /// A file of it below the repository.
    pub fn file(&self, below: &str) -> String {
        format!("steps/{}/{below}", self.folder)
    }

    /// A file of the reader's own copy below the repository.
    pub fn copy(&self, below: &str) -> String {
        format!("my/{}/{below}", self.slug())
    }

    /// The line of its manifest that names its package.
    pub fn package_line(&self) -> String {
        format!("name = \"step-{}\"", self.slug().replace('_', "-"))
    }

    /// Its chapter below the repository.
    pub fn chapter(&self) -> String {
        format!("book/src/{}.md", self.folder)
    }
}

impl Repository {
    /// What the book is made of, files and folders.
    pub fn sources(&self) -> [PathBuf; 7] {
        ["book/src", "book/theme", "book/book.toml", "steps", ENGINES, WALKS, OUTPUTS]
            .map(|below| self.path(below))
    }

    /// The repository whose folder this is.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The repository that this folder is in. An error when it is in no repository.
    pub fn around(folder: &Path) -> Result<Self, String> {
        let mut above = folder.ancestors();
        let found = above.find(|root| root.join("book/book.toml").is_file());
        found.map(Self::at).ok_or_else(|| {
            let folder = folder.display();
            format!("there is no book/book.toml in {folder} or above it: go into the repository")
        })
    }

    /// A path below the repository as a path of the machine.
    pub fn path(&self, below: &str) -> PathBuf {
        self.root.join(below)
    }

    /// What serves the steps: a folder among them, but no step, for nothing in it is about sessions.
    pub fn serve(&self) -> Step {
        Step { folder: "00_serve".into() }
    }

    /// The steps in order.
    pub fn steps(&self) -> Result<Vec<Step>, String> {
        let folders = names(&self.path("steps"))?.into_iter();
        let folders = folders.filter(|name| self.path("steps").join(name).is_dir());
        let numbered = folders.filter(|name| {
            name.starts_with(|first: char| first.is_ascii_digit()) && *name != self.serve().folder
        });
        Ok(numbered.map(|folder| Step { folder }).collect())
    }

    /// The step of this folder name, and the step that it starts from: the one that
    /// `steps/starts_from.toml` names, or else the one above it in the folder's order.
    pub fn step(&self, folder: &str) -> Result<(Step, Option<Step>), String> {
        let steps = self.steps()?;
        let Some(index) = steps.iter().position(|step| step.folder == folder) else {
            let known: Vec<_> = steps.iter().map(|step| step.folder.as_str()).collect();
            let known = known.join(", ");
            return Err(format!("there is no step `{folder}`: name one of {known}"));
        };
        let exceptions = exceptions(self, &steps).map_err(|mistakes| first(&mistakes))?;
        let before = match exceptions.get(folder) {
            Some(before) => Some(Step { folder: before.clone() }),
            None => index.checked_sub(1).map(|above| steps[above].clone()),
        };
        Ok((steps[index].clone(), before))
    }

    /// A step and those that it descends from: first itself, then the step that it starts from, and
    /// so on.
    pub fn descent(&self, step: &Step) -> Result<Vec<Step>, String> {
        let mut descent = vec![step.clone()];
        let mut next = self.step(&step.folder)?.1;
        while let Some(before) = next {
            next = self.step(&before.folder)?.1;
            descent.push(before);
        }
        Ok(descent)
    }

    /// The engines, as folders below the repository, such as `engines/cookie`.
    pub fn engines(&self) -> Vec<String> {
        let folders = names(&self.path(ENGINES)).unwrap_or_default().into_iter();
        folders.map(|name| format!("{ENGINES}/{name}")).collect()
    }

    /// The step that a walk is about.
    pub fn step_of_walk(&self, walk: &str) -> Result<Step, String> {
        let found = self.steps()?.into_iter().find(|step| step.slug() == walk);
        found.ok_or_else(|| format!("there is no step `{walk}`: name a step without its number"))
    }

    /// The text of a file below the repository.
    pub fn read(&self, below: &str) -> Result<String, String> {
        fs::read_to_string(self.path(below))
            .map(|text| text.replace("\r\n", "\n"))
            .map_err(|error| format!("cannot read {below} ({error}): correct the path"))
    }

    /// A file below the repository, its anchors read.
    pub fn source(&self, below: &str) -> Result<Source, String> {
        Source::parse(&self.read(below)?).map_err(|(line, what)| format!("{below}:{line}: {what}"))
    }

    /// The text files of a step as paths below its folder, sorted; what a run leaves is not among them.
    pub fn files(&self, step: &Step) -> Result<Vec<String>, String> {
        self.files_below(&format!("steps/{}", step.folder))
    }

    /// The text files of a folder below the repository, as paths below that folder, sorted.
    pub fn files_below(&self, folder: &str) -> Result<Vec<String>, String> {
        let mut found = Vec::new();
        gather(&self.path(folder), "", &mut found)?;
        found.sort();
        Ok(found)
    }

    /// The snapshot of a promise's recording.
    pub fn recording_file(&self, walk: &str, promise: &str) -> String {
        format!("{WALKS}/{walk}/snapshots/{promise}.snap")
    }

    /// The snapshot of what a walk says about a wrong program.
    pub fn failure_file(&self, walk: &str, wrong: &str) -> String {
        format!("{WALKS}/{walk}/wrong/{wrong}.snap")
    }

    /// The patch that makes a step the wrong program.
    pub fn patch_file(&self, walk: &str, wrong: &str) -> String {
        format!("{WALKS}/{walk}/wrong/{wrong}.patch")
    }

    /// The snapshot of what a command printed.
    pub fn output_file(&self, name: &str) -> String {
        format!("{OUTPUTS}/{name}.snap")
    }

    /// The promises of a walk that are recorded, by name; none when there is no recording.
    pub fn recorded(&self, walk: &str) -> Vec<String> {
        let folder = self.path(WALKS).join(walk).join("snapshots");
        let files = names(&folder).unwrap_or_default();
        files.iter().filter_map(|name| name.strip_suffix(".snap")).map(str::to_owned).collect()
    }

    /// The body of a snapshot, without the header that insta writes.
    pub fn snapshot(&self, path: &str) -> Result<String, String> {
        let Ok(text) = fs::read_to_string(self.path(path)) else {
            return Err(format!("there is no {path}: name a recorded one, or run the test first"));
        };
        let text = text.replace("\r\n", "\n");
        let body = text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n"));
        body.map(|(_, body)| body.trim_end().to_owned())
            .ok_or_else(|| format!("{path} lacks the header that insta writes: record it again"))
    }
}

/// Whether this file of a step, as a path below its folder, contains only tests.
pub fn is_test(file: &str) -> bool {
    file == "src/tests.rs" || file.starts_with("src/tests/") || file.starts_with("tests/")
}

fn first(mistakes: &[Mistake]) -> String {
    mistakes.first().map(Mistake::to_string).unwrap_or_default()
}

/// The names in a folder, sorted.
pub(crate) fn names(folder: &Path) -> Result<Vec<String>, String> {
    let failed = |error| format!("cannot list {} ({error}): is it there?", folder.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        names.push(entry.map_err(failed)?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

fn gather(folder: &Path, below: &str, found: &mut Vec<String>) -> Result<(), String> {
    for name in names(folder)? {
        if name.starts_with('.') || name == "state" || name == "target" || name == "Cargo.lock" {
            continue;
        }
        let path = folder.join(&name);
        if path.is_dir() {
            gather(&path, &format!("{below}{name}/"), found)?;
        } else if fs::read_to_string(&path).is_ok() {
            found.push(format!("{below}{name}"));
        }
    }
    Ok(())
}
