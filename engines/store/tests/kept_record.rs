//! An engine keeps what an update has saved for the next one. Here another program, which is a second
//! engine on the same file, changes or ends the session in between.

#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used)]

use axum::http::{HeaderMap, HeaderValue, Method, header};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use store_engine::{Engine, Error, Found, Id, Key, Options, Outcome, Record, Session, SessionData};
use store_engine::{MemoryStore, SqliteStore, Store};
use tempfile::TempDir;

fn file(folder: &TempDir) -> PathBuf {
    folder.path().join("sessions.sqlite")
}

fn engine(file: &Path, options: &Options) -> Engine {
    Engine::new(SqliteStore::open(file).unwrap(), options).unwrap()
}

fn open(engine: &Engine, cookie: Option<&HeaderValue>) -> Session {
    let mut headers = HeaderMap::new();
    if let Some(cookie) = cookie {
        headers.insert(header::COOKIE, cookie.clone());
    }
    engine.open(&Method::GET, &headers)
}

fn increment(data: &mut SessionData) -> Result<u64, Error> {
    let count = data.get("counter")?.unwrap_or(0) + 1;
    data.insert("counter", count)?;
    Ok(count)
}

/// The cookie of a new session whose count is 1.
async fn begin(engine: &Engine) -> HeaderValue {
    let session = open(engine, None);
    session.update(increment).await.unwrap();
    let cookie = session.close().await.unwrap();
    let cookie = cookie.to_str().unwrap().split(';').next().unwrap();
    HeaderValue::from_str(cookie).unwrap()
}

/// The cookie of a session that an engine has updated, so that it has kept the record.
async fn updated_twice(engine: &Engine) -> HeaderValue {
    let cookie = begin(engine).await;
    assert_eq!(open(engine, Some(&cookie)).update(increment).await.unwrap(), 2);
    cookie
}

/// Two engines on one file, and the cookie of a session that the first has updated.
async fn two_programs(folder: &TempDir) -> (Engine, Engine, HeaderValue) {
    let options = Options::default();
    let ours = engine(&file(folder), &options);
    let theirs = engine(&file(folder), &options);
    let cookie = updated_twice(&ours).await;
    (ours, theirs, cookie)
}

