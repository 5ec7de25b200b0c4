//! A program that is wrong on purpose: the change that makes it wrong, and what its walk says.

use crate::diff::{Mark, Row, is_blank};
use crate::html;
use crate::listing::{caption, figure};
use crate::place::Spot;
use crate::recorded::walk_and_promise;
use crate::repository::{Repository, Step};

/// `{{#failure WALK/NAME}}`: the change as a small patch, and what the walk says about it.
pub fn failure(repository: &Repository, name: &str) -> Result<String, String> {
    let (walk, wrong) = walk_and_promise(name)?;
    let report = repository.snapshot(&repository.failure_file(walk, wrong))?;
    let patch = repository.patch_file(walk, wrong);
    let step = repository.step_of_walk(walk)?;
    let hunks = hunks(&repository.read(&patch)?).into_iter().collect::<Result<Vec<_>, _>>();
    let hunks = hunks.map_err(|line| {
        format!("{patch}: `{line}` is not a line of a unified diff: make the patch again")
    })?;
    let mut woven = String::from("<div class=\"wrong\">\n");
    for hunk in hunks {
        woven.push_str(&hunk.figure(repository, &step)?);
        woven.push('\n');
    }
    Ok(woven + &report_figure(&report) + "\n</div>")
}

/// One place of a patch.
#[derive(Debug, PartialEq)]
struct Hunk {
    /// The file below the step's folder.
    file: String,
    rows: Vec<Row>,
}

/// The hunks of a patch in the unified format. An error is a line that cannot be read.
fn hunks(patch: &str) -> Vec<Result<Hunk, String>> {
    let mut hunks: Vec<Result<Hunk, String>> = Vec::new();
    let mut file = "";
    for line in patch.lines() {
        let last = hunks.last_mut().and_then(|hunk| hunk.as_mut().ok());
        if let Some(name) = line.strip_prefix("--- ") {
            file = name;
        } else if line.starts_with("@@ ") {
            hunks.push(Ok(Hunk { file: file.to_owned(), rows: Vec::new() }));
        } else if let Some(hunk) = last
            && !line.starts_with("+++ ")
        {
            match row(line) {
                Some(row) => hunk.rows.push(row),
                None => hunks.push(Err(line.to_owned())),
            }
        }
    }
    hunks
}

fn row(line: &str) -> Option<Row> {
    let (mark, text) = match line.chars().next() {
        None => (Mark::Kept, ""),
        Some(' ') => (Mark::Kept, &line[1..]),
        Some('+') => (Mark::Added, &line[1..]),
        Some('-') => (Mark::Removed, &line[1..]),
        Some(_) => return None,
    };
    Some(Row { mark, text: text.to_owned() })
}

impl Hunk {
    fn figure(&self, repository: &Repository, step: &Step) -> Result<String, String> {
        let path = step.copy(&self.file);
        let place = self.place(repository, step)?;
        let rows = self.nearby().iter();
        let runs = html::runs(rows.map(|row| (row.mark.tag(), row.text.clone())));
        Ok(figure(&caption(&path, place.as_deref()), &self.file, &runs))
    }

    /// The item around the first changed line of the step's file, if that is in one.
    fn place(&self, repository: &Repository, step: &Step) -> Result<Option<String>, String> {
        let lines = repository.source(&step.file(&self.file))?.lines;
        let old = self.rows.iter().filter(|row| row.mark != Mark::Added);
        let old: Vec<&str> = old.map(|row| row.text.as_str()).collect();
        let above = self.rows.iter().take_while(|row| row.mark == Mark::Kept).count();
        let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
        let Some(start) = texts.windows(old.len().max(1)).position(|window| window == old) else {
            return Ok(None);
        };
        let first = (start + above).min(lines.len() - 1);
        let known = vec![true; lines.len()];
        let shown = first..first + 1;
        let spot = Spot { file: &self.file, lines: &lines, known: &known, shown, rows: &[] };
        Ok(spot.surroundings())
    }

    /// The changed lines with one line around them: enough to find them by.
    fn nearby(&self) -> &[Row] {
        let changed = |row: &Row| row.mark != Mark::Kept;
        let first = self.rows.iter().position(changed).unwrap_or(0);
        let end = self.rows.iter().rposition(changed).map_or(self.rows.len(), |last| last + 1);
        let filled = |row: &Row| !is_blank(&row.text);
        let from = self.rows[..first].iter().rposition(filled).unwrap_or(first);
        let to = self.rows[end..].iter().position(filled).map_or(end, |below| end + below + 1);
        &self.rows[from..to]
    }
}

/// The report of a walk: what was broken and how, and the kept promises folded.
fn report_figure(report: &str) -> String {
    let mut promises = Vec::new();
    let mut rest = Vec::new();
    for line in report.lines() {
        match line.strip_prefix("  kept ") {
            Some(promise) => promises.push(promise.trim()),
            None => rest.push((tag(line), line.to_owned())),
        }
    }
    let sample = html::sample("failure", &html::runs(rest));
    let mut figure = format!(
        "<figure class=\"output\">\n<figcaption>what the walk says</figcaption>\n{sample}\n"
    );
    if !promises.is_empty() {
        let count = match promises.len() {
            1 => "1 promise kept".to_owned(),
            count => format!("{count} promises kept"),
        };
        let items = promises.iter().map(|promise| format!("<li>{}</li>\n", html::escape(promise)));
        let items: String = items.collect();
        figure.push_str(&format!(
            "<details class=\"kept\"><summary>{count}</summary>\n<ul>\n{items}</ul>\n</details>\n"
        ));
    }
    figure + "</figure>"
}

fn tag(line: &str) -> Option<&'static str> {
    let answers = ["expected:", "came:", "usually:"];
    answers.iter().any(|word| line.starts_with(word)).then_some("mark")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATCH: &str = "breaks: a\n--- src/a.rs\n+++ src/a.rs\n@@ -1,5 +1,5 @@\n fn a() {\n \n-    1\n\
                         +    2\n     3\n }\n--- b.html\n+++ b.html\n@@ -1,0 +1,1 @@\n+<p>\n";

    #[test]
    fn patch_is_read_by_hunks() {
        let hunks: Vec<_> = hunks(PATCH).into_iter().map(Result::unwrap).collect();
        assert_eq!(
            hunks.iter().map(|hunk| &*hunk.file).collect::<Vec<_>>(),
            ["src/a.rs", "b.html"]
        );
        let texts = hunks[0].nearby().iter().map(|row| &*row.text).collect::<Vec<_>>();
        assert_eq!(texts, ["fn a() {", "", "    1", "    2", "    3"]);
        assert_eq!(hunks[1].rows, [Row { mark: Mark::Added, text: "<p>".into() }]);
    }

    #[test]
    fn line_that_is_not_of_a_patch_is_an_error() {
        assert_eq!(hunks("@@ -1 +1 @@\nwhat").pop(), Some(Err("what".into())));
    }

    #[test]
    fn kept_promises_are_folded() {
        let figure = report_figure(
            "  kept      a\n  BROKEN    b\n\na: 1 kept, 1 broken\nkept x\nexpected: 2",
        );
        assert!(
            figure.contains("<samp>  BROKEN    b\n&#10;a: 1 kept, 1 broken\nkept x\n"),
            "{figure}"
        );
        assert!(figure.contains("<mark>expected: 2</mark>"), "{figure}");
        assert!(figure.contains("<summary>1 promise kept</summary>\n<ul>\n<li>a</li>"), "{figure}");
    }
}
