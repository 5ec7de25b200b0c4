//! What goes wrong with a file.

use super::helpers::{count, file_in, new_key, open, record};
use crate::record::Outcome;
use crate::sqlite::SqliteStore;
use crate::store::Store;
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
async fn a_lock_of_a_moment_is_waited_for() {
    let folder = TempDir::new().unwrap();
    let file = file_in(&folder);
    let store = open(&file);
    let key = new_key();
    let began = Instant::now();
    let other_program = lock(&file, Duration::from_millis(300));
    assert_eq!(store.create(&key, &record(1)).await.unwrap(), Outcome::Done);
    assert!(began.elapsed() >= Duration::from_millis(250), "it did not wait");
    assert_eq!(count(&store, &key).await, Some(1));
    other_program.join().unwrap();
}

#[test]
fn a_file_that_is_not_a_database_is_refused_and_left_alone() {
    let folder = TempDir::new().unwrap();
    let file = file_in(&folder);
    let text = "a letter, and no database ".repeat(1000);
    std::fs::write(&file, &text).unwrap();
    let error = SqliteStore::open(&file).err().unwrap().to_string();
    assert!(error.contains("sessions.sqlite (file is not a database)"), "{error}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
}

#[test]
fn a_file_that_cannot_be_written_is_refused() {
    let folder = TempDir::new().unwrap();
    let file = file_in(&folder);
    drop(open(&file));
    // SQLite opens it read-only then, for root as well, who may write where others may not.
    let read_only = format!("file:{}?mode=ro", file.display());
    let error = SqliteStore::open(Path::new(&read_only)).err().unwrap().to_string();
    assert!(error.contains("readonly"), "{error}");
}

#[test]
fn a_folder_that_is_not_there_is_refused() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("nowhere").join("sessions.sqlite");
    let error = SqliteStore::open(&file).err().unwrap().to_string();
    assert!(error.contains("unable to open"), "{error}");
}

#[tokio::test]
async fn a_write_that_fails_changes_nothing_and_the_next_one_works() {
    let folder = TempDir::new().unwrap();
    let file = file_in(&folder);
    let store = open(&file);
    let key = new_key();
    assert_eq!(store.create(&key, &record(1)).await.unwrap(), Outcome::Done);
    let mut saved = record(2);
    saved.version = 1;
    // A full disk is like this: SQLite rolls the transaction back by itself.
    let other = Connection::open(&file).unwrap();
    let full = "CREATE TRIGGER full BEFORE UPDATE ON sessions
        BEGIN SELECT RAISE(ROLLBACK, 'database or disk is full'); END";
    other.execute_batch(full).unwrap();
    let error = store.save(&key, &saved, 0).await.unwrap_err().to_string();
    assert!(error.contains("disk is full"), "{error}");
    assert_eq!(count(&store, &key).await, Some(1));
    other.execute_batch("DROP TRIGGER full").unwrap();
    assert_eq!(store.save(&key, &saved, 0).await.unwrap(), Outcome::Done);
    assert_eq!(count(&store, &key).await, Some(2));
}
