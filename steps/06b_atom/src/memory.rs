use crate::id::Key;
use crate::record::{Outcome, Record};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Keeps sessions in memory until the program ends.
#[derive(Default)]
pub struct MemoryStore(Mutex<HashMap<Key, Record>>);

impl MemoryStore {
    pub fn load(&self, key: &Key) -> Option<Record> {
        self.lock().get(key).cloned()
    }

    /// Keeps a record under a key that is not in use.
    pub fn create(&self, key: Key, record: Record) {
        self.lock().insert(key, record);
    }

    /// Replaces a record, but only if it still has the version that was loaded.
    pub fn save(&self, key: &Key, record: Record, seen: u64) -> Outcome {
        match self.lock().get_mut(key) {
            Some(kept) if kept.version == seen => {
                *kept = record;
                Outcome::Done
            }
            _ => Outcome::Conflict,
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Record>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
