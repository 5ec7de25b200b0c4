use std::collections::BTreeMap;
use std::ops::Range;

/// The text of a file without its anchor lines, and where its anchors were.
#[derive(Debug, Default, PartialEq)]
pub struct Source {
    /// Every line that is not an anchor.
    pub lines: Vec<Line>,
    /// What is between `ANCHOR: NAME` and `ANCHOR_END: NAME`, as a range of `lines`, by name.
    pub anchors: BTreeMap<String, Anchor>,
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its number in the file, from 1, anchor lines counted.
    pub number: usize,
    /// Its text without the line's end.
    pub text: String,
}

/// A named part of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Anchor {
    /// The line that opens it, from 1.
    pub opened: usize,
    /// The part, as a range of [`Source::lines`].
    pub lines: Range<usize>,
}

enum Marker {
    Opens(String),
    Closes(String),
    Unreadable,
}

const OPENERS: [&str; 10] = ["//", "#", "<!--", "{#-", "{#+", "{#~", "{#", "--", "/*", ";"];
const CLOSERS: [&str; 6] = ["-->", "-#}", "+#}", "~#}", "#}", "*/"];

impl Source {
    /// Reads a file's text. The error is the line and what is wrong with the anchor on it.
    pub fn parse(text: &str) -> Result<Self, (usize, String)> {
        let mut source = Self::default();
        let mut open: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        for (index, text) in text.lines().enumerate() {
            let number = index + 1;
            match marker(text) {
                None => source.lines.push(Line { number, text: text.to_owned() }),
                Some(Marker::Unreadable) => return Err((number, unreadable())),
                Some(Marker::Opens(name)) => {
                    if open.contains_key(&name) || source.anchors.contains_key(&name) {
                        return Err((number, twice(&name)));
                    }
                    open.insert(name, (number, source.lines.len()));
                }
                Some(Marker::Closes(name)) => {
                    let Some((opened, start)) = open.remove(&name) else {
                        return Err((number, never_opened(&name)));
                    };
                    let lines = start..source.lines.len();
                    if source.lines[lines.clone()].iter().all(|line| line.text.trim().is_empty()) {
                        return Err((opened, empty(&name)));
                    }
                    source.anchors.insert(name, Anchor { opened, lines });
                }
            }
        }
        match open.into_iter().next() {
            Some((name, (number, _))) => Err((number, unclosed(&name))),
            None => Ok(source),
        }
    }
}

fn marker(line: &str) -> Option<Marker> {
    if !line.contains("ANCHOR:") && !line.contains("ANCHOR_END:") {
        return None;
    }
    Some(read_marker(line.trim()).unwrap_or(Marker::Unreadable))
}

fn read_marker(line: &str) -> Option<Marker> {
    let comment = OPENERS.iter().find_map(|opener| line.strip_prefix(opener))?.trim();
    let closed = CLOSERS.iter().find_map(|closer| comment.strip_suffix(closer));
    let comment = closed.unwrap_or(comment).trim();
    let (word, name) = comment.split_once(':')?;
    let name = name.trim().to_owned();
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
    match word {
        _ if name.is_empty() || !name.chars().all(plain) => None,
        "ANCHOR" => Some(Marker::Opens(name)),
        "ANCHOR_END" => Some(Marker::Closes(name)),
        _ => None,
    }
}

fn unreadable() -> String {
    "this anchor cannot be read: write `ANCHOR: name` or `ANCHOR_END: name` alone in a comment, \
     the name of letters, digits, `_` and `-`"
        .into()
}

fn twice(name: &str) -> String {
    format!("anchor `{name}` is opened a second time: give this one another name")
}

fn never_opened(name: &str) -> String {
    format!("anchor `{name}` is closed but not open: put `ANCHOR: {name}` before the part")
}

fn unclosed(name: &str) -> String {
    format!("anchor `{name}` is not closed: put `ANCHOR_END: {name}` after the part")
}

fn empty(name: &str) -> String {
    format!("anchor `{name}` holds no line: move it around what it shows, or delete it")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> (usize, String) {
        Source::parse(text).unwrap_err()
    }

    #[test]
    fn anchors_nest_and_leave_no_line() {
        let text = "// ANCHOR: all\none\n    // ANCHOR: inner\n    two\n    // ANCHOR_END: inner\n\
                    // ANCHOR_END: all\nthree\n";
        let source = Source::parse(text).unwrap();
        let lines: Vec<_> = source.lines.iter().map(|line| (line.number, &*line.text)).collect();
        assert_eq!(lines, [(2, "one"), (4, "    two"), (7, "three")]);
        assert_eq!(source.anchors["all"], Anchor { opened: 1, lines: 0..2 });
        assert_eq!(source.anchors["inner"], Anchor { opened: 3, lines: 1..2 });
    }

    #[test]
    fn every_languages_comment_holds_an_anchor() {
        for (opens, closes) in [
            ("// ANCHOR: a", "// ANCHOR_END: a"),
            ("# ANCHOR: a", "# ANCHOR_END: a"),
            ("<!-- ANCHOR: a -->", "<!-- ANCHOR_END: a -->"),
            ("{# ANCHOR: a #}", "{# ANCHOR_END: a #}"),
            ("{#- ANCHOR: a -#}", "{#- ANCHOR_END: a -#}"),
            ("-- ANCHOR: a", "-- ANCHOR_END: a"),
            ("/* ANCHOR: a */", "/* ANCHOR_END: a */"),
        ] {
            let source = Source::parse(&format!("{opens}\nline\n{closes}\n")).unwrap();
            assert_eq!(source.anchors["a"].lines, 0..1, "{opens}");
        }
    }

    #[test]
    fn unclosed_anchor_is_an_error_on_its_line() {
        let (line, what) = error("one\n// ANCHOR: a\ntwo\n");
        assert_eq!(line, 2);
        assert!(what.contains("`a` is not closed"), "{what}");
    }

    #[test]
    fn closing_what_is_not_open_is_an_error() {
        assert!(error("// ANCHOR_END: a\n").1.contains("not open"));
    }

    #[test]
    fn duplicate_anchor_is_an_error() {
        let (line, what) = error("# ANCHOR: a\nx\n# ANCHOR_END: a\n# ANCHOR: a\n");
        assert_eq!(line, 4);
        assert!(what.contains("second time"), "{what}");
    }

    #[test]
    fn empty_anchor_is_an_error() {
        assert!(error("# ANCHOR: a\n\n# ANCHOR_END: a\n").1.contains("holds no line"));
    }

    #[test]
    fn unreadable_anchor_is_an_error() {
        for line in ["let x = 1; // ANCHOR: a", "// ANCHOR: two words", "// ANCHOR:"] {
            assert!(error(line).1.contains("cannot be read"), "{line}");
        }
    }
}
