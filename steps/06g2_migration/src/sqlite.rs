// ANCHOR: imports
use crate::deadline;
use crate::file;
use crate::id::Key;
use crate::record::{Found, Outcome, Record};
use crate::rows;
use crate::store::{Store, StoreError};
use async_trait::async_trait;
use rusqlite::{Connection, ErrorCode, Result, TransactionBehavior};
use std::path::Path;
use std::sync::mpsc;
use std::time::SystemTime;
use tokio::sync::oneshot;
use tokio::time::Instant;
// ANCHOR_END: imports

/// Keeps sessions in a SQLite file. A thread does the work, so that no other request waits while it
/// is the disk's turn.
pub struct SqliteStore {
    jobs: mpsc::Sender<Job>,
}

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

impl SqliteStore {
    // ANCHOR: open
    /// Opens the file, and makes it if it isn't there.
    pub fn open(file: &Path) -> Result<Self, step_serve::Error> {
        let mut connection = file::open(file)?;
        let (jobs, waiting) = mpsc::channel::<Job>();
        // ANCHOR_END: open
        std::thread::spawn(move || {
            for job in waiting {
                job(&mut connection);
            }
        });
        Ok(Self { jobs })
    }

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
}

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
    // ANCHOR: no_connect
    let result = work(&transaction)?;
    transaction.commit()?;
    Ok(result)
}

#[async_trait]
impl Store for SqliteStore {
    // ANCHOR_END: no_connect
    async fn create(&self, key: &Key, record: &Record) -> Result<Outcome, StoreError> {
        let key = *key;
        let record = record.clone();
        self.transact(move |rows| Ok(rows::create(rows, &key, &record)?)).await
    }

    // ANCHOR: load
    async fn load(&self, key: &Key, now: SystemTime) -> Result<Found<Record>, StoreError> {
        let key = *key;
        let loaded = self.transact(move |rows| rows::load(rows, &key, now)).await;
        let Err(StoreError::Unreadable(error)) = loaded else { return loaded };
        // The error's own text may quote the data.
        let column = error.column();
        tracing::warn!("a session was put aside: its data cannot be read from column {column} on");
        self.transact(move |rows| Ok(rows::put_aside(rows, &key)?)).await?;
        Ok(Found::Nothing)
    }
    // ANCHOR_END: load

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
}
