// ANCHOR: store
use crate::id::Key;
use crate::record::{Found, Outcome, Record};
use crate::rows;
use crate::store::{Store, StoreError};
use async_trait::async_trait;
use rusqlite::{Connection, Result, TransactionBehavior};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

/// Keeps sessions in a SQLite file.
pub struct SqliteStore(Mutex<Connection>);

impl SqliteStore {
    /// Opens the file, and makes it if it isn't there.
    pub fn open(file: &Path) -> Result<Self, step_serve::Error> {
        let connection = connect(file).map_err(|error| {
            let name = file.display();
            format!(
                "cannot keep sessions in {name} ({error}): end what locks it, make room, or move it away if it is damaged"
            )
        })?;
        Ok(Self(Mutex::new(connection)))
    }
    // ANCHOR_END: store

    // ANCHOR: transact
    /// Runs work in one transaction. It is on the disk when this returns.
    fn transact<R>(&self, work: impl FnOnce(&Connection) -> Result<R>) -> Result<R, StoreError> {
        let mut connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let result = work(&transaction)?;
        transaction.commit()?;
        Ok(result)
    }
}
// ANCHOR_END: transact

// ANCHOR: connect
fn connect(file: &Path) -> Result<Connection> {
    let connection = Connection::open(file)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "fullfsync", true)?;
    connection.execute_batch(rows::SCHEMA)?;
    Ok(connection)
}
// ANCHOR_END: connect

// ANCHOR: calls
#[async_trait]
impl Store for SqliteStore {
    async fn create(&self, key: &Key, record: &Record) -> Result<Outcome, StoreError> {
        self.transact(|rows| rows::create(rows, key, record))
    }

    async fn load(&self, key: &Key, now: SystemTime) -> Result<Found<Record>, StoreError> {
        self.transact(|rows| rows::load(rows, key, now))
    }

    async fn save(&self, key: &Key, record: &Record, seen: u64) -> Result<Outcome, StoreError> {
        self.transact(|rows| rows::save(rows, key, record, seen))
    }

    async fn touch(&self, key: &Key, used: &Record) -> Result<Outcome, StoreError> {
        self.transact(|rows| rows::touch(rows, key, used))
    }

    async fn rename(&self, old: &Key, new: &Key, until: SystemTime) -> Result<Outcome, StoreError> {
        self.transact(|rows| rows::rename(rows, old, new, until))
    }

    async fn delete(&self, key: &Key) -> Result<(), StoreError> {
        self.transact(|rows| rows::delete(rows, key))
    }

    async fn delete_expired(&self, now: SystemTime, limit: usize) -> Result<usize, StoreError> {
        self.transact(|rows| rows::delete_expired(rows, now, limit))
    }
}
// ANCHOR_END: calls
