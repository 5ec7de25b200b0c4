//! Pieces of HTML that hold in Markdown: none has a blank line, which would end Markdown's HTML block.

/// Lines in one element, or in no element.
#[derive(Debug, PartialEq)]
pub struct Run {
    /// `ins`, `del`, `mark` or none.
    pub tag: Option<&'static str>,
    /// The lines.
    pub lines: Vec<String>,
}

/// Puts neighbouring lines of the same tag together.
pub fn runs(lines: impl IntoIterator<Item = (Option<&'static str>, String)>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (tag, line) in lines {
        match runs.last_mut() {
            Some(run) if run.tag == tag => run.lines.push(line),
            _ => runs.push(Run { tag, lines: vec![line] }),
        }
    }
    runs
}

/// `<pre><code class="CLASS">` with these lines.
pub fn code(class: &str, runs: &[Run]) -> String {
    format!("<pre><code class=\"{class}\">{}</code></pre>", lines(runs))
}

/// `<pre class="CLASS"><samp>` with these lines: what a program said, never coloured as code.
pub fn sample(class: &str, runs: &[Run]) -> String {
    format!("<pre class=\"{class}\"><samp>{}</samp></pre>", lines(runs))
}

/// Text with its `names` in backticks as code.
pub fn with_names(text: &str) -> String {
    let parts = text.split('`').enumerate();
    parts
        .map(|(index, part)| match index % 2 {
            1 => format!("<code>{}</code>", escape(part)),
            _ => escape(part),
        })
        .collect()
}

/// Text with what HTML means by `&`, `<`, `>` and quotes taken out.
pub fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', "&#39;")
}

fn lines(runs: &[Run]) -> String {
    let last = runs.len().saturating_sub(1);
    let runs = runs.iter().enumerate();
    let runs: String = runs.map(|(index, lines)| run(lines, index == last)).collect();
    solid(&runs)
}

/// A run and the line break after it. A removed line takes its line break along when it is hidden.
fn run(run: &Run, is_last: bool) -> String {
    let lines: Vec<_> = run.lines.iter().map(|line| escape(line.trim_end())).collect();
    let lines = lines.join("\n");
    let end = if is_last { "" } else { "\n" };
    match run.tag {
        Some("del") => format!("<del><span>{}</span>\n</del>", struck(&lines)),
        Some(tag) => format!("<{tag}>{lines}</{tag}>{end}"),
        None => format!("{lines}{end}"),
    }
}

/// Lines struck through, but for the spaces that they begin with.
fn struck(lines: &str) -> String {
    let struck = lines.lines().map(|line| {
        let text = line.trim_start();
        let spaces = &line[..line.len() - text.len()];
        if text.is_empty() { String::new() } else { format!("{spaces}<s>{text}</s>") }
    });
    struck.collect::<Vec<_>>().join("\n")
}

/// Writes the second of two line ends as a reference: no line is blank, and the text is the same.
/// So is a first one, which HTML would drop behind `<pre>`.
fn solid(text: &str) -> String {
    let text = text.replace("\n\n", "\n&#10;");
    match text.strip_prefix('\n') {
        Some(rest) => format!("&#10;{rest}"),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removed_lines_hold_their_line_break() {
        let lines = [(None, "a"), (Some("del"), "  b"), (Some("ins"), "c")];
        let runs = runs(lines.map(|(tag, line)| (tag, line.to_owned())));
        let code = code("language-rust", &runs);
        assert!(
            code.contains(">a\n<del><span>  <s>b</s></span>\n</del><ins>c</ins></code>"),
            "{code}"
        );
    }

    #[test]
    fn names_are_code() {
        assert_eq!(with_names("in `a<b>`, at"), "in <code>a&lt;b&gt;</code>, at");
    }

    #[test]
    fn runs_keep_the_order_and_leave_no_blank_line() {
        let lines =
            [(None, "a <b>"), (Some("ins"), "c"), (Some("ins"), ""), (None, ""), (None, "")];
        let runs = runs(lines.map(|(tag, line)| (tag, line.to_owned())));
        let code = code("language-rust", &runs);
        assert!(code.contains("a &lt;b&gt;\n<ins>c\n</ins>\n&#10;"), "{code}");
        assert!(!code.contains("\n\n"), "{code}");
    }
}
