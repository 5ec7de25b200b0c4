use crate::change::new_lines;
use crate::html;
use crate::repository::Repository;
use crate::source::{Line, Source};
use std::collections::BTreeSet;

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
}

/// `{{#listing STEP/FILE [ANCHOR]}}`: a part of a step's file, or all of it, new lines marked.
pub fn listing(
    repository: &Repository,
    path: &str,
    anchor: Option<&str>,
) -> Result<Listing, String> {
    let Some((folder, below)) = path.split_once('/') else {
        return Err(format!("`{path}` names no file: write STEP/FILE, as 02_sessions/src/main.rs"));
    };
    let before =
        if folder == repository.serve().folder { None } else { repository.step(folder)?.1 };
    let file = format!("steps/{path}");
    let source = repository.source(&file)?;
    let range = match anchor {
        None => 0..source.lines.len(),
        Some(name) => match source.anchors.get(name) {
            Some(anchor) => anchor.lines.clone(),
            None => return Err(no_anchor(&file, name, &source)),
        },
    };
    let old = before.map(|before| repository.source(&format!("steps/{}/{below}", before.folder)));
    let new_file = matches!(old, Some(Err(_)));
    let marked = match &old {
        Some(Ok(old)) => whole_blocks(&source.lines, new_lines(&old.lines, &source.lines)),
        _ => BTreeSet::new(),
    };
    let shown = trimmed(&source.lines[range]);
    let Some(first) = shown.first() else {
        return Err(format!("{file} is empty: name a file with something in it"));
    };
    let enclosing = enclosing(&file, &source.lines, first.number);
    let runs = html::runs(dedented(shown, &marked));
    let note = match (new_file, runs.iter().any(|run| run.tag.is_some())) {
        (true, _) => "<span class=\"new\">new file</span>",
        (_, true) => "<span class=\"new key\">new in this step</span>",
        _ => "",
    };
    let caption = caption(&file, enclosing.as_deref());
    let code = html::code(&format!("language-{}", language(&file)), &runs);
    let html = format!(
        "<figure class=\"listing\">\n<figcaption>{caption}{note}</figcaption>\n{code}\n</figure>"
    );
    let lines = shown.iter().map(|line| line.number).collect();
    Ok(Listing { html, file, anchor: anchor.map(str::to_owned), lines })
}

fn no_anchor(file: &str, name: &str, source: &Source) -> String {
    let known: Vec<_> = source.anchors.keys().map(String::as_str).collect();
    let known = if known.is_empty() { "it has none".into() } else { known.join(", ") };
    format!(
        "there is no anchor `{name}` in {file} ({known}): put `ANCHOR: {name}` and \
         `ANCHOR_END: {name}` around the part, or mend the name"
    )
}

/// Settles which `}` is new, where a diff may take any: the one that ends a block of new lines only.
fn whole_blocks(lines: &[Line], mut new: BTreeSet<usize>) -> BTreeSet<usize> {
    let says_nothing = |line: &Line| !line.text.contains(char::is_alphanumeric);
    let blank = |line: &Line| line.text.trim().is_empty();
    for (index, end) in
        lines.iter().enumerate().filter(|(_, line)| says_nothing(line) && !blank(line))
    {
        let begins = |line: &Line| !blank(line) && indent(&line.text) == indent(&end.text);
        let begin = lines[..index].iter().rposition(begins);
        let mut block = begin.map_or(&[][..], |begin| &lines[begin..index]).iter();
        new.remove(&end.number);
        if begin.is_some() && block.all(|line| blank(line) || new.contains(&line.number)) {
            new.insert(end.number);
        }
    }
    new
}

fn trimmed(lines: &[Line]) -> &[Line] {
    let filled = |line: &Line| !line.text.trim().is_empty();
    let first = lines.iter().position(filled).unwrap_or(lines.len());
    let end = lines.iter().rposition(filled).map_or(first, |last| last + 1);
    &lines[first..end]
}

