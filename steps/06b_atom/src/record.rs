use crate::data::SessionData;

/// A session in a store.
#[derive(Clone)]
pub struct Record {
    pub data: SessionData,
    /// Goes up by one with each save.
    pub version: u64,
}

/// What came of a write that has a condition.
#[derive(Debug, PartialEq)]
#[must_use]
pub enum Outcome {
    Done,
    /// Somebody else has saved since.
    Conflict,
}
