//! What `Debug` shows.

use crate::support::{Site, sent, value};
use axum::http::Method;
use std::time::SystemTime;
use store_engine::{
    Engine, Found, Id, MemoryStore, Options, Record, SessionData, SqliteStore, Store,
};
use tempfile::TempDir;
use tower::Layer;

#[tokio::test]
async fn debug_shows_no_id_no_key_and_no_data() {
    let site = Site::new();
    let session = site.open("");
    session.update(|data| data.insert("name", "a secret")).await.unwrap();
    let data = session.read().await.unwrap();
    let cookie = sent(&session).await.unwrap();
    let id = Id::parse(value(&cookie).as_bytes()).unwrap();
    let found = site.store.load(&id.key(), SystemTime::now()).await.unwrap();
    let folder = TempDir::new().unwrap();
    let file = SqliteStore::open(folder.path().join("sessions.sqlite")).unwrap();
    let service = site.engine.layer(());
    let Found::Live(record) = &found else { panic!("the session is not in the store") };
    for (shown, expected) in [
        (format!("{id:?}"), "Id(..)"),
        (format!("{:?}", id.key()), "Key(..)"),
        (format!("{session:?}"), "Session(..)"),
        (format!("{:?}", site.engine), "Engine(..)"),
        (format!("{service:?}"), "SessionService(..)"),
        (format!("{:?}", MemoryStore::default()), "MemoryStore(..)"),
        (format!("{file:?}"), "SqliteStore(..)"),
        (format!("{data:?}"), r#"SessionData(["name"])"#),
        (format!("{:?}", Found::<Record>::Renamed), "Renamed"),
    ] {
        assert_eq!(shown, expected);
    }
    for shown in [format!("{record:?}"), format!("{found:?}")] {
        assert!(shown.contains(r#"data: SessionData(["name"]), version: 0"#), "{shown}");
        assert!(!shown.contains("secret") && !shown.contains(value(&cookie)), "{shown}");
    }
}

#[test]
fn debug_of_an_engine_with_a_session_in_it_shows_nothing_of_it() {
    let engine = Engine::new(MemoryStore::default(), &Options::default()).unwrap();
    let headers = crate::support::headers("__Host-id=AAAAAAAAAAAAAAAAAAAAAA");
    let session = engine.open(&Method::GET, &headers);
    assert_eq!(format!("{session:?} {engine:?}"), "Session(..) Engine(..)");
    assert_eq!(format!("{:?}", SessionData::default()), "SessionData([])");
}
