//! No update is lost, and none is half done.

use super::requests::{begin, cookie, count, get, increment, open};
use crate::data::SessionData;
use crate::engine::Engine;
use crate::error::Error;
use crate::id::Id;
use crate::memory::MemoryStore;
use crate::record::{Outcome, Record};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::task::JoinSet;

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_requests_at_once_lose_nothing() {
    let engine = Arc::new(Engine::default());
    let id = begin(&engine).await;
    let mut tasks = JoinSet::new();
    for _ in 0..200 {
        let session = get(&engine, &id);
        tasks.spawn(async move {
            session.read().await.unwrap();
            session.update(increment).await.unwrap()
        });
    }
    let counts: BTreeSet<u32> = tasks.join_all().await.into_iter().collect();
    assert_eq!(counts, (2..=201).collect(), "each request gets another count");
    assert_eq!(count(&get(&engine, &id)).await, Some(201));
}

#[tokio::test(flavor = "multi_thread")]
async fn updates_of_one_request_at_once_begin_one_session() {
    let session = open(&Arc::new(Engine::default()), None, false);
    let mut tasks = JoinSet::new();
    for _ in 0..50 {
        let session = session.clone();
        tasks.spawn(async move { session.update(increment).await.unwrap() });
    }
    tasks.join_all().await;
    assert_eq!(count(&session).await, Some(50));
}

#[test]
fn a_save_of_another_version_changes_nothing() {
    let store = MemoryStore::default();
    let key = Id::random().unwrap().key();
    store.create(key, Record { data: SessionData::default(), version: 3 });
    let mut data = SessionData::default();
    increment(&mut data).unwrap();
    assert_eq!(store.save(&key, Record { data, version: 3 }, 2), Outcome::Conflict);
    let kept = store.load(&key).unwrap();
    assert_eq!((kept.version, kept.data.get::<u32>("count").unwrap()), (3, None));
}

#[tokio::test]
async fn an_error_in_the_closure_saves_nothing() {
    let engine = Arc::new(Engine::default());
    let id = begin(&engine).await;
    let session = get(&engine, &id);
    let failed = session.update(|data| {
        increment(data)?;
        data.get::<bool>("count")?;
        Ok(())
    });
    assert!(matches!(failed.await, Err(Error::Json(_))));
    assert_eq!(count(&session).await, Some(1));
    assert_eq!(count(&get(&engine, &id)).await, Some(1));
}

#[tokio::test]
async fn an_error_in_the_first_closure_begins_no_session() {
    let session = open(&Arc::new(Engine::default()), None, false);
    let failed = session.update(|_| Err::<(), _>(Error::AlreadySent)).await;
    assert!(failed.is_err());
    assert_eq!(cookie(&session), None);
}

#[tokio::test]
async fn a_closure_that_panics_does_not_lock_the_session() {
    let engine = Arc::new(Engine::default());
    let id = begin(&engine).await;
    let session = get(&engine, &id);
    let task = tokio::spawn(async move {
        session.update(|_| -> Result<(), Error> { panic!("on purpose") }).await
    });
    assert!(task.await.is_err());
    assert_eq!(get(&engine, &id).update(increment).await.unwrap(), 2);
}

#[tokio::test]
async fn a_session_that_was_begun_can_change_after_the_response() {
    let engine = Arc::new(Engine::default());
    let id = begin(&engine).await;
    let session = get(&engine, &id);
    assert_eq!(cookie(&session), None);
    assert_eq!(session.update(increment).await.unwrap(), 2);
    assert_eq!(count(&get(&engine, &id)).await, Some(2));
}

#[tokio::test]
async fn no_session_begins_after_the_response() {
    let session = open(&Arc::new(Engine::default()), None, false);
    assert_eq!(cookie(&session), None);
    assert!(matches!(session.update(increment).await, Err(Error::AlreadySent)));
}

#[tokio::test]
async fn an_id_that_the_store_does_not_know_is_not_adopted() {
    let engine = Arc::new(Engine::default());
    let invented = Id::random().unwrap().value();
    let session = get(&engine, &invented);
    assert_eq!(session.update(increment).await.unwrap(), 1);
    assert_ne!(cookie(&session).unwrap(), invented);
    assert_eq!(count(&get(&engine, &invented)).await, None);
}

#[tokio::test]
async fn head_saves_nothing() {
    let engine = Arc::new(Engine::default());
    let id = begin(&engine).await;
    let known = open(&engine, Some(&id), true);
    assert_eq!(known.update(increment).await.unwrap(), 2);
    assert_eq!(count(&get(&engine, &id)).await, Some(1));
    let unknown = open(&engine, None, true);
    assert_eq!(unknown.update(increment).await.unwrap(), 1);
    assert_eq!(cookie(&unknown), None);
}
