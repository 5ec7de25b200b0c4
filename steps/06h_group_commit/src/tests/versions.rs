//! Files and rows of other versions, with readers and a writer.

use super::helpers::{count, file_in, new_key, open, record};
use crate::record::{Found, Outcome};
use crate::sqlite::SqliteStore;
use crate::store::{Store, StoreError};
use rusqlite::Connection;
use std::sync::{Arc, Barrier};
use std::time::SystemTime;
use tempfile::TempDir;

/// What step 06f makes of a file.
const FIRST_VERSION: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA application_id = 1936028531;
    CREATE TABLE sessions (
        key BLOB NOT NULL UNIQUE,
        version INTEGER NOT NULL,
        created INTEGER NOT NULL,
        accessed INTEGER NOT NULL,
        expires INTEGER NOT NULL,
        seen_expired INTEGER,
        data TEXT NOT NULL
    ) STRICT;
    CREATE INDEX sessions_to_sweep ON sessions (seen_expired, expires);
    CREATE TABLE renamed (key BLOB PRIMARY KEY, until INTEGER NOT NULL) STRICT;";

#[tokio::test]
async fn a_file_of_the_first_version_keeps_its_sessions() {
    let folder = TempDir::new().unwrap();
    let file = file_in(&folder);
    let key = new_key();
    let old = Connection::open(&file).unwrap();
    old.execute_batch(FIRST_VERSION).unwrap();
    let sql = "INSERT INTO sessions VALUES (?1, 4, 1000, 2000, 99000000000000, NULL, ?2)";
    old.execute(sql, (key.bytes(), r#"{"count":7}"#)).unwrap();
    drop(old);
    for _ in 0..2 {
        let store = open(&file);
        assert_eq!(count(&store, &key).await, Some(7));
        let Found::Live(mut kept) = store.load(&key, SystemTime::now()).await.unwrap() else {
            panic!("the session is gone");
        };
        let seen = kept.version;
        kept.version += 1;
        assert_eq!(store.save(&key, &kept, seen).await.unwrap(), Outcome::Done);
    }
}

#[test]
fn eight_programs_can_make_one_file_at_once() {
    for _ in 0..5 {
        let folder = TempDir::new().unwrap();
        let file = Arc::new(file_in(&folder));
        let start = Arc::new(Barrier::new(8));
        let programs: Vec<_> = (0..8)
            .map(|_| {
                let file = Arc::clone(&file);
                let start = Arc::clone(&start);
                std::thread::spawn(move || {
                    start.wait();
                    SqliteStore::open(&file).err().map(|error| error.to_string())
                })
            })
            .collect();
        for program in programs {
            assert_eq!(program.join().unwrap(), None);
        }
    }
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_put_aside() {
    let folder = TempDir::new().unwrap();
    let file = file_in(&folder);
    let store = open(&file);
    let other = Connection::open(&file).unwrap();
    for damaged in ["", "{\"count\":", "[1, 2]", "null", "{\"a\": 1} and more"] {
        let key = new_key();
        assert_eq!(store.create(&key, &record(1)).await.unwrap(), Outcome::Done);
        other.execute("UPDATE sessions SET data = ?1", [damaged]).unwrap();
        assert_eq!(count(&store, &key).await, None, "{damaged}");
        assert_eq!(store.save(&key, &record(2), 0).await.unwrap(), Outcome::Gone);
        let sql = "SELECT data FROM unreadable WHERE key = ?1";
        let kept: String = other.query_row(sql, [key.bytes()], |row| row.get(0)).unwrap();
        assert_eq!(kept, damaged);
    }
}

#[tokio::test]
async fn a_row_of_a_newer_version_is_kept_for_it() {
    let folder = TempDir::new().unwrap();
    let file = file_in(&folder);
    let store = open(&file);
    let key = new_key();
    assert_eq!(store.create(&key, &record(1)).await.unwrap(), Outcome::Done);
    let newer = Connection::open(&file).unwrap();
    newer.execute_batch("UPDATE sessions SET schema = 2, data = 'a newer shape'").unwrap();
    let loaded = store.load(&key, SystemTime::now()).await;
    assert!(matches!(loaded, Err(StoreError::Newer)));
    newer.execute_batch("UPDATE sessions SET schema = 1, data = '{\"count\":5}'").unwrap();
    assert_eq!(count(&store, &key).await, Some(5));
}
