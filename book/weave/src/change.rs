use crate::code::{code_lines, holds_code};
use crate::diff::{Mark, rows};
use crate::html::{self, Run};
use crate::listing::caption;
use crate::repository::{Repository, Step, is_test};
use crate::source::Line;
use similar::{ChangeTag, TextDiff};
use std::collections::{BTreeMap, BTreeSet};

/// How the line of a step's manifest begins that names its package.
pub const PACKAGE_NAME: &str = "name = \"step-";

/// A step's lines next to those of the step before, tests and anchors left out.
pub struct Change {
    /// Every file that one of both has, by its path below the step's folder.
    pub files: BTreeMap<String, FileChange>,
}

/// A file of a step next to the same of the step before; a side that is not there has no lines.
#[derive(Default)]
pub struct FileChange {
    old: Vec<Line>,
    new: Vec<Line>,
}

impl Change {
    /// The change from `before` to `step`; without a step before, all of `step` is new.
    pub fn between(
        repository: &Repository,
        step: &Step,
        before: Option<&Step>,
    ) -> Result<Self, String> {
        let mut files: BTreeMap<String, FileChange> = BTreeMap::new();
        for (file, lines) in code(repository, step)? {
            files.entry(file).or_default().new = lines;
        }
        if let Some(before) = before {
            // `tutor start` renames the package: that is no change of the reader's.
            let theirs = before.package_line();
            let ours = step.package_line();
            for (file, mut lines) in code(repository, before)? {
                for line in lines.iter_mut().filter(|line| line.text == theirs) {
                    line.text = ours.clone();
                }
                files.entry(file).or_default().old = lines;
            }
        }
        Ok(Self { files })
    }

    /// How many lines of code were added, and how many removed. The package's name is not counted:
    /// `tutor start` writes it.
    pub fn code_counts(&self) -> (usize, usize) {
        let files = self.files.iter().filter(|(file, _)| holds_code(file));
        files.fold((0, 0), |sum, (path, file)| {
            let (added, removed) = file.code_counts(path);
            (sum.0 + added, sum.1 + removed)
        })
    }

    /// How many lines were added, and how many removed.
    pub fn counts(&self) -> (usize, usize) {
        let counts = self.files.values().map(FileChange::counts);
        counts.fold((0, 0), |sum, file| (sum.0 + file.0, sum.1 + file.1))
    }
}

impl FileChange {
    /// The numbers of the lines that are new.
    pub fn added(&self) -> BTreeSet<usize> {
        new_lines(&self.old, &self.new)
    }

    /// The lines of the step itself.
    pub fn lines(&self) -> &[Line] {
        &self.new
    }

    fn code_counts(&self, path: &str) -> (usize, usize) {
        let count = |lines: &[Line], changed: &BTreeSet<usize>| {
            let code = code_lines(path, lines);
            let counts = |line: &&Line| {
                changed.contains(&line.number)
                    && code.contains(&line.number)
                    && !line.text.starts_with(PACKAGE_NAME)
            };
            lines.iter().filter(counts).count()
        };
        let (added, removed) = changed_lines(&self.old, &self.new);
        (count(&self.new, &added), count(&self.old, &removed))
    }

    fn counts(&self) -> (usize, usize) {
        let old = texts(&self.old);
        let new = texts(&self.new);
        let diff = TextDiff::from_slices(&old, &new);
        let count = |tag| diff.iter_all_changes().filter(|change| change.tag() == tag).count();
        (count(ChangeTag::Insert), count(ChangeTag::Delete))
    }

    /// The change as hunks with three lines of context, empty when nothing changed.
    fn runs(&self) -> Vec<Run> {
        let old = texts(&self.old);
        let new = texts(&self.new);
        let diff = TextDiff::from_slices(&old, &new);
        let mut lines = Vec::new();
        for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
            lines.push((None, hunk.header().to_string().trim_end().to_owned()));
            for change in hunk.iter_changes() {
                let (tag, sign) = match change.tag() {
                    ChangeTag::Insert => (Some("ins"), '+'),
                    ChangeTag::Delete => (Some("del"), '-'),
                    ChangeTag::Equal => (None, ' '),
                };
                lines.push((tag, format!("{sign}{}", change.value())));
            }
        }
        html::runs(lines)
    }
}

/// The numbers of the `new` lines that are not among the `old`.
pub fn new_lines(old: &[Line], new: &[Line]) -> BTreeSet<usize> {
    changed_lines(old, new).0
}