fn dedented(lines: &[Line], marked: &BTreeSet<usize>) -> Vec<(Option<&'static str>, String)> {
    let filled = lines.iter().filter(|line| !line.text.trim().is_empty());
    let margin = filled.map(|line| indent(&line.text)).min().unwrap_or(0);
    let dedent = |line: &Line| {
        let tag = marked.contains(&line.number).then_some("ins");
        (tag, line.text.get(margin..).unwrap_or_default().to_owned())
    };
    let mut dedented: Vec<_> = lines.iter().map(dedent).collect();
    // A blank line is marked between marked ones only: an `<ins>` never begins or ends with one.
    for index in 0..dedented.len() {
        let marked = |line: Option<&(Option<_>, String)>| line.is_some_and(|line| line.0.is_some());
        let before = index.checked_sub(1).and_then(|before| dedented.get(before));
        let after = dedented[index + 1..].iter().find(|line| !line.1.trim().is_empty());
        if dedented[index].1.trim().is_empty() {
            dedented[index].0 = (marked(before) && marked(after)).then_some("ins");
        }
    }
    dedented
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn caption(file: &str, enclosing: Option<&str>) -> String {
    let file = html::escape(file);
    let Some(item) = enclosing.map(html::escape) else {
        return format!("<span class=\"path\">{file}</span>");
    };
    format!(
        "<details class=\"where\"><summary title=\"in {item}\"><span class=\"path\">{file}</span>\
         </summary><span class=\"item\">in {item}</span></details>"
    )
}

/// The item around a line of Rust, or the table around a line of TOML. Steps are formatted by
/// rustfmt: what is around a line is the nearest item above that is indented less.
fn enclosing(file: &str, lines: &[Line], first: usize) -> Option<String> {
    let index = lines.iter().position(|line| line.number == first)?;
    let above = lines[..index].iter().rev();
    if file.ends_with(".toml") {
        let table = |line: &&Line| line.text.starts_with('[');
        let first = &lines[index];
        return if table(&first) {
            None
        } else {
            above.clone().find(table).map(|l| l.text.clone())
        };
    }
    if !file.ends_with(".rs") {
        return None;
    }
    let margin = indent(&lines[index].text);
    let item = above
        .filter(|line| indent(&line.text) < margin)
        .find(|line| ITEMS.contains(&keyword(&line.text)))?;
    let item = item.text.trim().trim_end_matches('{');
    Some(item.split('(').next().unwrap_or(item).trim().to_owned())
}

const ITEMS: [&str; 6] = ["impl", "fn", "mod", "struct", "enum", "trait"];

fn keyword(line: &str) -> &str {
    let words = line.split([' ', '<']).map(str::trim).filter(|word| !word.is_empty());
    let mut words = words
        .skip_while(|word| word.starts_with("pub") || ["async", "const", "unsafe"].contains(word));
    words.next().unwrap_or_default()
}

fn language(file: &str) -> &str {
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

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "impl Views {\n    pub async fn home(\n        self,\n    ) -> Page {\n        \
                        Page\n    }\n}\n";

    #[test]
    fn enclosing_item_is_the_nearest_indented_less() {
        let lines = Source::parse(CODE).unwrap().lines;
        assert_eq!(enclosing("a.rs", &lines, 5).as_deref(), Some("pub async fn home"));
        assert_eq!(enclosing("a.rs", &lines, 2).as_deref(), Some("impl Views"));
        assert_eq!(enclosing("a.rs", &lines, 1), None);
    }

    #[test]
    fn enclosing_table_of_a_manifest() {
        let lines = Source::parse("[package]\nname = 1\n").unwrap().lines;
        assert_eq!(enclosing("Cargo.toml", &lines, 2).as_deref(), Some("[package]"));
        assert_eq!(enclosing("Cargo.toml", &lines, 1), None);
    }

    #[test]
    fn brace_is_new_when_its_whole_block_is() {
        let old = Source::parse("fn a() {\n    1\n}\n").unwrap().lines;
        let new = Source::parse("fn b() {\n    2\n}\n\nfn a(x: u8) {\n    1\n}\n").unwrap().lines;
        let marked = whole_blocks(&new, new_lines(&old, &new));
        assert!(marked.is_superset(&BTreeSet::from([1, 2, 3, 5])), "{marked:?}");
        assert!(!marked.contains(&6) && !marked.contains(&7), "{marked:?}");
    }

    #[test]
    fn marks_begin_and_end_with_code() {
        let lines = Source::parse("    a\n\n      b\n\n    c\n").unwrap().lines;
        let dedented = dedented(&lines, &BTreeSet::from([1, 2, 3, 4]));
        let tags: Vec<_> = dedented.iter().map(|(tag, _)| tag.is_some()).collect();
        assert_eq!(tags, [true, true, true, false, false]);
        assert_eq!(dedented[2].1, "  b");
    }
}
