//! A line diff that reads well: what was replaced comes before what replaces it, and a new block
//! holds its own braces instead of its neighbour's.

use similar::{ChangeTag, TextDiff};

/// What happens to a line on the way from the old text to the new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// It is in both texts.
    Kept,
    /// It is in the new text only.
    Added,
    /// It is in the old text only.
    Removed,
}

impl Mark {
    /// The HTML element around lines like this; none for lines that stay.
    pub fn tag(self) -> Option<&'static str> {
        match self {
            Self::Kept => None,
            Self::Added => Some("ins"),
            Self::Removed => Some("del"),
        }
    }
}

/// A line of the old text, of the new text, or of both.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What happens to the line.
    pub mark: Mark,
    /// The line, without its line break.
    pub text: String,
}

/// Both texts as one list of lines. Those that are not removed make the new text, and those that are
/// not added make the old one.
pub fn rows(old: &[&str], new: &[&str]) -> Vec<Row> {
    let diff = TextDiff::from_slices(old, new);
    let row = |mark, text: &str| Row { mark, text: text.to_owned() };
    let mut rows: Vec<Row> = diff
        .iter_all_changes()
        .map(|change| match change.tag() {
            ChangeTag::Equal => row(Mark::Kept, change.value()),
            ChangeTag::Insert => row(Mark::Added, change.value()),
            ChangeTag::Delete => row(Mark::Removed, change.value()),
        })
        .collect();
    let mut start = 0;
    while start < rows.len() {
        join(&mut rows, start);
        let end = run_end(&rows, start);
        let is_kept = |index: usize| rows.get(index).is_none_or(|row| row.mark == Mark::Kept);
        let is_first = start.checked_sub(1).is_none_or(is_kept);
        let is_last = is_kept(end);
        start = match rows[start].mark {
            Mark::Kept => end,
            Mark::Added if !is_first && is_last => split(&mut rows, start, end),
            _ => {
                if is_first && is_last {
                    settle(&mut rows, start, end);
                }
                end
            }
        };
    }
    rows
}

/// Puts what replaces a block next to it, where the diff took the blank line after the new block for
/// the one before the old block.
fn join(rows: &mut [Row], start: usize) {
    let end = run_end(rows, start);
    let is = |index: usize, mark| rows.get(index).is_some_and(|row| row.mark == mark);
    let blank = |index: usize| rows.get(index).is_some_and(|row| is_blank(&row.text));
    let is_apart = is(start, Mark::Added) && is(end, Mark::Kept) && is(end + 1, Mark::Removed);
    if !is_apart || !blank(start) || !blank(end) {
        return;
    }
    let removed = run_end(rows, end + 1);
    rows[start].mark = Mark::Kept;
    rows[end].mark = Mark::Added;
    rows[start + 1..removed].rotate_left(end - start);
}

/// Ends a replacement at its own closing line, where the diff took the one of a new block further
/// down. Gives where to go on.
fn split(rows: &mut [Row], start: usize, end: usize) -> usize {
    let Some(closing) = rows.get(end).map(|row| row.text.clone()) else { return end };
    if closing.contains(char::is_alphanumeric) {
        return end;
    }
    let lines: Vec<&str> = rows.iter().map(|row| row.text.as_str()).collect();
    let ends = |at: &usize| lines[*at] == closing && untidiness(&lines[at + 1..=end]) == 0;
    let Some(at) = (start..end).find(ends) else { return end };
    rows[at].mark = Mark::Kept;
    rows[end].mark = Mark::Added;
    at
}

/// Where the run of equal marks that begins at `start` ends.
fn run_end(rows: &[Row], start: usize) -> usize {
    let mark = rows[start].mark;
    let length = rows[start..].iter().take_while(|row| row.mark == mark).count();
    start + length
}

/// Moves a run of added or removed lines to where it makes a whole block, if it can move: a run
/// that begins with the line that follows it may as well begin one line later.
fn settle(rows: &mut [Row], start: usize, end: usize) {
    let mark = rows[start].mark;
    let is_kept = |index: usize| rows.get(index).is_some_and(|row| row.mark == Mark::Kept);
    let text = |index: usize| rows[index].text.as_str();
    let mut first = start;
    let mut last = start;
    while first > 0 && is_kept(first - 1) && text(first - 1) == text(first + end - start - 1) {
        first -= 1;
    }
    while is_kept(last + end - start) && text(last) == text(last + end - start) {
        last += 1;
    }
    let length = end - start;
    let lines: Vec<&str> = rows.iter().map(|row| row.text.as_str()).collect();
    let best = (first..=last).min_by_key(|at| {
        let distance = at.abs_diff(start);
        (untidiness(&lines[*at..at + length]), distance)
    });
    let best = best.unwrap_or(start);
    for row in &mut rows[start.min(best)..end.max(best + length)] {
        row.mark = Mark::Kept;
    }
    for row in &mut rows[best..best + length] {
        row.mark = mark;
    }
}

/// How far these lines are from a whole block, which begins and ends at its own least indentation.
fn untidiness(lines: &[&str]) -> usize {
    let filled: Vec<&str> = lines.iter().copied().filter(|line| !is_blank(line)).collect();
    let (Some(first), Some(last)) = (filled.first(), filled.last()) else { return 0 };
    let least = filled.iter().map(|line| indent(line)).min().unwrap_or(0);
    let closes = |line: &str| line.trim_start().starts_with(['}', ')', ']']);
    usize::from(closes(first) && filled.len() > 1)
        + usize::from(indent(first) > least)
        + usize::from(indent(last) > least)
}

/// How many spaces a line begins with.
pub fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// Whether a line holds nothing but spaces.
pub fn is_blank(line: &str) -> bool {
    line.trim().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(old: &str, new: &str) -> String {
        let (old, new): (Vec<_>, Vec<_>) = (old.lines().collect(), new.lines().collect());
        let rows = rows(&old, &new);
        let sign = |row: &Row| match row.mark {
            Mark::Kept => ' ',
            Mark::Added => '+',
            Mark::Removed => '-',
        };
        rows.iter().map(|row| format!("{}{}\n", sign(row), row.text)).collect()
    }

    #[test]
    fn new_block_holds_its_own_braces() {
        let a = "fn a() {\n    1\n}\n";
        let b = "fn b() {\n    2\n}\n";
        let behind = marked(a, &format!("{a}\n{b}"));
        assert_eq!(behind, " fn a() {\n     1\n }\n+\n+fn b() {\n+    2\n+}\n");
        let gone = marked(&format!("{a}\n{b}"), a);
        assert_eq!(gone, " fn a() {\n     1\n }\n-\n-fn b() {\n-    2\n-}\n");
    }

    #[test]
    fn replaced_block_comes_after_the_old_one() {
        let old = "a {\n    1\n}\n\nb {\n    2\n}\n";
        let new = "a {\n    one\n}\n\nbee {\n    two\n}\n\nc {\n    3\n}\n";
        let told = " a {\n-    1\n+    one\n }\n \n-b {\n-    2\n+bee {\n+    two\n }\n+\n+c {\n+    3\n+}\n";
        assert_eq!(marked(old, new), told);
    }

    #[test]
    fn replaced_lines_come_first() {
        assert_eq!(marked("a\nold\nb", "a\nnew\nb"), " a\n-old\n+new\n b\n");
    }

    #[test]
    fn nothing_moves_past_the_ends() {
        assert_eq!(marked("a\na", "a"), " a\n-a\n");
        assert_eq!(marked("", "a\na"), "+a\n+a\n");
        assert_eq!(marked("", ""), "");
    }
}