/// The numbers of the `new` lines that are added, and of the `old` lines that are removed.
fn changed_lines(old: &[Line], new: &[Line]) -> (BTreeSet<usize>, BTreeSet<usize>) {
    let rows = rows(&texts(old), &texts(new));
    let numbers = |lines: &[Line], changed: Mark, other: Mark| -> BTreeSet<usize> {
        let rows = rows.iter().filter(|row| row.mark != other).zip(lines);
        rows.filter(|(row, _)| row.mark == changed).map(|(_, line)| line.number).collect()
    };
    (numbers(new, Mark::Added, Mark::Removed), numbers(old, Mark::Removed, Mark::Added))
}

/// `{{#change STEP}}`: what the step changes, folded.
pub fn change(repository: &Repository, folder: &str) -> Result<String, String> {
    let (step, before) = repository.step(folder)?;
    let Some(before) = before else {
        return Err(format!("there is no step before {folder}: take this directive out"));
    };
    let change = Change::between(repository, &step, Some(&before))?;
    let (added, removed) = change.counts();
    let mut woven = format!(
        "<details class=\"change\">\n<summary>The whole change since {}, tests left out: {added} lines added, \
         {removed} removed</summary>\n",
        html::escape(&before.folder)
    );
    for (file, lines) in &change.files {
        let runs = lines.runs();
        if runs.is_empty() {
            continue;
        }
        let caption = caption(&step.copy(file), None);
        let code = html::code("nohighlight", &runs);
        woven.push_str(&format!(
            "<figure class=\"listing\">\n<figcaption>{caption}</figcaption>\n{code}\n</figure>\n"
        ));
    }
    Ok(woven + "</details>")
}

fn texts(lines: &[Line]) -> Vec<&str> {
    lines.iter().map(|line| line.text.as_str()).collect()
}

fn code(repository: &Repository, step: &Step) -> Result<BTreeMap<String, Vec<Line>>, String> {
    let files = repository.files(step)?.into_iter().filter(|file| !is_test(file));
    let lines = files.map(|file| {
        let source = repository.source(&format!("steps/{}/{file}", step.folder))?;
        let lines = without_tests(&file, source.lines);
        Ok((file, lines))
    });
    lines.collect()
}

/// Leaves out what is only for tests: items under `#[cfg(test)]`, and `[dev-dependencies]`.
fn without_tests(file: &str, lines: Vec<Line>) -> Vec<Line> {
    let mut kept = Vec::new();
    let mut lines = lines.into_iter().peekable();
    while let Some(line) = lines.next() {
        if file.ends_with(".rs") && line.text.trim() == "#[cfg(test)]" {
            let indent = line.text.split('#').next().unwrap_or_default();
            let end = format!("{indent}}}");
            while let Some(item) = lines.next_if(|item| item.text != end) {
                if item.text.ends_with(';') && item.text.trim_start().starts_with("mod ") {
                    break;
                }
            }
            lines.next_if(|item| item.text == end);
        } else if file.ends_with("Cargo.toml") && line.text == "[dev-dependencies]" {
            while lines.next_if(|item| !item.text.starts_with('[')).is_some() {}
        } else {
            kept.push(line);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    fn lines(text: &str) -> Vec<Line> {
        Source::parse(text).unwrap().lines
    }

    fn kept(file: &str, text: &str) -> Vec<String> {
        without_tests(file, lines(text)).into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn new_lines_are_numbered_as_in_the_file() {
        let old = lines("one\ntwo\n");
        let new = lines("// ANCHOR: a\none\nnew\n// ANCHOR_END: a\ntwo\n");
        assert_eq!(new_lines(&old, &new), BTreeSet::from([3]));
    }

    #[test]
    fn tests_are_left_out() {
        let code = "mod a;\n#[cfg(test)]\nmod tests;\nfn b() {}\n#[cfg(test)]\nmod more {\n    use x;\n}\nfn c() {}";
        assert_eq!(kept("src/lib.rs", code), ["mod a;", "fn b() {}", "fn c() {}"]);
        let manifest = "[dependencies]\na = 1\n[dev-dependencies]\nb = 1\n[lints]\nc = 1";
        assert_eq!(kept("Cargo.toml", manifest), ["[dependencies]", "a = 1", "[lints]", "c = 1"]);
    }
}
