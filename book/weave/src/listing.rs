use crate::diff::{Mark, is_blank};
use crate::html;
use crate::passage::{Edit, passage};
use crate::place::Spot;
use crate::repository::{Repository, Step};
use crate::source::{Line, Source};
use crate::typed::Typed;
use std::collections::BTreeSet;
use std::ops::Range;

/// A listing, and what it shows.
#[derive(Debug)]
pub struct Listing {
    /// The HTML.
    pub html: String,
    /// The file below the repository.
    pub file: String,
    /// The anchor that it shows; none for a whole file.
    pub anchor: Option<String>,
    /// The numbers of the lines that it shows.
    pub lines: BTreeSet<usize>,
    /// The numbers of those that the reader does not have yet.
    pub new: BTreeSet<usize>,
    /// What following it does to the reader's file; none for code that is not typed in.
    pub edit: Option<Edit>,
}

/// `{{#listing STEP/FILE [ANCHOR]}}`: a part of a step's file, or all of it, as a change of what the
/// reader has.
pub fn listing(
    repository: &Repository,
    path: &str,
    anchor: Option<&str>,
    typed: &mut Typed,
) -> Result<Listing, String> {
    let Some((folder, below)) = path.split_once('/') else {
        return Err(format!("`{path}` names no file: write STEP/FILE, as 02_sessions/src/main.rs"));
    };
    let file = format!("steps/{path}");
    let step = Step { folder: folder.into() };
    let before = if step == repository.serve() { None } else { repository.step(folder)?.1 };
    let source = repository.source(&file)?;
    let range = match anchor {
        None => 0..source.lines.len(),
        Some(name) => match source.anchors.get(name) {
            Some(anchor) => anchor.lines.clone(),
            None => return Err(no_anchor(&file, name, &source)),
        },
    };
    let shown = trimmed(&source.lines, range);
    if shown.is_empty() {
        return Err(format!("{file} is empty: name a file with something in it"));
    }
    let part = Part { file: &file, lines: &source.lines, shown, is_whole: anchor.is_none() };
    let lines = part.numbers(|_| true);
    let anchor = anchor.map(str::to_owned);
    if step == repository.serve() {
        let html = part.given();
        return Ok(Listing { html, file, anchor, lines, new: BTreeSet::new(), edit: None });
    }
    let yours = typed.file(repository, &step, before.as_ref(), below)?;
    let path = step.copy(below);
    let is_marked = before.is_some() && yours.is_some() && !typed.is_made(&step, below);
    let (html, new, edit) = part.to_type(&path, yours.as_deref(), is_marked);
    typed.follow(&step, below, yours, &edit);
    Ok(Listing { html, file, anchor, lines, new, edit: Some(edit) })
}

/// `{{#file PATH [ANCHOR] "CAPTION"}}`: a file that is in no step, or a part of it: one of an engine, or
/// one that a test uses too and that the reader makes. The caption is a path, for a test's file the
/// reader's own.
pub fn file(
    repository: &Repository,
    path: &str,
    anchor: Option<&str>,
    title: &str,
) -> Result<String, String> {
    let is_engine = path.starts_with("engines/");
    if !is_engine && !path.starts_with("tests/") && path != "Cargo.toml" {
        return Err(format!(
            "`{path}` is neither a test's nor an engine's: show what a step has with `listing`"
        ));
    }
    let source = repository.source(path)?;
    let range = match anchor {
        None => 0..source.lines.len(),
        Some(name) => {
            let anchor = source.anchors.get(name);
            anchor.ok_or_else(|| no_anchor(path, name, &source))?.lines.clone()
        }
    };
    let shown = trimmed(&source.lines, range);
    let part = Part { file: path, lines: &source.lines, shown, is_whole: anchor.is_none() };
    let place = match anchor {
        None if is_engine => None,
        None => Some("new file".to_owned()),
        Some(_) if is_engine => part.surroundings(),
        Some(_) => None,
    };
    Ok(part.as_it_is(&caption(title, place.as_deref())))
}

/// A part of a file.
struct Part<'a> {
    file: &'a str,
    lines: &'a [Line],
    shown: Range<usize>,
    is_whole: bool,
}

