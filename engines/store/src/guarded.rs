use crate::contract::{Store, StoreError};
use crate::id::Key;
use crate::options::Options;
use crate::record::{Found, Outcome, Record};
use crate::{Error, SessionData, deadline, events};
use async_trait::async_trait;
use std::borrow::Cow;
use std::time::{Duration, SystemTime};
use tokio::time::{Instant, timeout_at};

/// The key under which the data has its version. Handlers never see it.
const SCHEMA: &str = "_schema_";

/// How much longer than its request a write may take that is under way. If it's cut off, nobody knows
/// whether it was done.
const LAST_CHANCE: Duration = Duration::from_secs(1);

/// Any store, within the rules of an engine: no call outlasts its request, and data has a version.
pub(crate) struct GuardedStore {
    store: Box<dyn Store>,
    schema: u32,
    migrate: fn(&mut SessionData, u32) -> Result<(), Error>,
}

impl GuardedStore {
    pub(crate) fn new(store: impl Store + 'static, options: &Options) -> Self {
        Self { store: Box::new(store), schema: options.schema, migrate: options.migrate }
    }

    /// The record with the version of its data.
    fn stamped<'a>(&self, record: &'a Record) -> Result<Cow<'a, Record>, StoreError> {
        if self.schema == 0 && !record.data.contains(SCHEMA) {
            return Ok(Cow::Borrowed(record));
        }
        let mut stamped = record.clone();
        stamped.data.insert(SCHEMA, self.schema).map_err(StoreError::failed)?;
        Ok(Cow::Owned(stamped))
    }

    // ANCHOR: migrated
    /// The record with data of this version.
    fn migrated(&self, mut record: Record) -> Result<Record, StoreError> {
        // What is no number comes from a program that counts its versions in another way.
        let schema = record.data.get(SCHEMA).map_err(|_| StoreError::Newer)?.unwrap_or(0);
        if schema > self.schema {
            return Err(StoreError::Newer);
        }
        record.data.remove(SCHEMA);
        if schema < self.schema {
            let migrated = (self.migrate)(&mut record.data, schema);
            migrated.map_err(|error| StoreError::NotMigrated(Box::new(error)))?;
        }
        Ok(record)
    }
    // ANCHOR_END: migrated
}

/// Waits for a write, which doesn't begin if the request's time is over.
async fn confirmed<R>(write: impl Future<Output = Result<R, StoreError>>) -> Result<R, StoreError> {
    let deadline = deadline::get();
    if deadline <= Instant::now() {
        return Err(StoreError::Late);
    }
    let no_answer = |_| Err(StoreError::NotCommitted("the store gave no answer".to_owned()));
    timeout_at(deadline + LAST_CHANCE, write).await.unwrap_or_else(no_answer)
}

#[async_trait]
impl Store for GuardedStore {
    async fn create(&self, key: &Key, record: &Record) -> Result<Outcome, StoreError> {
        confirmed(self.store.create(key, &*self.stamped(record)?)).await
    }

    async fn load(&self, key: &Key, now: SystemTime) -> Result<Found<Record>, StoreError> {
        let found = deadline::wait(self.store.load(key, now)).await??;
        let Found::Live(record) = found else { return Ok(found) };
        Ok(Found::Live(self.migrated(record)?))
    }

    async fn save(&self, key: &Key, record: &Record, seen: u64) -> Result<Outcome, StoreError> {
        confirmed(self.store.save(key, &*self.stamped(record)?, seen)).await
    }

    async fn touch(&self, key: &Key, used: &Record) -> Result<Outcome, StoreError> {
        confirmed(self.store.touch(key, used)).await
    }

    async fn rename(&self, old: &Key, new: &Key, until: SystemTime) -> Result<Outcome, StoreError> {
        confirmed(self.store.rename(old, new, until)).await
    }

    async fn delete(&self, key: &Key) -> Result<(), StoreError> {
        confirmed(self.store.delete(key)).await
    }

    async fn delete_expired(&self, now: SystemTime, limit: usize) -> Result<usize, StoreError> {
        let count = confirmed(self.store.delete_expired(now, limit)).await?;
        events::expired(count);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MemoryStore;

    #[tokio::test(flavor = "multi_thread")]
    async fn store_within_the_rules_keeps_the_contract_with_and_without_a_schema() {
        for schema in [0, 3] {
            let options = Options { schema, ..Options::default() };
            let make = async || GuardedStore::new(MemoryStore::default(), &options);
            let problems = crate::conformance::problems(make).await;
            assert!(problems.is_empty(), "{problems:#?}");
        }
    }
}
