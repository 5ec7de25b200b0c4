//! Which lines of a file are code: they have a letter or a digit, and are not comments.

use crate::source::Line;
use std::collections::BTreeSet;

/// How a language writes comments: to the end of the line, and from a beginning to an end.
struct Comments {
    line: &'static [&'static str],
    block: &'static [(&'static str, &'static str)],
}

fn comments(file: &str) -> Comments {
    let (line, block): (&[_], &[_]) = match file.rsplit('.').next() {
        Some("rs" | "js") => (&["//"], &[("/*", "*/")]),
        Some("toml") => (&["#"], &[]),
        Some("sql") => (&["--"], &[("/*", "*/")]),
        Some("html") => (&[], &[("<!--", "-->"), ("{#", "#}")]),
        Some("css") => (&[], &[("/*", "*/")]),
        _ => (&[], &[]),
    };
    Comments { line, block }
}

/// Whether a file of a step, as a path below its folder, holds code of the step.
pub fn holds_code(file: &str) -> bool {
    let folders = ["src/", "templates/", "static/"];
    file == "Cargo.toml" || folders.iter().any(|folder| file.starts_with(folder))
}

/// The numbers of the lines that are code.
pub fn code_lines(file: &str, lines: &[Line]) -> BTreeSet<usize> {
    let comments = comments(file);
    let mut open = None;
    let is_code = |line: &&Line| uncommented(&line.text, &comments, &mut open);
    lines.iter().filter(is_code).map(|line| line.number).collect()
}

/// Whether a line says something outside of comments that fill lines; `open` is how the comment
/// ends that the line begins in.
fn uncommented(line: &str, comments: &Comments, open: &mut Option<&'static str>) -> bool {
    let mut rest = line.trim();
    loop {
        if let Some(end) = *open {
            let Some((_, behind)) = rest.split_once(end) else { return false };
            *open = None;
            rest = behind.trim();
        }
        if comments.line.iter().any(|mark| rest.starts_with(mark)) {
            return false;
        }
        match comments.block.iter().find(|(begin, _)| rest.starts_with(begin)) {
            Some((begin, end)) => {
                *open = Some(end);
                rest = &rest[begin.len()..];
            }
            None => return rest.contains(char::is_alphanumeric),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    fn code(file: &str, text: &str) -> Vec<usize> {
        code_lines(file, &Source::parse(text).unwrap().lines).into_iter().collect()
    }

    #[test]
    fn comments_and_braces_are_not_code() {
        let rust =
            "//! A.\n/// B.\n#[derive(C)]\nstruct D {\n    e: u8, // f\n}\n\n/* g\nh */ i();\n";
        assert_eq!(code("a.rs", rust), [3, 4, 5, 9]);
        assert_eq!(code("Cargo.toml", "# a\n[b]\n\nc = 1\n"), [2, 4]);
        assert_eq!(code("a.html", "<!-- a\nb -->\n{# c #}\n{# d #} <p>e</p>\n</p>\n"), [4, 5]);
        assert_eq!(code("a.css", "/* a */\nb { c: d; }\n}\n"), [2]);
        assert_eq!(code("a.sql", "-- a\nSELECT 1;\n"), [2]);
    }

    #[test]
    fn code_is_in_the_folders_of_the_program() {
        let holding = ["src/main.rs", "templates/a.html", "static/a.css", "Cargo.toml"];
        assert!(holding.iter().all(|file| holds_code(file)));
        assert!(!holds_code("tests/a.rs") && !holds_code("README.md"));
    }
}
