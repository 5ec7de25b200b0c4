use crate::recording::Exchange;
use std::fmt;

/// Whether a promise was kept, and if not, why.
pub type Outcome = Result<(), NotKept>;

/// Why a promise was not kept.
#[derive(Debug)]
pub enum NotKept {
    /// The program did something else.
    Broken(Box<Failure>),
    /// It could not be tried here, and why.
    Skipped(String),
}

/// What a program did instead of what a walk expected, in words for its author.
#[derive(Debug)]
pub struct Failure {
    /// The request and its answer, if there was an answer.
    pub exchange: Option<Exchange>,
    /// What was expected.
    pub expected: String,
    /// What came.
    pub came: String,
    /// What that usually means.
    pub meaning: String,
}

impl Failure {
    /// A failure without an exchange: the program did not start, stop or answer.
    pub fn outside(expected: &str, came: String, meaning: &str) -> NotKept {
        NotKept::Broken(Box::new(Self {
            exchange: None,
            expected: expected.to_owned(),
            came,
            meaning: meaning.to_owned(),
        }))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        if let Some(exchange) = &self.exchange {
            writeln!(formatter, "{exchange}")?;
        }
        if self.expected.contains('\n') || self.came.contains('\n') {
            let difference = similar::TextDiff::from_lines(&self.expected, &self.came);
            let difference = difference.unified_diff().header("expected", "came").to_string();
            writeln!(formatter, "{difference}")?;
        } else {
            writeln!(formatter, "expected: {}", self.expected)?;
            writeln!(formatter, "came:     {}", self.came)?;
        }
        write!(formatter, "usually:  {}", self.meaning)
    }
}

impl fmt::Display for NotKept {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Broken(failure) => failure.fmt(formatter),
            Self::Skipped(why) => write!(formatter, "skipped: {why}"),
        }
    }
}
