//! The contract on a file, and what two programs do on one.

use super::conformance;
use super::helpers::{count, file_in, live, new_key, open, record};
use crate::id::{Id, Key};
use crate::record::{Found, Outcome};
use crate::sqlite::SqliteStore;
use crate::store::Store;
use std::cell::Cell;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

async fn increment(store: &SqliteStore, key: &Key) {
    loop {
        let mut record = live(store, key).await.unwrap();
        let count: u32 = record.data.get("count").unwrap().unwrap();
        let seen = record.version;
        record.data.insert("count", count + 1).unwrap();
        record.version += 1;
        if store.save(key, &record, seen).await.unwrap() == Outcome::Done {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_store_keeps_the_contract() {
    let folder = TempDir::new().unwrap();
    let number = Cell::new(0);
    let problems = conformance::problems(async || {
        number.set(number.get() + 1);
        SqliteStore::open(&folder.path().join(format!("{}.sqlite", number.get()))).unwrap()
    });
    let problems = problems.await;
    assert!(problems.is_empty(), "{problems:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_stores_on_one_file_count_together() {
    let folder = TempDir::new().unwrap();
    let stores = [open(&file_in(&folder)), open(&file_in(&folder))];
    let key = new_key();
    assert_eq!(stores[0].create(&key, &record(0)).await.unwrap(), Outcome::Done);
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..20 {
        let store = Arc::clone(&stores[number % 2]);
        tasks.spawn(async move {
            for _ in 0..5 {
                increment(&store, &key).await;
            }
        });
    }
    tasks.join_all().await;
    assert_eq!(count(&stores[0], &key).await, Some(100));
    assert_eq!(count(&stores[1], &key).await, Some(100));
}

#[tokio::test]
async fn what_one_store_ends_has_ended_for_the_other() {
    let folder = TempDir::new().unwrap();
    let mine = open(&file_in(&folder));
    let other = open(&file_in(&folder));
    let [deleted, old, new] = [new_key(), new_key(), new_key()];
    assert_eq!(mine.create(&deleted, &record(1)).await.unwrap(), Outcome::Done);
    assert_eq!(mine.create(&old, &record(2)).await.unwrap(), Outcome::Done);
    assert_eq!(count(&other, &deleted).await, Some(1));
    mine.delete(&deleted).await.unwrap();
    let until = SystemTime::now() + Duration::from_secs(60);
    assert_eq!(mine.rename(&old, &new, until).await.unwrap(), Outcome::Done);
    assert!(live(&other, &deleted).await.is_none());
    assert_eq!(other.save(&deleted, &record(9), 0).await.unwrap(), Outcome::Gone);
    assert_eq!(other.save(&old, &record(9), 0).await.unwrap(), Outcome::Gone);
    let old = other.load(&old, SystemTime::now()).await.unwrap();
    assert!(matches!(old, Found::Renamed));
    assert_eq!(count(&other, &new).await, Some(2));
}

#[tokio::test]
async fn a_file_that_is_opened_again_has_kept_everything() {
    let folder = TempDir::new().unwrap();
    let file = file_in(&folder);
    let [kept, old, new, deleted, expired] = [(); 5].map(|()| new_key());
    let first = open(&file);
    for key in [&kept, &old, &deleted, &expired] {
        assert_eq!(first.create(key, &record(1)).await.unwrap(), Outcome::Done);
    }
    let mut saved = record(2);
    saved.version = 1;
    assert_eq!(first.save(&kept, &saved, 0).await.unwrap(), Outcome::Done);
    let until = SystemTime::now() + Duration::from_secs(60);
    assert_eq!(first.rename(&old, &new, until).await.unwrap(), Outcome::Done);
    first.delete(&deleted).await.unwrap();
    let after_the_end = saved.expires + Duration::from_secs(1);
    // It marks three sessions, and deletes the tombstone.
    assert_eq!(first.delete_expired(after_the_end, 10).await.unwrap(), 4);
    drop(first);

    let second = open(&file);
    assert_eq!(live(&second, &kept).await.map(|record| record.version), Some(1));
    assert_eq!(count(&second, &kept).await, Some(2));
    assert_eq!(count(&second, &new).await, Some(1));
    assert!(live(&second, &deleted).await.is_none());
    // The marks are kept too: a day later, all three are deleted.
    let a_day_later = after_the_end + Duration::from_secs(24 * 60 * 60);
    assert_eq!(second.delete_expired(a_day_later, 10).await.unwrap(), 3);
    assert!(live(&second, &kept).await.is_none());
}

#[tokio::test]
async fn no_id_is_in_the_file() {
    let folder = TempDir::new().unwrap();
    let store = open(&file_in(&folder));
    let id = Id::random().unwrap();
    assert_eq!(store.create(&id.key(), &record(1)).await.unwrap(), Outcome::Done);
    let bits = base64::Engine::decode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, id.value());
    let bits = bits.unwrap();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let octets = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!octets.windows(22).any(|part| part == id.value().as_bytes()));
        assert!(!octets.windows(16).any(|part| part == bits));
    }
}
