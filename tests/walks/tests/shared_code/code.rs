//! Two files of Rust, compared without their comments, their tests and their blank lines.

/// A line of code and its number in the file.
type Line = (usize, String);

/// The first line in which two files differ, in words; `None` if their code is the same.
pub fn difference(ours: &str, theirs: &str) -> Option<String> {
    let ours = code(ours);
    let theirs = code(theirs);
    let same = |(one, other): &(&Line, &Line)| one.1 == other.1;
    let index = ours.iter().zip(&theirs).take_while(same).count();
    let says = |lines: &[Line]| match lines.get(index) {
        Some((number, text)) => format!("line {number} is `{text}`"),
        None => "the file has ended".to_owned(),
    };
    (index < ours.len().max(theirs.len()))
        .then(|| format!("the engine's: {}\nthe step's:   {}", says(&ours), says(&theirs)))
}

/// The text without a function, whose lines are empty instead. `None` if there is no such function.
pub fn without_function(text: &str, name: &str) -> Option<String> {
    let is_first = |line: &str| {
        let rest = line.split_once(&format!("fn {name}")).map_or("", |(_, rest)| rest);
        rest.starts_with(['(', '<'])
    };
    let lines: Vec<&str> = text.lines().collect();
    let first = lines.iter().position(|line| is_first(line))?;
    let indentation = lines[first].len() - lines[first].trim_start().len();
    let end = format!("{}}}", " ".repeat(indentation));
    let length = lines[first..].iter().position(|line| *line == end)? + 1;
    let mut kept = lines;
    kept[first..first + length].fill("");
    Some(kept.join("\n"))
}

/// The lines of a file that hold code, without their indentation.
fn code(text: &str) -> Vec<Line> {
    let text = without_comments(text);
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line));
    let mut lines = lines.filter(|(_, line)| !line.trim().is_empty());
    let mut kept = Vec::new();
    while let Some((number, line)) = lines.next() {
        if line.trim() != "#[cfg(test)]" {
            kept.push((number, line.trim().to_owned()));
            continue;
        }
        let end = line.replace("#[cfg(test)]", "}");
        let first = lines.next();
        if first.is_some_and(|(_, first)| !first.ends_with(';')) {
            lines.by_ref().find(|(_, line)| *line == end);
        }
    }
    kept
}

/// The text with its comments left out; each line stays where it is.
fn without_comments(text: &str) -> String {
    let mut code = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let comment = comment_length(rest);
        let length = comment.or_else(|| literal_length(rest)).unwrap_or(first.len_utf8());
        let (token, after) = rest.split_at(length);
        match comment {
            Some(_) => code.extend(token.chars().filter(|letter| *letter == '\n')),
            None => code.push_str(token),
        }
        rest = after;
    }
    code.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// The length of the comment that a text begins with. Comments in `/*` and `*/` nest.
fn comment_length(text: &str) -> Option<usize> {
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    let mut at = text.starts_with("/*").then_some(2)?;
    let mut depth = 1;
    while depth > 0 {
        let rest = &text[at..];
        let end = rest.find("*/")?;
        match rest.find("/*").filter(|start| *start < end) {
            Some(start) => {
                depth += 1;
                at += start + 2;
            }
            None => {
                depth -= 1;
                at += end + 2;
            }
        }
    }
    Some(at)
}

/// The length of the string or character that a text begins with: `//` in it begins no comment.
fn literal_length(text: &str) -> Option<usize> {
    if let Some(raw) = text.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        let inner = raw[hashes..].strip_prefix('"')?;
        let end = format!("\"{}", "#".repeat(hashes));
        return Some(text.len() - inner.len() + inner.find(&end)? + end.len());
    }
    if let Some(inner) = text.strip_prefix('"') {
        return Some(1 + quoted_length(inner, '"')?);
    }
    let inner = text.strip_prefix('\'')?;
    let first = inner.chars().next()?;
    // Without a quote after one character it is a lifetime.
    let is_character = first == '\\' || inner[first.len_utf8()..].starts_with('\'');
    if is_character { Some(1 + quoted_length(inner, '\'')?) } else { None }
}

/// The length up to and with the quote that is not escaped.
fn quoted_length(text: &str, quote: char) -> Option<usize> {
    let mut is_escaped = false;
    for (index, letter) in text.char_indices() {
        if letter == quote && !is_escaped {
            return Some(index + 1);
        }
        is_escaped = letter == '\\' && !is_escaped;
    }
    None
}

const OURS: &str = r##"//! The engine's.

use a::b;

// ANCHOR: open
/// Opens it. /* not nested
fn open<'a>(text: &'a str) -> bool { /* a /* nested */
    comment */ text == "// \" kept" && text != r#"/* " kept"# // why
        && text.ends_with('"')
}
// ANCHOR_END: open

#[cfg(test)]
mod tests {
    fn a() {
    }
}

#[cfg(test)]
mod other;
fn last() {}
"##;

const THEIRS: &str = r##"use a::b;
fn open<'a>(text: &'a str) -> bool {

    text == "// \" kept" && text != r#"/* " kept"#
        // Another reason.
        && text.ends_with('"')
}
fn last() {}
"##;

#[test]
fn comments_anchors_tests_and_blank_lines_are_not_compared() {
    assert_eq!(difference(OURS, THEIRS), None);
    assert_eq!(difference(THEIRS, OURS), None);
    assert_eq!(code(OURS).len(), 6);
}

#[test]
fn first_line_that_differs_is_named_on_both_sides() {
    let changed = THEIRS.replace("'\"'", "'x'");
    let told = difference(OURS, &changed).unwrap();
    assert!(told.contains("the engine's: line 9 is `&& text.ends_with('\"')`"), "{told}");
    assert!(told.contains("the step's:   line 6 is `&& text.ends_with('x')`"), "{told}");
}

#[test]
fn text_in_a_string_that_looks_like_a_comment_is_compared() {
    for (from, to) in [("// \\\" kept", "// \\\" other"), ("/* \" kept", "/* \" other")] {
        let changed = THEIRS.replace(from, to);
        assert_ne!(changed, THEIRS);
        assert!(difference(OURS, &changed).is_some(), "{from}");
    }
}

#[test]
fn line_that_only_one_of_both_has_is_a_difference() {
    let longer = format!("{THEIRS}fn more() {{}}\n");
    let told = difference(OURS, &longer).unwrap();
    assert!(told.contains("the engine's: the file has ended"), "{told}");
    assert!(told.contains("the step's:   line 9 is `fn more() {}`"), "{told}");
    assert!(difference(&longer, OURS).unwrap().contains("the step's:   the file has ended"));
}

#[test]
fn function_can_be_left_out_of_the_comparison() {
    let changed = THEIRS.replace("Another reason.\n", "Another reason.\n        && true\n");
    assert!(difference(OURS, &changed).is_some());
    let [ours, theirs] = [OURS, &changed].map(|text| without_function(text, "open").unwrap());
    assert_eq!(difference(&ours, &theirs), None);
    assert_eq!(without_function(OURS, "ope"), None);
    let last = without_function(THEIRS, "open").unwrap().replace("last", "first");
    assert!(difference(&ours, &last).unwrap().contains("the step's:   line 8 is `fn first() {}`"));
}
