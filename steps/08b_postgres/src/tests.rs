//! The views, the contract on a real PostgreSQL, and what its tables go through.

mod load;

use super::{postgres_store::PostgresStore, views::TutorialViews};
use axum::http::{HeaderMap, Method};
use harness::PostgresServer;
use std::time::{Duration, SystemTime};
use store_engine::conformance::problems;
use store_engine::{Engine, Found, Id, Key, MemoryStore, Options, Outcome, Record, Store};
use tokio_postgres::{Client, NoTls};

fn server() -> PostgresServer {
    PostgresServer::start().unwrap()
}

fn store(server: &PostgresServer) -> PostgresStore {
    PostgresStore::open(&server.url()).unwrap()
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

#[test]
fn what_cannot_be_used_is_no_address() {
    for text in ["localhost", "postgres:///sessions", "dbname=sessions", "host=", "http://host/"] {
        assert!(PostgresStore::open(text).is_none(), "{text}");
    }
    assert!(PostgresStore::open("postgres://host/sessions?sslmode=require").is_none());
    for text in ["postgres://user@127.0.0.1:5432/sessions", "host=/run/postgresql user=postgres"] {
        assert!(PostgresStore::open(text).is_some(), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs postgresql: run `just test-all`, or see the chapter"]
async fn postgres_store_keeps_the_contract() {
    let server = server();
    let make = async || {
        server.ask("DROP SCHEMA public CASCADE; CREATE SCHEMA public").unwrap();
        store(&server)
    };
    let problems = problems(make).await;
    assert!(problems.is_empty(), "{problems:#?}");
}

fn key() -> Key {
    Id::random().unwrap().key()
}

fn record(version: u64) -> Record {
    let now = SystemTime::now();
    let expires = now + Duration::from_secs(60);
    Record { data: Default::default(), version, created: now, accessed: now, expires }
}

/// Somebody else's connection.
async fn connect(server: &PostgresServer) -> Client {
    let (client, connection) = tokio_postgres::connect(&server.url(), NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// What a save answers that had to wait while somebody else did this to its row.
async fn save_after(sql: &str) -> Outcome {
    let server = server();
    let store = store(&server);
    let key = key();
    assert_eq!(store.create(&key, &record(0)).await.unwrap(), Outcome::Done);
    let mut other = connect(&server).await;
    let change = other.transaction().await.unwrap();
    change.batch_execute(sql).await.unwrap();
    let save = tokio::spawn(async move { store.save(&key, &record(1), 0).await });
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
    while server.ask(waiting).unwrap() != "1" {
        assert!(!save.is_finished(), "the save doesn't wait for the other one");
    }
    change.commit().await.unwrap();
    save.await.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs postgresql: run `just test-all`, or see the chapter"]
async fn save_that_waited_sees_what_the_other_one_did() {
    assert_eq!(save_after("DELETE FROM sessions").await, Outcome::Gone);
    assert_eq!(save_after("UPDATE sessions SET version = 1").await, Outcome::Conflict);
    assert_eq!(save_after("UPDATE sessions SET accessed = now()").await, Outcome::Done);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs postgresql: run `just test-all`, or see the chapter"]
async fn tables_of_the_first_version_keep_their_sessions() {
    let server = server();
    let key = key();
    assert_eq!(store(&server).create(&key, &record(0)).await.unwrap(), Outcome::Done);
    server.ask("DROP TABLE unreadable").unwrap();
    server.ask("DELETE FROM session_migrations WHERE number = 2").unwrap();
    let found = store(&server).load(&key, SystemTime::now()).await.unwrap();
    assert!(matches!(found, Found::Live(_)));
    assert_eq!(server.ask("SELECT count(*) FROM unreadable").unwrap(), "0");
}
