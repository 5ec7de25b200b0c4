//! A store in memory that does what a test needs: it fails, hangs, or lives at another time.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};
use store_engine::{Found, Key, MemoryStore, Outcome, Record, Store, StoreError, async_trait};

/// What a call does in place of working.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Trouble {
    Fails,
    /// Lets others go first.
    Slow,
    /// Does nothing, and never answers.
    HangsBefore,
    /// Does what it should, and never answers.
    HangsAfter,
}

/// A handle of the store. Clones are the same store.
#[derive(Clone, Default)]
pub struct TestStore(Arc<Inner>);

#[derive(Default)]
struct Inner {
    memory: MemoryStore,
    calls: Mutex<Vec<&'static str>>,
    /// What a call does from its n-th time on, counted from the next one.
    troubles: Mutex<HashMap<&'static str, (usize, Trouble)>>,
    /// How much later it is than the engine thinks.
    later: Mutex<Duration>,
    /// How often time has passed.
    passes: AtomicU64,
}

impl TestStore {
    /// The calls since the last time.
    pub fn calls(&self) -> Vec<&'static str> {
        std::mem::take(&mut *self.0.calls.lock().unwrap())
    }

    /// Lets a call have trouble from the next one on, until [`TestStore::recover`].
    pub fn trouble(&self, call: &'static str, trouble: Trouble) {
        self.trouble_after(0, call, trouble);
    }

    /// Lets so many calls work first.
    pub fn trouble_after(&self, calls: usize, call: &'static str, trouble: Trouble) {
        self.0.troubles.lock().unwrap().insert(call, (calls, trouble));
    }

    pub fn recover(&self) {
        self.0.troubles.lock().unwrap().clear();
    }

    /// Lets time pass for all sessions, so that a test needs no sleep. What an engine has kept of a session
    /// would get too old meanwhile, but its clock stands still. So each session gets another version, which
    /// makes the engine load it as well.
    pub fn pass(&self, time: Duration) {
        *self.0.later.lock().unwrap() += time;
        self.0.passes.fetch_add(1, Ordering::Relaxed);
    }

    fn later(&self) -> Duration {
        *self.0.later.lock().unwrap()
    }

    /// The version in the store of what has this one for the engine.
    fn store_version(&self, version: u64) -> u64 {
        version.wrapping_sub(self.0.passes.load(Ordering::Relaxed))
    }

    fn at_store_time(&self, record: &Record) -> Record {
        let mut record = record.clone();
        record.version = self.store_version(record.version);
        for time in [&mut record.created, &mut record.accessed, &mut record.expires] {
            *time += self.later();
        }
        record
    }

    fn trouble_of(&self, call: &'static str) -> Option<Trouble> {
        self.0.calls.lock().unwrap().push(call);
        let mut troubles = self.0.troubles.lock().unwrap();
        let (left, trouble) = troubles.get_mut(call)?;
        if *left > 0 {
            *left -= 1;
            return None;
        }
        Some(*trouble)
    }

    async fn run<R>(
        &self,
        call: &'static str,
        work: impl Future<Output = Result<R, StoreError>>,
    ) -> Result<R, StoreError> {
        let trouble = self.trouble_of(call);
        match trouble {
            Some(Trouble::Fails) => return Err(StoreError::failed("on purpose")),
            Some(Trouble::HangsBefore) => std::future::pending().await,
            Some(Trouble::Slow) => tokio::task::yield_now().await,
            Some(Trouble::HangsAfter) | None => {}
        }
        let result = work.await;
        if trouble == Some(Trouble::HangsAfter) {
            std::future::pending().await
        }
        result
    }
}

#[async_trait]
impl Store for TestStore {
    async fn create(&self, key: &Key, record: &Record) -> Result<Outcome, StoreError> {
        let record = self.at_store_time(record);
        self.run("create", self.0.memory.create(key, &record)).await
    }

    async fn load(&self, key: &Key, now: SystemTime) -> Result<Found<Record>, StoreError> {
        let found = self.run("load", self.0.memory.load(key, now + self.later())).await?;
        let Found::Live(mut record) = found else { return Ok(found) };
        for time in [&mut record.created, &mut record.accessed, &mut record.expires] {
            *time -= self.later();
        }
        record.version = record.version.wrapping_add(self.0.passes.load(Ordering::Relaxed));
        Ok(Found::Live(record))
    }

    async fn save(&self, key: &Key, record: &Record, seen: u64) -> Result<Outcome, StoreError> {
        let record = self.at_store_time(record);
        let seen = self.store_version(seen);
        self.run("save", self.0.memory.save(key, &record, seen)).await
    }

    async fn touch(&self, key: &Key, used: &Record) -> Result<Outcome, StoreError> {
        let used = self.at_store_time(used);
        self.run("touch", self.0.memory.touch(key, &used)).await
    }

    async fn rename(&self, old: &Key, new: &Key, until: SystemTime) -> Result<Outcome, StoreError> {
        self.run("rename", self.0.memory.rename(old, new, until + self.later())).await
    }

    async fn delete(&self, key: &Key) -> Result<(), StoreError> {
        self.run("delete", self.0.memory.delete(key)).await
    }

    async fn delete_expired(&self, now: SystemTime, limit: usize) -> Result<usize, StoreError> {
        let now = now + self.later();
        self.run("delete_expired", self.0.memory.delete_expired(now, limit)).await
    }
}
