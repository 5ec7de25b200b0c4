// ANCHOR: load
use crate::data::SessionData;
use crate::error::Error;
use crate::id::{Id, Key};
use crate::memory::MemoryStore;
use crate::queues::Queues;
use crate::record::{Found, Outcome, Record};

/// Reads and changes the sessions of a store.
#[derive(Default)]
pub struct Engine {
    store: MemoryStore,
    queues: Queues,
}

impl Engine {
    pub fn load(&self, key: &Key) -> Found<Record> {
        self.store.load(key)
    }
    // ANCHOR_END: load

    /// Begins a session, and returns its id and record.
    pub fn create(&self, data: SessionData) -> Result<(Id, Record), Error> {
        let id = Id::random()?;
        let record = Record { data, version: 0 };
        self.store.create(id.key(), record.clone());
        Ok((id, record))
    }

    // ANCHOR: update
    /// Changes a session, and returns its record and what the closure returned. The closure runs
    /// again if somebody else has saved meanwhile.
    pub async fn update<R>(
        &self,
        key: &Key,
        change: &mut impl FnMut(&mut SessionData) -> Result<R, Error>,
    ) -> Result<Found<(Record, R)>, Error> {
        let _turn = self.queues.enter(key).await;
        loop {
            let mut record = match self.store.load(key) {
                Found::Live(record) => record,
                Found::Renamed => return Ok(Found::Renamed),
                Found::Nothing => return Ok(Found::Nothing),
            };
            let seen = record.version;
            let result = change(&mut record.data)?;
            record.version += 1;
            match self.store.save(key, record.clone(), seen) {
                Outcome::Done => return Ok(Found::Live((record, result))),
                Outcome::Conflict => {}
                // It was there a moment ago, so this request must not begin another one.
                Outcome::Gone => return Ok(Found::Renamed),
            }
        }
    }
    // ANCHOR_END: update

    // ANCHOR: ending
    /// Gives a session another id.
    pub fn rotate(&self, key: &Key) -> Result<Id, Error> {
        let id = Id::random()?;
        match self.store.rename(key, id.key()) {
            Outcome::Done => Ok(id),
            Outcome::Conflict | Outcome::Gone => Err(Error::Gone),
        }
    }

    /// Ends a session. It is an error if it has another id by now, because then it is still alive.
    pub fn delete(&self, key: &Key) -> Result<(), Error> {
        self.store.delete(key);
        match self.load(key) {
            Found::Renamed => Err(Error::Gone),
            Found::Live(_) | Found::Nothing => Ok(()),
        }
    }
    // ANCHOR_END: ending
}
