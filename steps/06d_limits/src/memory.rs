// ANCHOR: entries
use crate::id::Key;
use crate::record::{Found, Outcome, Record};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

/// How long a late request may come with an id that was replaced.
const TOMBSTONE_LIFETIME: Duration = Duration::from_secs(60);

/// How long an expired session is kept. If it was the clock that was wrong, that is time to put it
/// right.
const GRACE: Duration = Duration::from_secs(24 * 60 * 60);

/// Keeps sessions in memory until the program ends.
#[derive(Default)]
pub struct MemoryStore(Mutex<HashMap<Key, Entry>>);

enum Entry {
    Live {
        record: Record,
        /// When a sweep first saw that it has expired.
        seen_expired: Option<SystemTime>,
    },
    /// The session has moved to another key. Until this time, late requests may ask for it.
    Tombstone(SystemTime),
}

impl Entry {
    fn live(record: Record) -> Self {
        Self::Live { record, seen_expired: None }
    }
}
// ANCHOR_END: entries

impl MemoryStore {
    // ANCHOR: load
    /// An expired session is not found.
    pub fn load(&self, key: &Key, now: SystemTime) -> Found<Record> {
        match self.lock().get(key) {
            Some(Entry::Live { record, .. }) if now < record.expires => Found::Live(record.clone()),
            Some(Entry::Tombstone(until)) if now < *until => Found::Renamed,
            _ => Found::Nothing,
        }
    }
    // ANCHOR_END: load

    // ANCHOR: save
    /// Keeps a record under a key that is not in use.
    pub fn create(&self, key: Key, record: Record) {
        self.lock().insert(key, Entry::live(record));
    }

    /// Replaces a record, but only if it still has the version that was loaded.
    pub fn save(&self, key: &Key, record: Record, seen: u64) -> Outcome {
        match self.lock().get_mut(key) {
            Some(Entry::Live { record: kept, .. }) if kept.version == seen => {
                *kept = record;
                Outcome::Done
            }
            Some(Entry::Live { .. }) => Outcome::Conflict,
            _ => Outcome::Gone,
        }
    }
    // ANCHOR_END: save

    // ANCHOR: touch
    /// Writes down that a session was used, and nothing else.
    pub fn touch(&self, key: &Key, used: &Record) -> Outcome {
        match self.lock().get_mut(key) {
            Some(Entry::Live { record, .. }) => {
                record.created = used.created;
                record.accessed = used.accessed;
                record.expires = used.expires;
                Outcome::Done
            }
            _ => Outcome::Gone,
        }
    }
    // ANCHOR_END: touch

    // ANCHOR: rename
    /// Gives a record another key in one act, and leaves a tombstone under the old one.
    pub fn rename(&self, old: &Key, new: Key, now: SystemTime) -> Outcome {
        let mut entries = self.lock();
        let Some(entry @ Entry::Live { .. }) = entries.get_mut(old) else { return Outcome::Gone };
        let record = std::mem::replace(entry, Entry::Tombstone(now + TOMBSTONE_LIFETIME));
        entries.insert(new, record);
        Outcome::Done
    }

    /// Ends a session. Ending it twice is no error, and a tombstone stays.
    pub fn delete(&self, key: &Key) {
        let mut entries = self.lock();
        if let Some(Entry::Live { .. }) = entries.get(key) {
            entries.remove(key);
        }
    }
    // ANCHOR_END: rename

    // ANCHOR: sweep
    /// Deletes what has been expired for a day. The first sweep that sees an expired session only
    /// marks it, so a start with a wrong clock deletes nothing, however wrong the clock is.
    pub fn delete_expired(&self, now: SystemTime) {
        self.lock().retain(|_, entry| match entry {
            Entry::Live { record, seen_expired } => {
                let mark = match *seen_expired {
                    _ if now < record.expires => None,
                    Some(seen) if seen <= now => Some(seen),
                    // It is seen for the first time, or the clock was ahead.
                    _ => Some(now),
                };
                let is_over = mark.is_some_and(|seen| seen + GRACE <= now);
                *seen_expired = mark;
                !is_over
            }
            Entry::Tombstone(until) => now < *until,
        });
    }
    // ANCHOR_END: sweep

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