#[tokio::test(flavor = "multi_thread")]
async fn update_loses_nothing_that_another_program_has_saved() {
    let folder = TempDir::new().unwrap();
    let (ours, theirs, cookie) = two_programs(&folder).await;
    for count in [3, 5, 7] {
        assert_eq!(open(&theirs, Some(&cookie)).update(increment).await.unwrap(), count);
        assert_eq!(open(&ours, Some(&cookie)).update(increment).await.unwrap(), count + 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn session_that_another_program_has_ended_is_a_new_one() {
    let folder = TempDir::new().unwrap();
    let (ours, theirs, cookie) = two_programs(&folder).await;
    open(&theirs, Some(&cookie)).destroy().await.unwrap();
    let session = open(&ours, Some(&cookie));
    assert_eq!(session.update(increment).await.unwrap(), 1);
    let new = session.close().await.unwrap();
    assert!(!new.as_bytes().starts_with(cookie.as_bytes()), "the id was adopted");
    assert!(open(&theirs, Some(&cookie)).read().await.unwrap().is_empty(), "it was revived");
}

#[tokio::test(flavor = "multi_thread")]
async fn session_that_another_program_has_rotated_is_gone() {
    let folder = TempDir::new().unwrap();
    let (ours, theirs, cookie) = two_programs(&folder).await;
    open(&theirs, Some(&cookie)).rotate().await.unwrap();
    let update = open(&ours, Some(&cookie)).update(increment).await;
    assert!(matches!(update, Err(Error::Gone)));
}

#[tokio::test(flavor = "multi_thread")]
async fn closure_refuses_only_what_is_in_the_store() {
    let folder = TempDir::new().unwrap();
    let (ours, theirs, cookie) = two_programs(&folder).await;
    let allow = |data: &mut SessionData| data.insert("allowed", true);
    open(&theirs, Some(&cookie)).update(allow).await.unwrap();
    let guarded = |data: &mut SessionData| match data.get("allowed")? {
        Some(true) => increment(data),
        _ => Err(Error::Gone),
    };
    assert_eq!(open(&ours, Some(&cookie)).update(guarded).await.unwrap(), 3);
}

/// Some of so many sessions share a queue.
#[tokio::test]
async fn sessions_that_share_a_queue_are_never_mixed_up() {
    let engine = Engine::new(MemoryStore::default(), &Options::default()).unwrap();
    let mut cookies = Vec::new();
    for number in 0..500 {
        let cookie = begin(&engine).await;
        let name = |data: &mut SessionData| data.insert("number", number);
        open(&engine, Some(&cookie)).update(name).await.unwrap();
        cookies.push(cookie);
    }
    for (number, cookie) in cookies.iter().enumerate() {
        let update = open(&engine, Some(cookie)).update(|data| data.get("number")).await;
        assert_eq!(update.unwrap(), Some(number));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn session_in_use_ends_at_its_absolute_timeout() {
    let folder = TempDir::new().unwrap();
    let absolute = Duration::from_millis(300);
    let engine = engine(&file(&folder), &Options { absolute, ..Options::default() });
    let cookie = begin(&engine).await;
    open(&engine, Some(&cookie)).update(increment).await.unwrap();
    std::thread::sleep(absolute);
    assert_eq!(open(&engine, Some(&cookie)).update(increment).await.unwrap(), 1);
}

/// The other program's limit is longer, and it began the session.
#[tokio::test(flavor = "multi_thread")]
async fn session_in_use_ends_at_the_shorter_of_two_absolute_timeouts() {
    let folder = TempDir::new().unwrap();
    let theirs = engine(&file(&folder), &Options::default());
    let absolute = Duration::from_millis(300);
    let ours = engine(&file(&folder), &Options { absolute, ..Options::default() });
    let cookie = begin(&theirs).await;
    open(&ours, Some(&cookie)).update(increment).await.unwrap();
    std::thread::sleep(absolute);
    assert_eq!(open(&ours, Some(&cookie)).update(increment).await.unwrap(), 1);
}

/// The key of a cookie's session in a store, and its record.
async fn in_store(store: &SqliteStore, cookie: &HeaderValue) -> (Key, Record) {
    let value = cookie.as_bytes().strip_prefix(b"__Host-id=").unwrap();
    let key = Id::parse(value).unwrap().key();
    match store.load(&key, SystemTime::now()).await.unwrap() {
        Found::Live(record) => (key, record),
        Found::Renamed | Found::Nothing => panic!("the session isn't there"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn use_that_another_program_has_noted_is_never_taken_back() {
    let folder = TempDir::new().unwrap();
    let touch = Duration::from_millis(40);
    let options = Options { touch, ..Options::default() };
    let ours = engine(&file(&folder), &options);
    let theirs = engine(&file(&folder), &options);
    let cookie = updated_twice(&ours).await;
    let store = SqliteStore::open(file(&folder)).unwrap();
    for _ in 0..10 {
        // What is kept is young, and the use that it knows of isn't.
        std::thread::sleep(touch * 3 / 4);
        open(&ours, Some(&cookie)).update(increment).await.unwrap();
        let (_, before) = in_store(&store, &cookie).await;
        let mut noted = before.clone();
        while noted.accessed == before.accessed {
            open(&theirs, Some(&cookie)).read().await.unwrap();
            (_, noted) = in_store(&store, &cookie).await;
        }
        open(&ours, Some(&cookie)).update(increment).await.unwrap();
        let (_, after) = in_store(&store, &cookie).await;
        assert!(after.accessed >= noted.accessed, "it was taken back");
        assert!(after.expires >= noted.expires, "the session ends too early");
    }
}

/// A task that has its session from a request that was answered long ago, and updates it all the time.
#[tokio::test(flavor = "multi_thread")]
async fn update_after_the_response_takes_back_no_use_and_no_renewal() {
    let folder = TempDir::new().unwrap();
    // A busy machine may stall for some seconds.
    let idle = Duration::from_secs(5);
    let options = Options { idle, touch: Duration::from_secs(1), ..Options::default() };
    let ours = engine(&file(&folder), &options);
    let theirs = engine(&file(&folder), &options);
    let cookie = updated_twice(&ours).await;
    let task = open(&ours, Some(&cookie));
    task.close().await;
    let mut renewed = 0;
    for page in 1..=5 {
        for _ in 0..12 {
            task.update(increment).await.unwrap();
            std::thread::sleep(Duration::from_millis(100));
        }
        let visit = open(if page % 2 == 0 { &ours } else { &theirs }, Some(&cookie));
        assert!(!visit.read().await.unwrap().is_empty(), "the session has ended");
        renewed += usize::from(visit.close().await.is_some());
    }
    assert_eq!(renewed, 5, "the cookie of a page was not renewed");
}

/// A program whose clock was ahead began the session, and one whose clock is right has noted a use. That
/// moves the beginning, which decides when the session ends at the latest.
#[tokio::test(flavor = "multi_thread")]
async fn beginning_that_another_program_has_put_right_stays_right() {
    let folder = TempDir::new().unwrap();
    let touch = Duration::from_millis(20);
    let ours = engine(&file(&folder), &Options { touch, ..Options::default() });
    let cookie = updated_twice(&ours).await;
    let store = SqliteStore::open(file(&folder)).unwrap();
    let (key, mut record) = in_store(&store, &cookie).await;
    record.created -= Duration::from_secs(60 * 60);
    assert_eq!(store.touch(&key, &record).await.unwrap(), Outcome::Done);
    std::thread::sleep(touch);
    assert_eq!(open(&ours, Some(&cookie)).update(increment).await.unwrap(), 3);
    let (_, now) = in_store(&store, &cookie).await;
    assert_eq!(now.created, record.created, "the session would live for an hour longer");
}

/// The store fails over to a replica that lacks the last write, which the engine still keeps.
#[tokio::test(flavor = "multi_thread")]
async fn version_that_was_lost_is_never_given_again() {
    let folder = TempDir::new().unwrap();
    let (ours, theirs, cookie) = two_programs(&folder).await;
    let store = SqliteStore::open(file(&folder)).unwrap();
    let (key, replicated) = in_store(&store, &cookie).await;
    assert_eq!(open(&ours, Some(&cookie)).update(increment).await.unwrap(), 3);
    let (_, lost) = in_store(&store, &cookie).await;
    store.delete(&key).await.unwrap();
    assert_eq!(store.create(&key, &replicated).await.unwrap(), Outcome::Done);
    let allow = |data: &mut SessionData| data.insert("allowed", true);
    open(&theirs, Some(&cookie)).update(allow).await.unwrap();
    assert_ne!(in_store(&store, &cookie).await.1.version, lost.version);
    let update = |data: &mut SessionData| Ok((increment(data)?, data.get("allowed")?));
    let found: (u64, Option<bool>) = open(&ours, Some(&cookie)).update(update).await.unwrap();
    assert_eq!(found, (3, Some(true)), "it saved over what the other program had saved");
}

#[tokio::test(flavor = "multi_thread")]
async fn version_rises_when_a_clock_goes_back() {
    let folder = TempDir::new().unwrap();
    let (_, theirs, cookie) = two_programs(&folder).await;
    let store = SqliteStore::open(file(&folder)).unwrap();
    let (key, mut record) = in_store(&store, &cookie).await;
    let seen = record.version;
    // Of an hour later.
    record.version += 60 * 60 * 1_000_000;
    assert_eq!(store.save(&key, &record, seen).await.unwrap(), Outcome::Done);
    for more in 1..3 {
        open(&theirs, Some(&cookie)).update(increment).await.unwrap();
        assert_eq!(in_store(&store, &cookie).await.1.version, record.version + more);
    }
}
