//! The views, the contract on a real Redis, and what Redis does by itself.

use super::{redis_store::RedisStore, views::TutorialViews};
use axum::http::{HeaderMap, Method};
use harness::RedisServer;
use std::time::{Duration, SystemTime};
use store_engine::conformance::problems;
use store_engine::{Engine, Found, Id, Key, MemoryStore, Options, Outcome, Record, Store};

/// They try a sweep with a clock that they choose. Redis deletes what has expired with its own clock,
/// so there is nothing to mark, and nothing to sweep.
const SWEEPS: [&str; 8] = [
    "an_expired_session_is_deleted_after_a_day",
    "a_session_alive_again_loses_its_mark",
    "a_clock_that_starts_a_year_ahead_deletes_nothing",
    "a_clock_that_goes_back_deletes_nothing",
    "a_mark_of_a_clock_that_was_ahead_is_made_again",
    "a_sweep_keeps_to_its_limit_and_ends",
    "a_sweep_with_marks_and_deletions_keeps_to_its_limit",
    "a_sweep_goes_on_behind_what_it_has_marked",
];

fn server() -> RedisServer {
    RedisServer::start().unwrap()
}

fn views() -> TutorialViews {
    let engine = Engine::new(MemoryStore::default(), &Options::default()).unwrap();
    TutorialViews { session: engine.open(&Method::GET, &HeaderMap::new()) }
}

#[tokio::test]
async fn home_view_is_named() {
    let page = views().home().await.unwrap();
    assert_eq!((page.name, page.count), ("Home View", 1));
}

#[tokio::test]
async fn hello_view_is_named() {
    let page = views().hello().await.unwrap();
    assert_eq!((page.name, page.count), ("Hello View", 1));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs redis-server: run `just test-all`, or see the chapter"]
async fn redis_store_keeps_the_contract_and_leaves_the_sweep_to_redis() {
    let server = server();
    let make = async || {
        server.ask(&["FLUSHALL"]).unwrap();
        RedisStore::open(&server.url()).unwrap()
    };
    let problems = problems(make).await;
    let cases: Vec<_> = problems.iter().map(|problem| problem.split(':').next().unwrap()).collect();
    assert_eq!(cases, SWEEPS, "{problems:#?}");
    assert!(problems.iter().all(|problem| problem.ends_with("but got 0")), "{problems:#?}");
}

fn key() -> Key {
    Id::random().unwrap().key()
}

fn record(life: Duration) -> Record {
    let now = SystemTime::now();
    let data = Default::default();
    Record { data, version: 0, created: now, accessed: now, expires: now + life }
}

/// How many keys Redis has.
fn keys(server: &RedisServer) -> String {
    server.ask(&["DBSIZE"]).unwrap()
}

#[tokio::test]
#[ignore = "needs redis-server: run `just test-all`, or see the chapter"]
async fn expired_session_is_nothing_for_a_day_and_then_leaves_redis() {
    let server = server();
    let store = RedisStore::open(&server.url()).unwrap();
    let day = Duration::from_secs(24 * 60 * 60);
    let mut record = record(Duration::from_secs(60));
    record.expires -= day;
    let key = key();
    assert_eq!(store.create(&key, &record).await.unwrap(), Outcome::Done);
    let now = SystemTime::now();
    assert!(matches!(store.load(&key, now).await.unwrap(), Found::Nothing));
    assert!(matches!(store.load(&key, now - day).await.unwrap(), Found::Live(_)));
    assert_eq!(keys(&server), ":1");
    record.expires -= Duration::from_secs(61);
    assert_eq!(store.touch(&key, &record).await.unwrap(), Outcome::Done);
    assert_eq!(keys(&server), ":0");
}

/// A script that has written may go on in a full Redis, so no rename stops halfway.
#[tokio::test]
#[ignore = "needs redis-server: run `just test-all`, or see the chapter"]
async fn rename_in_a_full_redis_is_whole() {
    let server = server();
    let store = RedisStore::open(&server.url()).unwrap();
    let old = key();
    let new = key();
    let created = store.create(&old, &record(Duration::from_secs(60))).await.unwrap();
    assert_eq!(created, Outcome::Done);
    server.ask(&["CONFIG", "SET", "maxmemory", "1"]).unwrap();
    let refused = store.create(&key(), &record(Duration::from_secs(60))).await;
    assert!(refused.is_err_and(|error| error.to_string().starts_with("nothing was written")));
    let now = SystemTime::now();
    let renamed = store.rename(&old, &new, now + Duration::from_secs(60)).await.unwrap();
    assert_eq!(renamed, Outcome::Done);
    assert!(matches!(store.load(&old, now).await.unwrap(), Found::Renamed));
    assert!(matches!(store.load(&new, now).await.unwrap(), Found::Live(_)));
}

#[tokio::test]
#[ignore = "needs redis-server: run `just test-all`, or see the chapter"]
async fn number_that_we_never_write_is_put_aside() {
    let server = server();
    let store = RedisStore::open(&server.url()).unwrap();
    let foreign = [("version", "01"), ("version", "+5"), ("expires", "9223372036854775807")];
    for (field, value) in foreign {
        let key = key();
        let created = store.create(&key, &record(Duration::from_secs(60))).await.unwrap();
        assert_eq!(created, Outcome::Done);
        let listed = server.ask(&["KEYS", "*"]).unwrap();
        let name = listed.lines().last().unwrap();
        server.ask(&["HSET", name, field, value]).unwrap();
        let now = SystemTime::now();
        assert!(matches!(store.load(&key, now).await.unwrap(), Found::Nothing), "{field} {value}");
        assert_eq!(server.ask(&["HEXISTS", name, "unreadable"]).unwrap(), ":1");
        server.ask(&["FLUSHALL"]).unwrap();
    }
}

/// A version is a time in microseconds, and a clock may be centuries ahead for a moment.
#[tokio::test]
#[ignore = "needs redis-server: run `just test-all`, or see the chapter"]
async fn version_of_a_clock_that_was_ahead_can_be_read() {
    let server = server();
    let store = RedisStore::open(&server.url()).unwrap();
    let key = key();
    let record = Record { version: u64::MAX - 1, ..record(Duration::from_secs(60)) };
    assert_eq!(store.create(&key, &record).await.unwrap(), Outcome::Done);
    let found = store.load(&key, SystemTime::now()).await.unwrap();
    assert!(matches!(found, Found::Live(found) if found.version == record.version));
    assert_eq!(store.save(&key, &record, record.version).await.unwrap(), Outcome::Done);
}

#[test]
#[ignore = "needs redis-server: run `just test-all`, or see the chapter"]
fn what_was_saved_since_is_not_put_aside() {
    let server = server();
    server.ask(&["HSET", "session:a", "version", "2", "data", "{}"]).unwrap();
    for (version, data) in [("1", "{}"), ("2", "[")] {
        let seen = ["EVAL", super::scripts::PUT_ASIDE, "1", "session:a", version, data];
        assert_eq!(server.ask(&seen).unwrap(), "$8\nconflict");
        assert_eq!(server.ask(&["HGET", "session:a", "data"]).unwrap(), "$2\n{}");
    }
}
