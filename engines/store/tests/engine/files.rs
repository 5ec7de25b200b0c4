//! Engines on SQLite files: two on one, a locked one, and rows of other versions.

use crate::support::{headers, increment, sent};
use axum::http::{Method, StatusCode};
use axum::response::IntoResponse;
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::time::Duration;
use store_engine::{Engine, Error, OpenError, Options, Session, SqliteStore, StoreError};
use tempfile::TempDir;

/// An engine that has time enough on a machine that does other things too.
fn engine(file: &Path) -> Engine {
    let options = Options { deadline: Duration::from_secs(60), ..Options::default() };
    engine_with(file, &options)
}

fn engine_with(file: &Path, options: &Options) -> Engine {
    Engine::new(SqliteStore::open(file).unwrap(), options).unwrap()
}

fn open(engine: &Engine, cookie: &str) -> Session {
    engine.open(&Method::GET, &headers(cookie))
}

/// A file with a session whose count is 1, and its cookie.
async fn counted() -> (TempDir, PathBuf, String) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("sessions.sqlite");
    let session = open(&engine(&file), "");
    session.update(increment).await.unwrap();
    let cookie = sent(&session).await.unwrap();
    (folder, file, cookie)
}

async fn count(engine: &Engine, cookie: &str) -> Option<u64> {
    open(engine, cookie).read().await.unwrap().get("counter").unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn req_65_two_engines_on_one_file_lose_nothing() {
    let (_folder, file, cookie) = counted().await;
    let engines = [engine(&file), engine(&file)];
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..40 {
        let session = open(&engines[number % 2], &cookie);
        tasks.spawn(async move { session.update(increment).await.unwrap() });
    }
    let mut counts = tasks.join_all().await;
    counts.sort_unstable();
    assert_eq!(counts, Vec::from_iter(2..42), "each count was shown once");
    assert_eq!(count(&engines[0], &cookie).await, Some(41));
}

#[tokio::test]
async fn what_one_engine_ends_or_rotates_has_ended_for_the_other() {
    let (_folder, file, cookie) = counted().await;
    let [mine, other] = [engine(&file), engine(&file)];
    let late = open(&other, &cookie);
    late.read().await.unwrap();
    let session = open(&mine, &cookie);
    session.rotate().await.unwrap();
    let new = sent(&session).await.unwrap();
    assert!(matches!(late.update(increment).await, Err(Error::Gone)));
    assert_eq!(count(&other, &new).await, Some(1));
    open(&mine, &new).destroy().await.unwrap();
    assert_eq!(count(&other, &new).await, None);
}

#[tokio::test]
async fn req_70_locked_file_is_503_at_the_deadline_and_nothing_is_done_afterwards() {
    let (_folder, file, cookie) = counted().await;
    let options = Options { deadline: Duration::from_millis(300), ..Options::default() };
    let engine = engine_with(&file, &options);
    let other_program = Connection::open(&file).unwrap();
    other_program.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(count(&engine, &cookie).await, Some(1), "readers don't wait");
    let session = open(&engine, &cookie);
    let stranger = open(&engine, "");
    let waits = async {
        tokio::join!(
            session.update(increment),
            stranger.update(increment),
            async { open(&engine, &cookie).rotate().await },
            async { open(&engine, &cookie).destroy().await },
        )
    };
    let (updated, created, rotated, destroyed) = waits.await;
    for error in
        [updated.unwrap_err(), created.unwrap_err(), rotated.unwrap_err(), destroyed.unwrap_err()]
    {
        assert!(matches!(error, Error::Store(StoreError::Late)), "{error:?}");
        let response = error.into_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()["retry-after"], "10");
        assert_eq!(response.headers()["cache-control"], "no-store");
    }
    assert_eq!(sent(&session).await, None);
    assert_eq!(sent(&stranger).await, None);
    other_program.execute_batch("ROLLBACK").unwrap();
    assert_eq!(open(&engine, &cookie).update(increment).await.unwrap(), 2);
    let rows = other_program.query_row("SELECT count(*) FROM sessions", [], |row| row.get(0));
    assert_eq!(rows, Ok(1));
}

#[tokio::test]
async fn client_that_leaves_while_its_write_waits_for_a_lock_stops_nothing_half_way() {
    let (_folder, file, cookie) = counted().await;
    let engine = engine(&file);
    let other_program = Connection::open(&file).unwrap();
    other_program.execute_batch("BEGIN IMMEDIATE").unwrap();
    let session = open(&engine, &cookie);
    let left = tokio::time::timeout(Duration::from_millis(100), session.update(increment)).await;
    assert!(left.is_err());
    drop(session);
    other_program.execute_batch("ROLLBACK").unwrap();
    // The writer takes one job after the other, so the dropped one is done when this one is.
    assert_eq!(open(&engine, &cookie).update(increment).await.unwrap(), 3);
}

