use super::Finding;
use crate::mistake::Mistake;
use crate::weaver::Chapter;
use mdbook_markdown::pulldown_cmark::{CodeBlockKind, Event, Tag, TagEnd};
use mdbook_markdown::{MarkdownOptions, new_cmark_parser};
use std::ops::Range;

/// Words that blame a reader who stumbles, and names that mean nothing.
const FORBIDDEN: [&str; 17] = [
    "easily",
    "easy",
    "simply",
    "simple",
    "just",
    "obvious",
    "obviously",
    "of course",
    "trivial",
    "trivially",
    "basically",
    "straightforward",
    "needless to say",
    "clearly",
    "foo",
    "foobar",
    "baz",
];

/// What the reader types: the one kind of code that is written into a chapter.
const TYPED: [&str; 2] = ["sh", "console"];

/// Finds forbidden words outside code.
pub fn words(chapters: &[Chapter]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for chapter in chapters {
        let mut in_code = false;
        for (event, range) in events(&chapter.text) {
            match event {
                Event::Start(Tag::CodeBlock(_)) => in_code = true,
                Event::End(TagEnd::CodeBlock) => in_code = false,
                Event::Text(text) if !in_code => {
                    for word in forbidden(&text) {
                        let what = format!("the word `{word}` helps no reader: say it without");
                        let mistake =
                            Mistake::new(&chapter.file, line(&chapter.text, &range), what);
                        findings.push(Finding::new("words", mistake, word));
                    }
                }
                _ => {}
            }
        }
    }
    findings
}

/// No code is typed into a chapter but commands, and these without a prompt.
pub fn fences(chapters: &[Chapter]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for chapter in chapters {
        let mut find = |range: &Range<usize>, what: &str, text: &str| {
            let mistake = Mistake::new(&chapter.file, line(&chapter.text, range), what);
            findings.push(Finding::new("fences", mistake, text));
        };
        let mut in_commands = false;
        for (event, range) in events(&chapter.text) {
            let source = &chapter.text[range.clone()];
            match event {
                Event::Start(Tag::CodeBlock(kind)) => {
                    in_commands = is_typed(&kind);
                    if !in_commands {
                        let text = source.lines().nth(1).unwrap_or(source);
                        find(&range, "code is typed here: show it with a directive", text);
                    }
                }
                Event::End(TagEnd::CodeBlock) => in_commands = false,
                Event::Text(text) if in_commands => {
                    for command in text.lines().filter(|command| command.starts_with("$ ")) {
                        find(&range, "a command has a prompt: take the `$` away", command);
                    }
                }
                Event::Html(html) if html.to_lowercase().contains("<pre") => {
                    find(&range, "code is typed here as HTML: show it with a directive", &html);
                }
                _ => {}
            }
        }
    }
    findings
}

fn is_typed(kind: &CodeBlockKind) -> bool {
    match kind {
        CodeBlockKind::Fenced(info) => TYPED.contains(&info.split(',').next().unwrap_or_default()),
        CodeBlockKind::Indented => false,
    }
}

fn forbidden(text: &str) -> impl Iterator<Item = &'static str> {
    let letters = |letter: char| if letter.is_alphanumeric() { letter } else { ' ' };
    let words: String = text.to_lowercase().chars().map(letters).collect();
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let words = format!(" {words} ");
    FORBIDDEN.into_iter().filter(move |word| words.contains(&format!(" {word} ")))
}

fn events(text: &str) -> impl Iterator<Item = (Event<'_>, Range<usize>)> {
    new_cmark_parser(text, &MarkdownOptions::default()).into_offset_iter()
}

fn line(text: &str, range: &Range<usize>) -> usize {
    text[..range.start].matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chapter(text: &str) -> Vec<Chapter> {
        vec![Chapter { file: "book/src/02_sessions.md".into(), text: text.into() }]
    }

    fn found(findings: Vec<Finding>) -> Vec<(usize, String)> {
        findings.into_iter().map(|finding| (finding.mistake.line, finding.text)).collect()
    }

    #[test]
    fn forbidden_words_are_found_outside_of_code() {
        let text = "# A title\n\nThis is *Simply* so,\nof course, and it is adjusted.\n\n\
                    Run `just test`.\n\n```sh\njust run\n```\n";
        let words = found(words(&chapter(text)));
        assert_eq!(words, [(3, "simply".into()), (4, "of course".into())]);
    }

    #[test]
    fn typed_code_is_found_and_commands_are_not() {
        let text = "```sh\ncargo run\n```\n\n```rust\nfn main() {}\n```\n\n```\nplain\n```\n\n\
                    <pre>x</pre>\n\n```console\n$ ls\n```\n";
        let lines: Vec<_> =
            found(fences(&chapter(text))).into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, [5, 9, 13, 16]);
    }
}
