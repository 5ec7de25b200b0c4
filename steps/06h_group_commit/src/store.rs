use crate::id::Key;
use crate::record::{Found, Outcome, Record};
use async_trait::async_trait;
use std::time::SystemTime;

/// Keeps sessions. An engine relies on each sentence here, and the conformance suite tries each.
///
/// Each write happens as a whole or not at all, also if the future is dropped halfway. What returned
/// is there for every later call, and a store that keeps sessions on a disk has flushed it.
#[async_trait]
pub trait Store: Send + Sync {
    /// Keeps a record under a key. A key that is in use is a [`Outcome::Conflict`], even if its
    /// session has expired or was renamed, and nothing is changed.
    async fn create(&self, key: &Key, record: &Record) -> Result<Outcome, StoreError>;

    /// What is under a key. A session that has expired by now is [`Found::Nothing`].
    async fn load(&self, key: &Key, now: SystemTime) -> Result<Found<Record>, StoreError>;

    /// Replaces a record if its version is still the one that was seen. [`Outcome::Conflict`] if the
    /// version differs, [`Outcome::Gone`] if there is no record: a save revives nothing.
    async fn save(&self, key: &Key, record: &Record, seen: u64) -> Result<Outcome, StoreError>;

    /// Replaces the three times of a record. Its data and version stay, so that a touch and a save
    /// don't get in each other's way. [`Outcome::Gone`] if there is no record.
    async fn touch(&self, key: &Key, used: &Record) -> Result<Outcome, StoreError>;

    /// Gives a record another key in one act. Until a time, the old key is [`Found::Renamed`].
    /// [`Outcome::Gone`] if there is no record, [`Outcome::Conflict`] if the new key is in use.
    async fn rename(&self, old: &Key, new: &Key, until: SystemTime) -> Result<Outcome, StoreError>;

    /// Deletes a record. Doing it twice is no error, and what says [`Found::Renamed`] stays.
    async fn delete(&self, key: &Key) -> Result<(), StoreError>;

    /// Looks for sessions that have expired, and changes so many at most. One that it sees for the first
    /// time is marked, and one that was marked a day ago is deleted. A session that is alive again loses
    /// its mark, and a mark that is yet to come is made again, because a clock was ahead. Returns how
    /// many were changed or deleted: with fewer than the limit, the sweep is over.
    async fn delete_expired(&self, now: SystemTime, limit: usize) -> Result<usize, StoreError>;
}

// ANCHOR: errors
/// A store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Nothing was done.
    #[error("the request's time was over before it was its turn")]
    Late,
    /// Nothing was done, and the session is as it was: a newer version of the program can read it.
    #[error("a newer version of this program wrote the session")]
    Newer,
    #[error("a session cannot be read from column {} of its data on", .0.column())]
    Unreadable(serde_json::Error),
    #[error("the store's thread has ended: start the program again")]
    Ended,
    #[error("nothing was written: {0}")]
    NotBegun(String),
    /// Nobody knows whether it was done.
    #[error("the write was not confirmed: {0}")]
    NotCommitted(String),
    /// Nobody knows whether it was done.
    #[error("the store failed: {0}")]
    Failed(#[from] rusqlite::Error),
}
// ANCHOR_END: errors
