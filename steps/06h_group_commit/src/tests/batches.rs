//! What waits is written in one go, and each write has its own result.

use super::helpers::{count, file_in, new_key, open, record};
use crate::file;
use crate::record::Outcome;
use crate::rows;
use crate::store::{Store, StoreError};
use crate::writer::Writer;
use rusqlite::Connection;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;
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

#[tokio::test]
async fn writes_that_wait_share_a_transaction() {
    let folder = TempDir::new().unwrap();
    let file = file_in(&folder);
    let commits = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&commits);
    let writer = Arc::new(Writer::start(file::open(&file).unwrap(), move || {
        counter.fetch_add(1, Ordering::SeqCst);
    }));
    let other_program = lock(&file, Duration::from_millis(200));
    let mut tasks = JoinSet::new();
    for number in 0..100 {
        let writer = Arc::clone(&writer);
        tasks.spawn(async move {
            let key = new_key();
            let job = move |rows: &Connection| Ok(rows::create(rows, &key, &record(number))?);
            assert_eq!(writer.transact(job).await.unwrap(), Outcome::Done);
        });
    }
    tasks.join_all().await;
    other_program.join().unwrap();
    let commits = commits.load(Ordering::SeqCst);
    assert!((1..=2).contains(&commits), "{commits} transactions");
}

#[tokio::test]
async fn a_write_that_fails_takes_no_other_with_it() {
    let folder = TempDir::new().unwrap();
    let file = file_in(&folder);
    let writer = Arc::new(Writer::start(file::open(&file).unwrap(), || ()));
    let other_program = lock(&file, Duration::from_millis(200));
    let mut tasks = JoinSet::new();
    for number in 0..30 {
        let writer = Arc::clone(&writer);
        tasks.spawn(async move {
            let key = new_key();
            let job = move |rows: &Connection| {
                let outcome = rows::create(rows, &key, &record(number))?;
                match number % 3 {
                    0 => Err(StoreError::NotBegun("on purpose".into())),
                    _ => Ok(outcome),
                }
            };
            (number, key, writer.transact(job).await.is_ok())
        });
    }
    let results = tasks.join_all().await;
    other_program.join().unwrap();
    let store = open(&file);
    for (number, key, is_ok) in results {
        assert_eq!(is_ok, number % 3 != 0, "write {number}");
        assert_eq!(count(&store, &key).await.is_some(), is_ok, "write {number}");
    }
}

#[tokio::test]
async fn a_batch_that_sqlite_rolls_back_was_not_written() {
    let folder = TempDir::new().unwrap();
    let file = file_in(&folder);
    let store = open(&file);
    let other = Connection::open(&file).unwrap();
    let full = "CREATE TRIGGER full BEFORE INSERT ON sessions WHEN NEW.data = '{\"count\":13}'
        BEGIN SELECT RAISE(ROLLBACK, 'database or disk is full'); END";
    other.execute_batch(full).unwrap();
    let other_program = lock(&file, Duration::from_millis(200));
    let mut tasks = JoinSet::new();
    for number in 0..30 {
        let store = Arc::clone(&store);
        tasks.spawn(async move {
            let key = new_key();
            (key, store.create(&key, &record(number)).await.is_ok())
        });
    }
    let results = tasks.join_all().await;
    other_program.join().unwrap();
    assert!(results.iter().any(|(_, is_ok)| !is_ok));
    for (key, is_ok) in results {
        assert_eq!(count(&store, &key).await.is_some(), is_ok);
    }
    let key = new_key();
    assert_eq!(store.create(&key, &record(14)).await.unwrap(), Outcome::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_loses_nothing_that_was_acknowledged() {
    let folder = TempDir::new().unwrap();
    let file = file_in(&folder);
    let connection = file::open(&file).unwrap();
    connection.pragma_update(None, "max_page_count", 60).unwrap();
    let writer = Arc::new(Writer::start(connection, || ()));
    let mut tasks = JoinSet::new();
    for number in 0..400 {
        let writer = Arc::clone(&writer);
        tasks.spawn(async move {
            let key = new_key();
            let mut record = record(number);
            record.data.insert("long", "x".repeat(2000)).unwrap();
            let job = move |rows: &Connection| Ok(rows::create(rows, &key, &record)?);
            (key, number, writer.transact(job).await.is_ok())
        });
    }
    let results = tasks.join_all().await;
    let store = open(&file);
    let refused = results.iter().filter(|(_, _, is_ok)| !is_ok).count();
    assert!(refused > 0, "the disk was not full");
    for (key, number, is_ok) in results {
        assert_eq!(count(&store, &key).await, is_ok.then_some(number));
    }
    let room = |rows: &Connection| Ok(rows.pragma_update(None, "max_page_count", 100_000)?);
    writer.transact(room).await.unwrap();
    let key = new_key();
    let job = move |rows: &Connection| Ok(rows::create(rows, &key, &record(1))?);
    assert_eq!(writer.transact(job).await.unwrap(), Outcome::Done);
    assert_eq!(count(&store, &key).await, Some(1));
}
