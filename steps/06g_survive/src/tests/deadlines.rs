//! Nobody waits for ever.

use super::helpers::{count, file_in, new_key, open, record};
use crate::deadline;
use crate::record::Outcome;
use crate::store::{Store, StoreError};
use rusqlite::Connection;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::task::JoinSet;

/// Locks the file as another program does, and gives the lock back after a time.
fn lock(file: &Path, time: Duration) -> JoinHandle<()> {
    let connection = Connection::open(file).unwrap();
    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    std::thread::spawn(move || {
        std::thread::sleep(time);
        connection.execute_batch("ROLLBACK").unwrap();
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn all_waits_of_a_request_end_after_three_seconds() {
    let folder = TempDir::new().unwrap();
    let file = file_in(&folder);
    let store = open(&file);
    let other_program = lock(&file, Duration::from_secs(4));
    let began = Instant::now();
    let mut requests = JoinSet::new();
    for _ in 0..20 {
        let store = Arc::clone(&store);
        requests.spawn(deadline::scope(async move {
            let first = store.create(&new_key(), &record(1)).await;
            let late = began.elapsed();
            let second = store.create(&new_key(), &record(1)).await;
            assert!(matches!(first, Err(StoreError::Late)), "{first:?}");
            assert!(matches!(second, Err(StoreError::Late)), "{second:?}");
            assert!(late >= Duration::from_millis(2900), "{late:?}");
            assert!(began.elapsed() < Duration::from_millis(3400), "{:?}", began.elapsed());
        }));
    }
    requests.join_all().await;
    other_program.join().unwrap();
    let began = Instant::now();
    let key = new_key();
    assert_eq!(store.create(&key, &record(1)).await.unwrap(), Outcome::Done);
    assert!(began.elapsed() < Duration::from_millis(300), "{:?}", began.elapsed());
    assert_eq!(count(&store, &key).await, Some(1));
}

#[tokio::test]
async fn what_was_late_is_not_done_afterwards() {
    let folder = TempDir::new().unwrap();
    let file = file_in(&folder);
    let store = open(&file);
    let key = new_key();
    let other_program = lock(&file, Duration::from_millis(3200));
    assert!(matches!(store.create(&key, &record(1)).await, Err(StoreError::Late)));
    other_program.join().unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(count(&store, &key).await, None);
}

#[tokio::test]
async fn a_view_that_works_for_long_has_not_waited() {
    let folder = TempDir::new().unwrap();
    let store = open(&file_in(&folder));
    let key = new_key();
    let request = deadline::scope(async {
        tokio::time::sleep(Duration::from_millis(3200)).await;
        store.create(&key, &record(1)).await
    });
    assert_eq!(request.await.unwrap(), Outcome::Done);
}

#[tokio::test]
async fn a_request_that_is_dropped_while_it_waits_is_done_all_the_same() {
    let folder = TempDir::new().unwrap();
    let file = file_in(&folder);
    let store = open(&file);
    let key = new_key();
    let other_program = lock(&file, Duration::from_millis(300));
    let first = record(1);
    let create = store.create(&key, &first);
    assert!(tokio::time::timeout(Duration::from_millis(50), create).await.is_err());
    other_program.join().unwrap();
    assert_eq!(store.create(&key, &record(2)).await.unwrap(), Outcome::Conflict);
    assert_eq!(count(&store, &key).await, Some(1));
}

#[tokio::test]
async fn pages_without_a_session_are_not_kept_waiting_by_a_locked_file() {
    let folder = TempDir::new().unwrap();
    let file = file_in(&folder);
    let store = open(&file);
    let other_program = lock(&file, Duration::from_millis(500));
    let key = new_key();
    let first = record(1);
    let create = store.create(&key, &first);
    tokio::pin!(create);
    // There is one thread, as for a page that is answered while the store waits.
    let began = Instant::now();
    assert!(tokio::time::timeout(Duration::from_millis(20), &mut create).await.is_err());
    assert!(began.elapsed() < Duration::from_millis(200), "{:?}", began.elapsed());
    assert_eq!(create.await.unwrap(), Outcome::Done);
    other_program.join().unwrap();
}
