use super::Finding;
use crate::mistake::Mistake;
use crate::repository::{Repository, names};
use crate::weaver::Chapter;

/// Words and turns that make our English read like a translation, and what to write instead.
const STILTED: [(&str, &str); 13] = [
    ("anew", "again"),
    ("mend", "fix"),
    ("mends", "fixes"),
    ("mended", "fixed"),
    ("mending", "fixing"),
    ("nobody s", "ignored, anonymous"),
    ("is none", "is not, there is no"),
    ("are none", "are not, there are no"),
    ("is told", "reads, gets a message"),
    ("are told", "read, get a message"),
    ("passed over", "ignored, skipped"),
    ("whoever", "anyone who"),
    ("which is why", "so"),
];

/// No chapter and no Rust comment has a stilted turn. What is in backticks is code.
pub fn voice(repository: &Repository, chapters: &[Chapter]) -> Result<Vec<Finding>, String> {
    let mut findings = Vec::new();
    for chapter in chapters {
        find(&chapter.file, chapter.text.lines(), &mut findings);
    }
    for folder in ["book/weave", "engines", "steps", "tests"] {
        if repository.path(folder).is_dir() {
            in_comments(repository, folder, &mut findings)?;
        }
    }
    Ok(findings)
}

fn in_comments(
    repository: &Repository,
    folder: &str,
    findings: &mut Vec<Finding>,
) -> Result<(), String> {
    for name in names(&repository.path(folder))? {
        let path = format!("{folder}/{name}");
        if repository.path(&path).is_dir() {
            if name != "target" && name != "state" {
                in_comments(repository, &path, findings)?;
            }
        } else if name.ends_with(".rs") {
            let text = repository.read(&path)?;
            let is_comment = |line: &&str| line.trim_start().starts_with("//");
            let lines = text.lines().map(|line| Some(line).filter(is_comment).unwrap_or_default());
            find(&path, lines, findings);
        }
    }
    Ok(())
}

/// A turn may begin on one line and end on the next.
fn find<'a>(file: &str, lines: impl Iterator<Item = &'a str>, findings: &mut Vec<Finding>) {
    let lines: Vec<String> = lines.map(plain).collect();
    for (index, line) in lines.iter().enumerate() {
        let next = lines.get(index + 1).map_or("", String::as_str);
        let both = format!(" {line} {next} ");
        for (turn, instead) in STILTED {
            let at = both.find(&format!(" {turn} "));
            // What begins on the next line is found there.
            if at.is_some_and(|at| at < line.len() + 1) {
                let what = format!("`{turn}` is stilted: write {instead}");
                findings.push(Finding::new("voice", Mistake::new(file, index + 1, what), turn));
            }
        }
    }
}

/// The words of a line in lower case, code and directives left out.
fn plain(line: &str) -> String {
    if line.contains("{{#") {
        return String::new();
    }
    let text: String = line.split('`').step_by(2).collect::<Vec<_>>().join(" ");
    let letters = |letter: char| if letter.is_alphanumeric() { letter } else { ' ' };
    let text: String = text.to_lowercase().chars().map(letters).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(usize, String)> {
        let mut findings = Vec::new();
        find("a.md", text.lines(), &mut findings);
        findings.into_iter().map(|finding| (finding.mistake.line, finding.text)).collect()
    }

    #[test]
    fn stilted_turns_are_found_over_the_end_of_a_line() {
        let text = "It is made anew.\nThe request is\nnobody's, and it is\ntold so.";
        let turns = [(1, "anew"), (3, "nobody s"), (3, "is told")];
        assert_eq!(found(text), turns.map(|(line, turn)| (line, turn.to_owned())));
    }

    #[test]
    fn code_and_longer_words_are_left_alone() {
        assert_eq!(
            found("Run `mend anew`. We recommend it. There is nonesuch.\nanew"),
            [(2, "anew".into())]
        );
    }
}
