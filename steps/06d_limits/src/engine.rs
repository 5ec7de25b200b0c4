// ANCHOR: engine
use crate::data::SessionData;
use crate::error::Error;
use crate::id::{Id, Key};
use crate::limits::Limits;
use crate::memory::MemoryStore;
use crate::queues::Queues;
use crate::record::{Found, Outcome, Record};
use std::time::SystemTime;

/// Reads and changes the sessions of a store.
pub struct Engine {
    store: MemoryStore,
    queues: Queues,
    limits: Limits,
}

/// A session after an update.
pub struct Updated<R> {
    pub record: Record,
    /// Whether the session ends later than before, so that the browser needs a new cookie.
    pub is_renewed: bool,
    /// What the closure returned.
    pub result: R,
}

impl Engine {
    pub fn new(limits: Limits) -> Self {
        Self { store: MemoryStore::default(), queues: Queues::default(), limits }
    }
    // ANCHOR_END: engine

    // ANCHOR: uses
    pub fn load(&self, key: &Key) -> Found<Record> {
        self.store.load(key, SystemTime::now())
    }

    /// Notes the use of a session. Returns whether it ends later than before.
    pub fn touch(&self, key: &Key, record: &mut Record) -> bool {
        self.limits.renew(record, SystemTime::now())
            && self.store.touch(key, record) == Outcome::Done
    }

    /// Deletes what has been expired for a day.
    pub fn sweep(&self) {
        self.store.delete_expired(SystemTime::now());
    }
    // ANCHOR_END: uses

    // ANCHOR: create
    /// Begins a session, and returns its id and record.
    pub fn create(&self, data: SessionData) -> Result<(Id, Record), Error> {
        let id = Id::random()?;
        let now = SystemTime::now();
        let expires = self.limits.expires(now, now);
        let record = Record { data, version: 0, created: now, accessed: now, expires };
        self.store.create(id.key(), record.clone());
        Ok((id, record))
    }
    // ANCHOR_END: create

    // ANCHOR: update
    /// Changes a session. The closure runs again if somebody else has saved meanwhile.
    pub async fn update<R>(
        &self,
        key: &Key,
        change: &mut impl FnMut(&mut SessionData) -> Result<R, Error>,
    ) -> Result<Found<Updated<R>>, Error> {
        let _turn = self.queues.enter(key).await;
        loop {
            let now = SystemTime::now();
            let mut record = match self.store.load(key, now) {
                Found::Live(record) => record,
                Found::Renamed => return Ok(Found::Renamed),
                Found::Nothing => return Ok(Found::Nothing),
            };
            let seen = record.version;
            let result = change(&mut record.data)?;
            record.version += 1;
            let is_renewed = self.limits.renew(&mut record, now);
            match self.store.save(key, record.clone(), seen) {
                Outcome::Done => return Ok(Found::Live(Updated { record, is_renewed, result })),
                Outcome::Conflict => {}
                // It was there a moment ago, so this request must not begin another one.
                Outcome::Gone => return Ok(Found::Renamed),
            }
        }
    }
    // ANCHOR_END: update

    // ANCHOR: rotate
    /// Gives a session another id. Returns the id, and when the session ends.
    pub fn rotate(&self, key: &Key) -> Result<(Id, SystemTime), Error> {
        let id = Id::random()?;
        let now = SystemTime::now();
        let Found::Live(record) = self.store.load(key, now) else { return Err(Error::Gone) };
        match self.store.rename(key, id.key(), now) {
            Outcome::Done => Ok((id, record.expires)),
            Outcome::Conflict | Outcome::Gone => Err(Error::Gone),
        }
    }
    // ANCHOR_END: rotate

    /// Ends a session. It is an error if it has another id by now, because then it is still alive.
    pub fn delete(&self, key: &Key) -> Result<(), Error> {
        self.store.delete(key);
        match self.load(key) {
            Found::Renamed => Err(Error::Gone),
            Found::Live(_) | Found::Nothing => Ok(()),
        }
    }
}
