use crate::id::Key;
use crate::record::{Found, Outcome, Record};
use crate::store::{Store, StoreError};
use async_trait::async_trait;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

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

#[async_trait]
impl Store for MemoryStore {
    async fn create(&self, key: &Key, record: &Record) -> Result<Outcome, StoreError> {
        let mut entries = self.lock();
        if entries.contains_key(key) {
            return Ok(Outcome::Conflict);
        }
        entries.insert(*key, Entry::live(record.clone()));
        Ok(Outcome::Done)
    }

    async fn load(&self, key: &Key, now: SystemTime) -> Result<Found<Record>, StoreError> {
        Ok(match self.lock().get(key) {
            Some(Entry::Live { record, .. }) if now < record.expires => Found::Live(record.clone()),
            Some(Entry::Tombstone(until)) if now < *until => Found::Renamed,
            _ => Found::Nothing,
        })
    }

    async fn save(&self, key: &Key, record: &Record, seen: u64) -> Result<Outcome, StoreError> {
        Ok(match self.lock().get_mut(key) {
            Some(Entry::Live { record: kept, .. }) if kept.version == seen => {
                *kept = record.clone();
                Outcome::Done
            }
            Some(Entry::Live { .. }) => Outcome::Conflict,
            _ => Outcome::Gone,
        })
    }

    async fn touch(&self, key: &Key, used: &Record) -> Result<Outcome, StoreError> {
        Ok(match self.lock().get_mut(key) {
            Some(Entry::Live { record, .. }) => {
                record.created = used.created;
                record.accessed = used.accessed;
                record.expires = used.expires;
                Outcome::Done
            }
            _ => Outcome::Gone,
        })
    }

    async fn rename(&self, old: &Key, new: &Key, until: SystemTime) -> Result<Outcome, StoreError> {
        let mut entries = self.lock();
        if entries.contains_key(new) {
            return Ok(Outcome::Conflict);
        }
        let Some(entry @ Entry::Live { .. }) = entries.get_mut(old) else {
            return Ok(Outcome::Gone);
        };
        let live = std::mem::replace(entry, Entry::Tombstone(until));
        entries.insert(*new, live);
        Ok(Outcome::Done)
    }

    async fn delete(&self, key: &Key) -> Result<(), StoreError> {
        let mut entries = self.lock();
        if let Some(Entry::Live { .. }) = entries.get(key) {
            entries.remove(key);
        }
        Ok(())
    }

    async fn delete_expired(&self, now: SystemTime, limit: usize) -> Result<usize, StoreError> {
        let mut swept = 0;
        self.lock().retain(|_, entry| match entry {
            Entry::Live { record, seen_expired } => {
                let mark = match *seen_expired {
                    _ if now < record.expires => None,
                    Some(seen) if seen <= now => Some(seen),
                    // It is seen for the first time, or the clock was ahead.
                    _ => Some(now),
                };
                let is_over = mark.is_some_and(|seen| seen + GRACE <= now);
                if swept == limit || (mark == *seen_expired && !is_over) {
                    return true;
                }
                *seen_expired = mark;
                swept += 1;
                !is_over
            }
            Entry::Tombstone(until) if now < *until || swept == limit => true,
            Entry::Tombstone(_) => {
                swept += 1;
                false
            }
        });
        Ok(swept)
    }
}

impl MemoryStore {
    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
