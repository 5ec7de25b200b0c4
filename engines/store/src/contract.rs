use crate::id::Key;
use crate::record::{Found, Outcome, Record};
use async_trait::async_trait;
use std::error::Error;
use std::time::SystemTime;

/// Keeps sessions. An engine relies on each sentence here. The conformance suite, the module
/// `conformance` behind the feature of that name, tries what can be tried within one program. It can't
/// try that a store has flushed what it confirms, and what a store does with a record that can't be read.
///
/// Each write happens as a whole or not at all, also if the future is dropped halfway. What returned
/// is there for every later call, and a store that keeps sessions on a disk has flushed it.
///
/// A store keeps times to the millisecond, and sees no id: a [`Key`] is the hash of one. What it gets
/// as data is JSON, so `serde_json::to_string(&record.data)` is all that it has to write down.
#[async_trait]
pub trait Store: Send + Sync {
    /// Keeps a record under a key. A key that is in use is a [`Outcome::Conflict`], even if its
    /// session has expired or was renamed, and nothing is changed.
    ///
    /// # Errors
    /// [`StoreError`], as in all methods, if the store is down or too slow.
    async fn create(&self, key: &Key, record: &Record) -> Result<Outcome, StoreError>;

    /// What is under a key. A session that has expired by now is [`Found::Nothing`].
    ///
    /// # Errors
    /// [`StoreError`]. A record that can't be read is better put aside, with a warning in the log, and
    /// answered with [`Found::Nothing`], because an error would come again with each request.
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

/// A store could not do what was asked. As a response it is a page of status 503.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Nothing was done.
    #[error(
        "the request's time was over before it was its turn: find out what keeps the store busy"
    )]
    Late,
    /// Nothing was done, and the session is as it was.
    #[error("a newer version of this program wrote the session: update this one too")]
    Newer,
    /// The data of a record isn't a session's.
    #[error("a session can't be read from column {} of its data on", .0.column())]
    Unreadable(serde_json::Error),
    /// Nothing was done: [`Options::migrate`](crate::Options::migrate) returned an error.
    #[error("the session's data could not be brought to this version: make `migrate` handle it")]
    NotMigrated(#[source] Box<crate::Error>),
    /// Nothing was done, and nothing will be until the program starts again.
    #[error("the store's thread has ended: start the program again")]
    Ended,
    /// Nothing was done, and why.
    #[error("nothing was written: {0}")]
    NotBegun(String),
    /// Nobody knows whether it was done, and why.
    #[error("the write was not confirmed: {0}")]
    NotCommitted(String),
    /// Nobody knows whether it was done.
    #[error("the store failed")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
}

impl StoreError {
    /// The error of a database or of a connection to one.
    pub fn failed(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Failed(source.into())
    }
}
