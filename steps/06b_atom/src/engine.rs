// ANCHOR: engine
use crate::data::SessionData;
use crate::error::Error;
use crate::id::{Id, Key};
use crate::memory::MemoryStore;
use crate::queues::Queues;
use crate::record::{Outcome, Record};

/// Reads and changes the sessions of a store.
#[derive(Default)]
pub struct Engine {
    store: MemoryStore,
    queues: Queues,
}

impl Engine {
    pub fn load(&self, key: &Key) -> Option<Record> {
        self.store.load(key)
    }

    /// Begins a session, and returns its id and record.
    pub fn create(&self, data: SessionData) -> Result<(Id, Record), Error> {
        let id = Id::random()?;
        let record = Record { data, version: 0 };
        self.store.create(id.key(), record.clone());
        Ok((id, record))
    }
    // ANCHOR_END: engine

    // ANCHOR: update
    /// Changes a session, and returns its record and what the closure returned, or `None` if there
    /// is no such session. The closure runs again if somebody else has saved meanwhile.
    pub async fn update<R>(
        &self,
        key: &Key,
        change: &mut impl FnMut(&mut SessionData) -> Result<R, Error>,
    ) -> Result<Option<(Record, R)>, Error> {
        let _turn = self.queues.enter(key).await;
        loop {
            let Some(mut record) = self.store.load(key) else { return Ok(None) };
            let seen = record.version;
            let result = change(&mut record.data)?;
            record.version += 1;
            if self.store.save(key, record.clone(), seen) == Outcome::Done {
                return Ok(Some((record, result)));
            }
        }
    }
}
// ANCHOR_END: update
