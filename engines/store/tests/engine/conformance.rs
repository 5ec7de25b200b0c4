//! The contract on both stores, and what the suite says of a wrong one.

use std::cell::Cell;
use std::time::SystemTime;
use store_engine::conformance::problems;
use store_engine::{
    Found, Key, MemoryStore, Outcome, Record, SqliteStore, Store, StoreError, async_trait,
};
use tempfile::TempDir;

// ANCHOR: suite
#[tokio::test(flavor = "multi_thread")]
async fn memory_store_keeps_the_contract() {
    let problems = problems(async || MemoryStore::default()).await;
    assert!(problems.is_empty(), "{problems:#?}");
}
// ANCHOR_END: suite

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_store_keeps_the_contract() {
    let folder = TempDir::new().unwrap();
    let number = Cell::new(0);
    let problems = problems(async || {
        number.set(number.get() + 1);
        SqliteStore::open(folder.path().join(format!("{}.sqlite", number.get()))).unwrap()
    });
    let problems = problems.await;
    assert!(problems.is_empty(), "{problems:#?}");
}

/// A store as many are: a save is an insert or a replacement, whatever was there.
#[derive(Default)]
struct Upserts(MemoryStore);

#[async_trait]
impl Store for Upserts {
    async fn create(&self, key: &Key, record: &Record) -> Result<Outcome, StoreError> {
        self.0.create(key, record).await
    }

    async fn load(&self, key: &Key, now: SystemTime) -> Result<Found<Record>, StoreError> {
        self.0.load(key, now).await
    }

    async fn save(&self, key: &Key, record: &Record, _: u64) -> Result<Outcome, StoreError> {
        self.0.delete(key).await?;
        self.0.create(key, record).await
    }

    async fn touch(&self, key: &Key, used: &Record) -> Result<Outcome, StoreError> {
        self.0.touch(key, used).await
    }

    async fn rename(&self, old: &Key, new: &Key, until: SystemTime) -> Result<Outcome, StoreError> {
        self.0.rename(old, new, until).await
    }

    async fn delete(&self, key: &Key) -> Result<(), StoreError> {
        self.0.delete(key).await
    }

    async fn delete_expired(&self, now: SystemTime, limit: usize) -> Result<usize, StoreError> {
        self.0.delete_expired(now, limit).await
    }
}

#[tokio::test]
async fn store_that_upserts_fails_the_suite() {
    let problems = problems(async || Upserts::default()).await;
    let revives = "saves_revive_nothing: a save after the delete: expected Gone, but got Done";
    assert!(problems.iter().any(|problem| problem == revives), "{problems:#?}");
    let loses = |problem: &String| problem.starts_with("updates_at_once_lose_nothing: ");
    assert!(problems.iter().any(loses), "{problems:#?}");
}
