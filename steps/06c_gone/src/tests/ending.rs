//! A session that has ended stays ended.

use super::requests::{begin, cookie, count, get, increment, open};
use crate::engine::Engine;
use crate::error::Error;
use std::sync::Arc;
use tokio::task::JoinSet;

#[tokio::test]
async fn a_slow_request_does_not_revive_a_session() {
    let engine = Arc::new(Engine::default());
    let id = begin(&engine).await;
    let slow = get(&engine, &id);
    assert_eq!(count(&slow).await, Some(1));
    let logout = get(&engine, &id);
    logout.destroy().await.unwrap();
    assert_eq!(cookie(&logout).as_deref(), Some(""));
    assert!(matches!(slow.update(increment).await, Err(Error::Gone)));
    assert!(matches!(slow.update(increment).await, Err(Error::Gone)), "the second time too");
    assert_eq!(cookie(&slow), None);
    assert_eq!(count(&get(&engine, &id)).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logout_among_updates_is_final() {
    let engine = Arc::new(Engine::default());
    for _ in 0..20 {
        let id = begin(&engine).await;
        let mut tasks = JoinSet::new();
        for number in 0..20 {
            let session = get(&engine, &id);
            tasks.spawn(async move {
                session.read().await.unwrap();
                match number {
                    10 => session.destroy().await.unwrap(),
                    _ => drop(session.update(increment).await),
                }
            });
        }
        tasks.join_all().await;
        assert_eq!(count(&get(&engine, &id)).await, None);
    }
}

#[tokio::test]
async fn an_update_after_a_logout_begins_a_new_session() {
    let engine = Arc::new(Engine::default());
    let id = begin(&engine).await;
    let session = get(&engine, &id);
    session.destroy().await.unwrap();
    assert_eq!(session.update(increment).await.unwrap(), 1);
    let new = cookie(&session).unwrap();
    assert_ne!(new, id);
    assert_eq!(count(&get(&engine, &new)).await, Some(1));
}

#[tokio::test]
async fn head_ends_and_replaces_nothing() {
    let engine = Arc::new(Engine::default());
    let id = begin(&engine).await;
    let head = open(&engine, Some(&id), true);
    head.rotate().await.unwrap();
    head.destroy().await.unwrap();
    assert_eq!(cookie(&head), None);
    assert_eq!(count(&get(&engine, &id)).await, Some(1));
}

#[tokio::test]
async fn a_visitor_without_a_session_can_log_out() {
    let engine = Arc::new(Engine::default());
    let session = open(&engine, None, false);
    session.rotate().await.unwrap();
    assert_eq!(cookie(&session), None);
    let session = open(&engine, None, false);
    session.destroy().await.unwrap();
    assert_eq!(cookie(&session).as_deref(), Some(""));
}
