//! A part of a step's file next to the reader's own file: what stays, what is new, what goes.

use crate::diff::{Mark, Row, is_blank, rows};
use crate::source::Line;
use std::ops::Range;

/// What following a listing does to the reader's file.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    /// How many lines of the file stay above it.
    pub at: usize,
    /// The lines of the file that it shows, as they stay and as they are struck through.
    pub old: Vec<String>,
    /// The lines that are there afterwards.
    pub new: Vec<String>,
}

/// A part of a finished file, seen by a reader who has this much of it.
pub struct Passage {
    /// The lines to show, in order.
    pub rows: Vec<Row>,
    /// What the reader's file becomes.
    pub edit: Edit,
    /// For each line of the finished file, whether the reader's file has it.
    pub known: Vec<bool>,
}

/// The lines `shown` of the finished file, by a reader whose file is `yours`.
pub fn passage(yours: &[String], ours: &[Line], shown: Range<usize>) -> Passage {
    let old: Vec<&str> = yours.iter().map(String::as_str).collect();
    let new: Vec<&str> = ours.iter().map(|line| line.text.as_str()).collect();
    let all = rows(&old, &new);
    let finished = all.iter().filter(|row| row.mark != Mark::Removed);
    let known = finished.map(|row| row.mark == Mark::Kept).collect();
    let places: Vec<usize> =
        (0..all.len()).filter(|index| all[*index].mark != Mark::Removed).collect();
    let first = places[shown.start];
    let last = places[shown.end - 1];
    let begin = replaced_from(&all, first);
    let is_old = |row: &&Row| row.mark != Mark::Added;
    let removed = all[begin..first].iter().filter(is_old);
    let rows: Vec<Row> = removed.chain(&all[first..=last]).cloned().collect();
    let texts = |rows: &mut dyn Iterator<Item = &Row>| rows.map(|row| row.text.clone()).collect();
    let edit = Edit {
        at: all[..begin].iter().filter(is_old).count(),
        old: texts(&mut rows.iter().filter(is_old)),
        new: texts(&mut rows.iter().filter(|row| row.mark != Mark::Removed)),
    };
    Passage { rows: tidy(rows), edit, known }
}

/// Where the change begins that the row at `first` belongs to: the lines that it replaces go with
/// the first listing that shows some of the new ones.
fn replaced_from(rows: &[Row], first: usize) -> usize {
    if rows[first].mark != Mark::Added {
        return first;
    }
    let above = |mark: Mark, end: usize| {
        end - rows[..end].iter().rev().take_while(|row| row.mark == mark).count()
    };
    let added = above(Mark::Added, first);
    let removed = above(Mark::Removed, added);
    if removed < added { removed } else { first }
}

/// Marks a blank line only between lines marked alike, and leaves out a removed one elsewhere: no
/// mark begins or ends with a blank line.
fn tidy(rows: Vec<Row>) -> Vec<Row> {
    let filled: Vec<(usize, Mark)> = rows
        .iter()
        .enumerate()
        .filter(|(_, row)| !is_blank(&row.text))
        .map(|(index, row)| (index, row.mark))
        .collect();
    let mut tidied = Vec::new();
    for (index, row) in rows.into_iter().enumerate() {
        let next = filled.partition_point(|(filled, _)| *filled < index);
        let before = next.checked_sub(1).map(|before| filled[before].1);
        let is_between = before == Some(row.mark) && filled.get(next).map(|at| at.1) == before;
        if !is_blank(&row.text) || is_between {
            tidied.push(row);
        } else if row.mark != Mark::Removed {
            tidied.push(Row { mark: Mark::Kept, ..row });
        }
    }
    tidied
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    const OURS: &str = "fn a(x: u8) {\n    new(x)\n}\n\nfn b() {\n    2\n}\n";

    fn seen(yours: &str, range: Range<usize>) -> (Passage, Vec<String>) {
        let yours: Vec<String> = yours.lines().map(str::to_owned).collect();
        let passage = passage(&yours, &Source::parse(OURS).unwrap().lines, range);
        (passage, yours)
    }

    fn marks(passage: &Passage) -> Vec<Mark> {
        passage.rows.iter().map(|row| row.mark).collect()
    }

    #[test]
    fn replaced_lines_are_shown_before_the_new_ones() {
        use Mark::{Added, Kept, Removed};
        let (passage, yours) = seen("fn a() {\n    old()\n}\n", 0..3);
        assert_eq!(marks(&passage), [Removed, Removed, Added, Added, Kept]);
        assert_eq!(passage.edit.at, 0);
        assert_eq!(passage.edit.old, yours);
        assert_eq!(passage.known, [false, false, true, false, false, false, false]);
    }

    #[test]
    fn new_block_replaces_nothing() {
        let (passage, _) = seen("fn a(x: u8) {\n    new(x)\n}\n", 4..7);
        assert_eq!(marks(&passage), [Mark::Added; 3]);
        assert_eq!((passage.edit.at, passage.edit.old.len()), (3, 0));
        assert_eq!(passage.edit.new, ["fn b() {", "    2", "}"]);
    }

    #[test]
    fn second_half_of_a_change_takes_what_was_replaced() {
        let (passage, _) = seen("fn a() {\n    old()\n}\n", 1..3);
        assert_eq!(passage.edit.at, 0);
        assert_eq!(passage.edit.old, ["fn a() {", "    old()", "}"]);
    }

    #[test]
    fn blank_line_is_marked_between_marked_ones_only() {
        let row = |mark, text: &str| Row { mark, text: text.into() };
        let rows = vec![
            row(Mark::Added, "a"),
            row(Mark::Added, ""),
            row(Mark::Added, "b"),
            row(Mark::Added, ""),
            row(Mark::Kept, "c"),
            row(Mark::Removed, ""),
        ];
        let marks: Vec<_> = tidy(rows).into_iter().map(|row| row.mark).collect();
        assert_eq!(marks, [Mark::Added, Mark::Added, Mark::Added, Mark::Kept, Mark::Kept]);
    }
}
