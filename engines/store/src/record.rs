use crate::data::SessionData;
use std::time::SystemTime;

/// A session in a store.
#[derive(Clone)]
pub struct Record {
    /// What handlers keep in it.
    pub data: SessionData,
    /// Goes up with each save, and no number comes twice.
    pub version: u64,
    /// When the session began.
    pub created: SystemTime,
    /// When it was last used.
    pub accessed: SystemTime,
    /// When it ends if it isn't used again.
    pub expires: SystemTime,
}

/// What a store has under a key.
pub enum Found<T> {
    /// The session.
    Live(T),
    /// The session was here a moment ago, and has another id by now or has ended.
    Renamed,
    /// No session that is alive.
    Nothing,
}

/// What came of a write that has a condition.
#[derive(Debug, PartialEq)]
#[must_use]
pub enum Outcome {
    /// The write was done.
    Done,
    /// Somebody else has saved since, or the new key is in use. Nothing was written.
    Conflict,
    /// The session has ended or has another id. Nothing was written.
    Gone,
}
