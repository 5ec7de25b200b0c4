use crate::checkpoints;
use crate::contract::{Store, StoreError};
use crate::database::{self, OpenError};
use crate::id::Key;
use crate::record::{Found, Outcome, Record};
use crate::rows;
use crate::writer::Writer;
use async_trait::async_trait;
use rusqlite::Connection;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

/// How many requests can read at once.
const READERS: usize = 2;

/// Keeps sessions in a SQLite file. Readers don't wait for the writer, and the writer does what waits
/// in one go, so many requests share one flush of the disk.
///
/// A write that has returned survives a crash of the program, and a power cut if the disk does what it
/// says (`synchronous=FULL`, `fullfsync`). Several programs on one machine can share the file. It must
/// not be on a network file system, where SQLite's locks don't work.
///
/// If you change the table `sessions` by hand, delete rows or raise their `version` too. Otherwise a
/// program that remembers what it has saved may write that over your change.
pub struct SqliteStore {
    readers: [Mutex<Connection>; READERS],
    writer: Writer,
}

impl SqliteStore {
    /// Opens the file, and makes it if it isn't there. The folder has to exist. It waits up to a second
    /// for each lock of another program, so call it before you serve.
    ///
    /// # Errors
    /// [`OpenError`] if the file belongs to another program or to a newer version of this one, isn't a
    /// database, or can't be opened. The file stays as it is.
    pub fn open(file: impl AsRef<Path>) -> Result<Self, OpenError> {
        let file = file.as_ref();
        let writer = database::open(file)?;
        // The thread copies the log. The writer does it only if the log gets out of hand.
        let backstop = writer.pragma_update(None, "wal_autocheckpoint", 20_000);
        backstop.map_err(|source| OpenError::unusable(file, source))?;
        let written = checkpoints::start(database::open(file)?);
        let committed = move || {
            // An error: it has been told, and hasn't begun yet.
            let _ = written.try_send(());
        };
        let readers = [Mutex::new(database::open(file)?), Mutex::new(database::open(file)?)];
        Ok(Self { readers, writer: Writer::start(writer, committed) })
    }

    fn read(&self, key: &Key, now: SystemTime) -> Result<Found<Record>, StoreError> {
        rows::load(&self.reader(key), key, now)
    }

    /// A connection that is free, or else one to wait for.
    fn reader(&self, key: &Key) -> MutexGuard<'_, Connection> {
        let free = self.readers.iter().find_map(|reader| reader.try_lock().ok());
        let busy = &self.readers[key.number() % READERS];
        free.unwrap_or_else(|| busy.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::failed(error)
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn create(&self, key: &Key, record: &Record) -> Result<Outcome, StoreError> {
        let key = *key;
        let record = record.clone();
        self.writer.transact(move |rows| Ok(rows::create(rows, &key, &record)?)).await
    }

    async fn load(&self, key: &Key, now: SystemTime) -> Result<Found<Record>, StoreError> {
        let key = *key;
        let loaded = self.read(&key, now);
        let Err(StoreError::Unreadable(error)) = loaded else { return loaded };
        // The error's own text may quote the data.
        let column = error.column();
        tracing::warn!("a session was put aside: its data cannot be read from column {column} on");
        self.writer.transact(move |rows| Ok(rows::put_aside(rows, &key)?)).await?;
        Ok(Found::Nothing)
    }

    async fn save(&self, key: &Key, record: &Record, seen: u64) -> Result<Outcome, StoreError> {
        let key = *key;
        let record = record.clone();
        self.writer.transact(move |rows| Ok(rows::save(rows, &key, &record, seen)?)).await
    }

    async fn touch(&self, key: &Key, used: &Record) -> Result<Outcome, StoreError> {
        let key = *key;
        let used = used.clone();
        self.writer.transact(move |rows| Ok(rows::touch(rows, &key, &used)?)).await
    }

    async fn rename(&self, old: &Key, new: &Key, until: SystemTime) -> Result<Outcome, StoreError> {
        let old = *old;
        let new = *new;
        self.writer.transact(move |rows| Ok(rows::rename(rows, &old, &new, until)?)).await
    }

    async fn delete(&self, key: &Key) -> Result<(), StoreError> {
        let key = *key;
        self.writer.transact(move |rows| Ok(rows::delete(rows, &key)?)).await
    }

    async fn delete_expired(&self, now: SystemTime, limit: usize) -> Result<usize, StoreError> {
        self.writer.transact(move |rows| Ok(rows::delete_expired(rows, now, limit)?)).await
    }
}
