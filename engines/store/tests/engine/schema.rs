//! Data of older and of newer versions of the program.

use crate::support::{Site, increment, sent, text};
use store_engine::{Error, Options, SessionData, StoreError};

// ANCHOR: migrate
/// Version 1 called the counter `count`; version 2 doubled it.
fn migrate(data: &mut SessionData, version: u32) -> Result<(), Error> {
    if version < 1 {
        let count: u64 = data.get("count")?.unwrap_or(0);
        data.remove("count");
        data.insert("counter", count)?;
    }
    if version < 2 {
        let counter: u64 = data.get("counter")?.unwrap_or(0);
        data.insert("counter", counter * 2)?;
    }
    Ok(())
}
// ANCHOR_END: migrate

fn version(schema: u32) -> Options {
    Options { schema, migrate, ..Options::default() }
}

/// A session of version 0.
async fn old() -> (Site, String) {
    let site = Site::new();
    let session = site.open("");
    session.update(|data| data.insert("count", 5)).await.unwrap();
    let cookie = sent(&session).await.unwrap();
    (site, cookie)
}

#[tokio::test]
async fn older_data_is_migrated_when_it_is_loaded_and_written_back_by_the_next_update() {
    let (old, cookie) = old().await;
    let new = old.another(&version(2));
    for _ in 0..2 {
        assert_eq!(text(&new.open(&cookie)).await, r#"{"counter":10}"#);
    }
    assert_eq!(text(&old.open(&cookie)).await, r#"{"count":5}"#, "reading writes nothing");
    assert_eq!(new.open(&cookie).update(increment).await.unwrap(), 11);
    assert_eq!(text(&new.open(&cookie)).await, r#"{"counter":11}"#);
    assert!(matches!(old.open(&cookie).read().await, Err(Error::Store(StoreError::Newer))));
}

#[tokio::test]
async fn hook_gets_the_version_that_the_data_has() {
    let (old, cookie) = old().await;
    let first = old.another(&version(1));
    // The hook of a program of version 1 would not double: this one does, since its number is 2.
    first.open(&cookie).update(|data| data.insert("counter", 3)).await.unwrap();
    let second = old.another(&version(2));
    assert_eq!(text(&second.open(&cookie)).await, r#"{"counter":6}"#);
}

#[tokio::test]
async fn session_of_a_newer_version_is_an_outage_and_stays_as_it_is() {
    let new = Site::with(&version(2));
    let cookie = new.counting(7).await;
    for schema in [0, 1] {
        let old = new.another(&version(schema));
        let session = old.open(&cookie);
        assert!(matches!(session.read().await, Err(Error::Store(StoreError::Newer))));
        assert!(matches!(session.update(increment).await, Err(Error::Store(StoreError::Newer))));
        assert!(matches!(session.rotate().await, Err(Error::Store(StoreError::Newer))));
        assert_eq!(sent(&session).await, None, "the cookie stays");
    }
    assert_eq!(new.count(&cookie).await, Some(7));
}

#[tokio::test]
async fn session_of_a_newer_version_can_be_ended() {
    let new = Site::with(&version(2));
    let cookie = new.counting(7).await;
    new.another(&version(1)).open(&cookie).destroy().await.unwrap();
    assert_eq!(new.count(&cookie).await, None);
}

#[tokio::test]
async fn handlers_never_see_the_version() {
    let site = Site::with(&version(2));
    let session = site.open("");
    session.update(increment).await.unwrap();
    assert_eq!(text(&session).await, r#"{"counter":1}"#);
    let cookie = sent(&session).await.unwrap();
    let session = site.open(&cookie);
    let seen = session.update(|data| {
        let keys: Vec<String> = data.keys().map(str::to_owned).collect();
        data.clear();
        Ok((keys, data.is_empty()))
    });
    assert_eq!(seen.await.unwrap(), (vec!["counter".to_owned()], true));
    assert_eq!(text(&site.open(&cookie)).await, "{}");
}

#[tokio::test]
async fn program_that_uses_the_versions_key_does_not_change_the_version() {
    for schema in [0, 2] {
        let site = Site::with(&version(schema));
        let session = site.open("");
        session.update(|data| data.insert("_schema_", 7)).await.unwrap();
        let cookie = sent(&session).await.unwrap();
        assert_eq!(text(&site.open(&cookie)).await, "{}");
    }
}

#[tokio::test]
async fn hook_that_fails_is_an_outage_and_changes_nothing() {
    let (old, cookie) = old().await;
    old.open(&cookie).update(|data| data.insert("count", "five")).await.unwrap();
    let new = old.another(&version(2));
    let updated = new.open(&cookie).update(increment).await;
    let Err(Error::Store(error @ StoreError::NotMigrated(_))) = updated else {
        panic!("{updated:?}");
    };
    assert!(std::error::Error::source(&error).unwrap().to_string().contains("\"count\""));
    assert_eq!(text(&old.open(&cookie)).await, r#"{"count":"five"}"#);
}
