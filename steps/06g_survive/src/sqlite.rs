// ANCHOR: imports
use crate::deadline;
use crate::id::Key;
use crate::record::{Found, Outcome, Record};
use crate::rows;
use crate::store::{Store, StoreError};
use async_trait::async_trait;
use rusqlite::{Connection, ErrorCode, Result, TransactionBehavior};
use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, SystemTime};
use tokio::sync::oneshot;
use tokio::time::Instant;
// ANCHOR_END: imports

// ANCHOR: store
/// Keeps sessions in a SQLite file. A thread does the work, so that no other request waits while it
/// is the disk's turn.
pub struct SqliteStore {
    jobs: mpsc::Sender<Job>,
}

type Job = Box<dyn FnOnce(&mut Connection) + Send>;
// ANCHOR_END: store

impl SqliteStore {
    // ANCHOR: open
    /// Opens the file, and makes it if it isn't there.
    pub fn open(file: &Path) -> Result<Self, step_serve::Error> {
        let mut connection = connect(file).map_err(|error| {
            let name = file.display();
            format!(
                "cannot keep sessions in {name} ({error}): end what locks it, make room, or move it away if it is damaged"
            )
        })?;
        let (jobs, waiting) = mpsc::channel::<Job>();
        std::thread::spawn(move || {
            for job in waiting {
                job(&mut connection);
            }
        });
        Ok(Self { jobs })
    }
    // ANCHOR_END: open

    // ANCHOR: hand_over
    /// Runs work in one transaction. It is on the disk when this returns.
    async fn transact<R: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<R, StoreError> + Send + 'static,
    ) -> Result<R, StoreError> {
        let deadline = deadline::get();
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            // An error: the request was dropped, so nobody waits for what was done.
            let _ = reply.send(transact(connection, deadline, work));
        });
        self.jobs.send(job).map_err(|_| StoreError::Ended)?;
        deadline::count(answer).await.map_err(|_| StoreError::Ended)?
    }
    // ANCHOR_END: hand_over
}

// ANCHOR: transact
fn transact<R>(
    connection: &mut Connection,
    deadline: Instant,
    work: impl FnOnce(&Connection) -> Result<R, StoreError>,
) -> Result<R, StoreError> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return Err(StoreError::Late);
    }
    connection.busy_timeout(left)?;
    let begun = connection.transaction_with_behavior(TransactionBehavior::Immediate);
    let transaction = begun.map_err(|error| match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy) => StoreError::Late,
        _ => StoreError::Failed(error),
    })?;
    let result = work(&transaction)?;
    transaction.commit()?;
    Ok(result)
}
// ANCHOR_END: transact

// ANCHOR: connect
fn connect(file: &Path) -> Result<Connection> {
    let connection = Connection::open(file)?;
    connection.busy_timeout(Duration::from_secs(1))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // ANCHOR_END: connect
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "fullfsync", true)?;
    connection.execute_batch(rows::SCHEMA)?;
    Ok(connection)
}

#[async_trait]
impl Store for SqliteStore {
    // ANCHOR: calls
    async fn create(&self, key: &Key, record: &Record) -> Result<Outcome, StoreError> {
        let key = *key;
        let record = record.clone();
        self.transact(move |rows| Ok(rows::create(rows, &key, &record)?)).await
    }

    async fn load(&self, key: &Key, now: SystemTime) -> Result<Found<Record>, StoreError> {
        let key = *key;
        self.transact(move |rows| Ok(rows::load(rows, &key, now)?)).await
    }

    async fn save(&self, key: &Key, record: &Record, seen: u64) -> Result<Outcome, StoreError> {
        let key = *key;
        let record = record.clone();
        self.transact(move |rows| Ok(rows::save(rows, &key, &record, seen)?)).await
    }

    async fn touch(&self, key: &Key, used: &Record) -> Result<Outcome, StoreError> {
        let key = *key;
        let used = used.clone();
        self.transact(move |rows| Ok(rows::touch(rows, &key, &used)?)).await
    }
    // ANCHOR_END: calls

    // ANCHOR: other_calls
    async fn rename(&self, old: &Key, new: &Key, until: SystemTime) -> Result<Outcome, StoreError> {
        let old = *old;
        let new = *new;
        self.transact(move |rows| Ok(rows::rename(rows, &old, &new, until)?)).await
    }

    async fn delete(&self, key: &Key) -> Result<(), StoreError> {
        let key = *key;
        self.transact(move |rows| Ok(rows::delete(rows, &key)?)).await
    }

    async fn delete_expired(&self, now: SystemTime, limit: usize) -> Result<usize, StoreError> {
        self.transact(move |rows| Ok(rows::delete_expired(rows, now, limit)?)).await
    }
    // ANCHOR_END: other_calls
}
