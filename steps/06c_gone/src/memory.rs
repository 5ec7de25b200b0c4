// ANCHOR: entries
use crate::id::Key;
use crate::record::{Found, Outcome, Record};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a late request may come with an id that was replaced.
const TOMBSTONE_LIFETIME: Duration = Duration::from_secs(60);

/// Keeps sessions in memory until the program ends.
#[derive(Default)]
pub struct MemoryStore(Mutex<HashMap<Key, Entry>>);

enum Entry {
    Live(Record),
    /// The session moved to another key at this time.
    Tombstone(Instant),
}
// ANCHOR_END: entries

// ANCHOR: calls
impl MemoryStore {
    pub fn load(&self, key: &Key) -> Found<Record> {
        match self.lock().get(key) {
            Some(Entry::Live(record)) => Found::Live(record.clone()),
            Some(Entry::Tombstone(since)) if since.elapsed() < TOMBSTONE_LIFETIME => Found::Renamed,
            _ => Found::Nothing,
        }
    }

    /// Keeps a record under a key that is not in use.
    pub fn create(&self, key: Key, record: Record) {
        self.lock().insert(key, Entry::Live(record));
    }

    /// Replaces a record, but only if it still has the version that was loaded.
    pub fn save(&self, key: &Key, record: Record, seen: u64) -> Outcome {
        match self.lock().get_mut(key) {
            Some(Entry::Live(kept)) if kept.version == seen => {
                *kept = record;
                Outcome::Done
            }
            Some(Entry::Live(_)) => Outcome::Conflict,
            _ => Outcome::Gone,
        }
    }
    // ANCHOR_END: calls

    // ANCHOR: rename
    /// Gives a record another key in one act, and leaves a tombstone under the old one.
    pub fn rename(&self, old: &Key, new: Key) -> Outcome {
        let mut entries = self.lock();
        let Some(entry @ Entry::Live(_)) = entries.get_mut(old) else { return Outcome::Gone };
        let record = std::mem::replace(entry, Entry::Tombstone(Instant::now()));
        entries.insert(new, record);
        Outcome::Done
    }

    /// Ends a session. Ending it twice is no error, and a tombstone stays.
    pub fn delete(&self, key: &Key) {
        let mut entries = self.lock();
        if let Some(Entry::Live(_)) = entries.get(key) {
            entries.remove(key);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
    // ANCHOR_END: rename
}
