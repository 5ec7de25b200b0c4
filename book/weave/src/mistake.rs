use std::fmt;

/// Something wrong in the book or in what it shows. Its text is `FILE:LINE: WHAT`, where WHAT says
/// what happened and what to do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// The file below the repository, such as `book/src/02_sessions.md`.
    pub file: String,
    /// The line in it, from 1; 0 when the whole file is meant.
    pub line: usize,
    /// What happened, and what to do.
    pub what: String,
}

impl Mistake {
    /// A mistake in this file, on this line.
    pub fn new(file: impl Into<String>, line: usize, what: impl Into<String>) -> Self {
        Self { file: file.into(), line, what: what.into() }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self.line {
            0 => write!(formatter, "{}: {}", self.file, self.what),
            line => write!(formatter, "{}:{line}: {}", self.file, self.what),
        }
    }
}

/// Why the book is not built: one mistake or more, a line each.
#[derive(Debug)]
pub struct Mistakes(pub Vec<Mistake>);

impl fmt::Display for Mistakes {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(Mistake::to_string).collect();
        formatter.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for Mistakes {}
