use crate::{data::SessionData, id::Key};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Keeps sessions in memory until the program ends.
#[derive(Default)]
pub struct MemoryStore(Mutex<HashMap<Key, SessionData>>);

impl MemoryStore {
    pub fn load(&self, key: &Key) -> Option<SessionData> {
        self.lock().get(key).cloned()
    }

    pub fn save(&self, key: Key, data: SessionData) {
        self.lock().insert(key, data);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, SessionData>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
