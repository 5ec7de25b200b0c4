//! Stores and records for the tests.

use crate::data::SessionData;
use crate::id::{Id, Key};
use crate::record::{Found, Record};
use crate::sqlite::SqliteStore;
use crate::store::Store;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

pub fn file_in(folder: &TempDir) -> PathBuf {
    folder.path().join("sessions.sqlite")
}

pub fn open(file: &Path) -> Arc<SqliteStore> {
    Arc::new(SqliteStore::open(file).unwrap())
}

pub fn new_key() -> Key {
    Id::random().unwrap().key()
}

/// A record of version 0 that lives for an hour, with a count in it.
pub fn record(count: u32) -> Record {
    let now = SystemTime::now();
    let mut data = SessionData::default();
    data.insert("count", count).unwrap();
    let expires = now + Duration::from_secs(60 * 60);
    Record { data, version: 0, created: now, accessed: now, expires }
}

/// The record under a key, if there is a live one.
pub async fn live(store: &SqliteStore, key: &Key) -> Option<Record> {
    match store.load(key, SystemTime::now()).await.unwrap() {
        Found::Live(record) => Some(record),
        Found::Renamed | Found::Nothing => None,
    }
}

pub async fn count(store: &SqliteStore, key: &Key) -> Option<u32> {
    live(store, key).await.and_then(|record| record.data.get("count").unwrap())
}