#[tokio::test]
async fn damaged_row_is_a_new_session_and_is_put_aside() {
    let (_folder, file, cookie) = counted().await;
    let engine = engine(&file);
    let other_program = Connection::open(&file).unwrap();
    other_program.execute_batch("UPDATE sessions SET data = 'damaged'").unwrap();
    let session = open(&engine, &cookie);
    assert_eq!(session.update(increment).await.unwrap(), 1);
    assert_ne!(sent(&session).await.unwrap(), cookie);
    let kept = other_program.query_row("SELECT data FROM unreadable", [], |row| row.get(0));
    assert_eq!(kept, Ok("damaged".to_owned()));
}

/// The writer waits for a lock between the read that fails and the move, and meanwhile the row is good again.
#[tokio::test]
async fn row_that_is_good_again_is_not_put_aside() {
    let (_folder, file, cookie) = counted().await;
    let engine = engine(&file);
    let other_program = Connection::open(&file).unwrap();
    other_program.execute_batch("UPDATE sessions SET data = 'damaged'; BEGIN IMMEDIATE").unwrap();
    let session = open(&engine, &cookie);
    let reads = tokio::spawn(async move { session.read().await.map(drop) });
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!reads.is_finished(), "nothing waits for the lock");
    other_program.execute_batch(r#"UPDATE sessions SET data = '{"counter":7}'; COMMIT"#).unwrap();
    reads.await.unwrap().unwrap();
    assert_eq!(count(&engine, &cookie).await, Some(7));
}

#[tokio::test]
async fn row_of_a_newer_version_is_503_and_stays() {
    let (_folder, file, cookie) = counted().await;
    let engine = engine(&file);
    let newer = Connection::open(&file).unwrap();
    for change in ["schema = 99", r#"schema = 1, data = '{"_schema_":1,"counter":1}'"#] {
        newer.execute_batch(&format!("UPDATE sessions SET {change}")).unwrap();
        let session = open(&engine, &cookie);
        let updated = session.update(increment).await;
        assert!(matches!(updated, Err(Error::Store(StoreError::Newer))), "{updated:?}");
        assert_eq!(sent(&session).await, None);
    }
    newer.execute_batch(r#"UPDATE sessions SET data = '{"counter":1}'"#).unwrap();
    assert_eq!(open(&engine, &cookie).update(increment).await.unwrap(), 2);
}

#[tokio::test]
async fn data_is_migrated_in_a_file_too() {
    let (_folder, file, cookie) = counted().await;
    let options = Options {
        schema: 1,
        migrate: |data, version| data.insert("came from", version),
        ..Options::default()
    };
    let session = open(&engine_with(&file, &options), &cookie);
    assert_eq!(session.update(increment).await.unwrap(), 2);
    assert_eq!(session.read().await.unwrap().get("came from").unwrap(), Some(0));
}

#[test]
fn database_without_a_write_ahead_log_is_refused() {
    let error = SqliteStore::open(":memory:").unwrap_err();
    assert!(matches!(error, OpenError::NoLog(_)), "{error:?}");
    assert!(error.to_string().ends_with(": name a file on a local disk"), "{error}");
}

#[test]
fn file_that_is_not_ours_is_refused_and_stays_as_it_is() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("other.sqlite");
    let other_program = Connection::open(&file).unwrap();
    other_program.execute_batch("CREATE TABLE orders (id INTEGER)").unwrap();
    drop(other_program);
    let before = std::fs::read(&file).unwrap();
    let error = SqliteStore::open(&file).unwrap_err();
    assert!(matches!(&error, OpenError::Foreign(path) if *path == file));
    assert!(error.to_string().ends_with(": move that file away"), "{error}");
    assert_eq!(std::fs::read(&file).unwrap(), before);
    for version in [-5, 3] {
        let ours = folder.path().join(format!("{version}.sqlite"));
        drop(SqliteStore::open(&ours).unwrap());
        Connection::open(&ours).unwrap().pragma_update(None, "user_version", version).unwrap();
        let error = SqliteStore::open(&ours).unwrap_err();
        assert!(matches!(error, OpenError::Foreign(_)), "{error:?}");
    }
    let letter = folder.path().join("letter.txt");
    std::fs::write(&letter, "a letter, and no database ".repeat(100)).unwrap();
    let error = SqliteStore::open(&letter).unwrap_err();
    assert!(matches!(error, OpenError::Unusable { .. }), "{error:?}");
    assert!(error.to_string().contains("letter.txt (file is not a database)"), "{error}");
    assert!(SqliteStore::open(folder.path().join("no folder/a.sqlite")).is_err());
}