impl Part<'_> {
    fn numbers(&self, wanted: impl Fn(usize) -> bool) -> BTreeSet<usize> {
        let shown = self.shown.clone().filter(|index| wanted(*index));
        shown.map(|index| self.lines[index].number).collect()
    }

    /// Code that the reader has already: nothing is marked.
    fn given(&self) -> String {
        self.as_it_is(&caption(self.file, self.surroundings().as_deref()))
    }

    /// The items around it.
    fn surroundings(&self) -> Option<String> {
        let known = vec![true; self.lines.len()];
        self.spot(&known, &[]).surroundings()
    }

    fn as_it_is(&self, caption: &str) -> String {
        let lines = &self.lines[self.shown.clone()];
        let runs = html::runs(lines.iter().map(|line| (None, line.text.clone())));
        figure(caption, self.file, &runs)
    }

    /// Code that the reader types in, next to what the reader's file holds, if it is there. With
    /// `is_marked`, the lines are marked even if all of them are new.
    fn to_type(
        &self,
        path: &str,
        yours: Option<&[String]>,
        is_marked: bool,
    ) -> (String, BTreeSet<usize>, Edit) {
        let passage = passage(yours.unwrap_or_default(), self.lines, self.shown.clone());
        let place = match yours {
            None => "new file".to_owned(),
            Some(_) if self.is_whole => "the whole file".to_owned(),
            Some(_) => self.spot(&passage.known, &passage.rows).place(),
        };
        let has = |mark: Mark| passage.rows.iter().any(|row| row.mark == mark);
        let is_marked = is_marked || has(Mark::Kept) || has(Mark::Removed);
        let mut caption = caption(path, Some(&place));
        let keys = [
            (is_marked && has(Mark::Added), "<span class=\"key new\">new</span>"),
            (has(Mark::Removed), "<span class=\"key old\">to delete</span>"),
        ];
        let keys = keys.iter().filter(|(is_shown, _)| *is_shown).map(|(_, key)| *key);
        let keys: String = keys.collect();
        if !keys.is_empty() {
            caption.push_str(&format!("<span class=\"keys\">{keys}</span>"));
        }
        let tag = |mark: Mark| if is_marked { mark.tag() } else { None };
        let rows = passage.rows.into_iter();
        let runs = html::runs(rows.map(|row| (tag(row.mark), row.text)));
        let new = self.numbers(|index| !passage.known[index]);
        (figure(&caption, self.file, &runs), new, passage.edit)
    }

    fn spot<'a>(&'a self, known: &'a [bool], rows: &'a [crate::diff::Row]) -> Spot<'a> {
        let shown = self.shown.clone();
        Spot { file: self.file, lines: self.lines, known, shown, rows }
    }
}

/// A listing's figure.
pub fn figure(caption: &str, file: &str, runs: &[html::Run]) -> String {
    let code = html::code(&format!("language-{}", language(file)), runs);
    format!("<figure class=\"listing\">\n<figcaption>{caption}</figcaption>\n{code}\n</figure>")
}

/// A path, and the place in the file.
pub fn caption(path: &str, place: Option<&str>) -> String {
    let mut caption = format!("<span class=\"path\">{}</span>", html::escape(path));
    if let Some(place) = place {
        caption.push_str(&format!("<span class=\"place\">{}</span>", html::with_names(place)));
    }
    caption
}

fn no_anchor(file: &str, name: &str, source: &Source) -> String {
    let known: Vec<_> = source.anchors.keys().map(String::as_str).collect();
    let known = if known.is_empty() { "it has none".into() } else { known.join(", ") };
    format!(
        "there is no anchor `{name}` in {file} ({known}): put `ANCHOR: {name}` and \
         `ANCHOR_END: {name}` around the part, or correct the name"
    )
}

/// The range without the blank lines at its ends.
fn trimmed(lines: &[Line], range: Range<usize>) -> Range<usize> {
    let filled = |index: &usize| !is_blank(&lines[*index].text);
    let first = range.clone().find(filled).unwrap_or(range.end);
    let end = range.clone().rev().find(filled).map_or(first, |last| last + 1);
    first..end
}

/// The language of a file, as highlight.js names it.
pub fn language(file: &str) -> &str {
    match file.rsplit('.').next() {
        Some("rs") => "rust",
        Some("toml") => "toml",
        Some("html") => "html",
        Some("css") => "css",
        Some("js") => "javascript",
        Some("sql") => "sql",
        Some("sh") => "sh",
        _ => "plaintext",
    }
}
