//! Who waits for whom.

use super::helpers::{count, file_in, new_key, open, record};
use crate::deadline;
use crate::record::Outcome;
use crate::store::{Store, StoreError};
use rusqlite::Connection;
use std::path::Path;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Locks the file as another program does, and gives the lock back after a time.
fn lock(file: &Path, time: Duration) -> JoinHandle<()> {
    let connection = Connection::open(file).unwrap();
    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    std::thread::spawn(move || {
        std::thread::sleep(time);
        connection.execute_batch("ROLLBACK").unwrap();
    })
}

#[tokio::test]
async fn readers_do_not_wait_for_a_lock() {
    let folder = TempDir::new().unwrap();
    let file = file_in(&folder);
    let store = open(&file);
    let key = new_key();
    assert_eq!(store.create(&key, &record(1)).await.unwrap(), Outcome::Done);
    let other_program = lock(&file, Duration::from_millis(500));
    let began = Instant::now();
    for _ in 0..50 {
        assert_eq!(count(&store, &key).await, Some(1));
    }
    assert!(began.elapsed() < Duration::from_millis(250), "{:?}", began.elapsed());
    other_program.join().unwrap();
}

#[tokio::test]
async fn a_write_is_late_after_three_seconds_and_the_next_one_is_not() {
    let folder = TempDir::new().unwrap();
    let file = file_in(&folder);
    let store = open(&file);
    let other_program = lock(&file, Duration::from_millis(3500));
    let began = Instant::now();
    let late = new_key();
    let first = store.create(&late, &record(1)).await;
    assert!(matches!(first, Err(StoreError::Late)), "{first:?}");
    let waited = began.elapsed();
    assert!((2900..3300).contains(&waited.as_millis()), "{waited:?}");
    let key = new_key();
    assert_eq!(store.create(&key, &record(1)).await.unwrap(), Outcome::Done);
    assert!(began.elapsed() < Duration::from_millis(3900), "{:?}", began.elapsed());
    assert_eq!(count(&store, &late).await, None, "what was late is not done afterwards");
    other_program.join().unwrap();
}

#[tokio::test]
async fn a_request_with_less_time_does_not_wait_for_one_with_more() {
    let folder = TempDir::new().unwrap();
    let file = file_in(&folder);
    let store = open(&file);
    let second_file = folder.path().join("other.sqlite");
    let second_store = open(&second_file);
    let locks = [lock(&file, Duration::from_secs(4)), lock(&second_file, Duration::from_secs(2))];
    let spent = deadline::scope(async {
        // Takes two seconds off what this request has left.
        let first = second_store.create(&new_key(), &record(1)).await;
        assert_eq!(first.unwrap(), Outcome::Done);
        let began = Instant::now();
        let second = store.create(&new_key(), &record(1)).await;
        assert!(matches!(second, Err(StoreError::Late)), "{second:?}");
        began.elapsed()
    });
    let fresh = async {
        tokio::time::sleep(Duration::from_millis(1900)).await;
        let key = new_key();
        store.create(&key, &record(1)).await
    };
    let (spent, fresh) = tokio::join!(spent, fresh);
    assert!((800..1300).contains(&spent.as_millis()), "{spent:?}");
    assert_eq!(fresh.unwrap(), Outcome::Done, "the lock is given back in its time");
    for lock in locks {
        lock.join().unwrap();
    }
}
