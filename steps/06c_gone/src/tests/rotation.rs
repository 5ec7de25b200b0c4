//! A session with a new id is not lost, and the old id opens nothing.

use super::requests::{begin, cookie, count, get, increment};
use crate::engine::Engine;
use crate::error::Error;
use std::sync::Arc;

#[tokio::test]
async fn a_rotated_session_is_under_its_new_id_only() {
    let engine = Arc::new(Engine::default());
    let id = begin(&engine).await;
    let session = get(&engine, &id);
    session.rotate().await.unwrap();
    assert_eq!(session.update(increment).await.unwrap(), 2);
    let new = cookie(&session).unwrap();
    assert_eq!(count(&get(&engine, &new)).await, Some(2));
    assert_eq!(count(&get(&engine, &id)).await, None);
}

#[tokio::test]
async fn a_late_request_with_the_old_id_changes_nothing_and_gets_no_cookie() {
    let engine = Arc::new(Engine::default());
    let id = begin(&engine).await;
    let slow = get(&engine, &id);
    assert_eq!(count(&slow).await, Some(1));
    let rotation = get(&engine, &id);
    rotation.rotate().await.unwrap();
    let new = cookie(&rotation).unwrap();
    for late in [slow, get(&engine, &id)] {
        assert!(matches!(late.update(increment).await, Err(Error::Gone)));
        assert!(matches!(late.rotate().await, Err(Error::Gone)));
        assert!(matches!(late.destroy().await, Err(Error::Gone)));
        assert_eq!(cookie(&late), None);
    }
    assert_eq!(count(&get(&engine, &new)).await, Some(1));
}

#[tokio::test]
async fn a_logout_that_meets_a_rotation_does_not_claim_to_have_ended_the_session() {
    let engine = Arc::new(Engine::default());
    let id = begin(&engine).await;
    let logout = get(&engine, &id);
    assert_eq!(count(&logout).await, Some(1));
    let rotation = get(&engine, &id);
    rotation.rotate().await.unwrap();
    assert!(matches!(logout.destroy().await, Err(Error::Gone)));
    assert_eq!(cookie(&logout), None, "it would remove the cookie of the rotation");
    assert_eq!(count(&get(&engine, &cookie(&rotation).unwrap())).await, Some(1));
}

#[tokio::test]
async fn one_of_two_rotations_wins() {
    let engine = Arc::new(Engine::default());
    let id = begin(&engine).await;
    let first = get(&engine, &id);
    let second = get(&engine, &id);
    assert_eq!((count(&first).await, count(&second).await), (Some(1), Some(1)));
    first.rotate().await.unwrap();
    assert!(matches!(second.rotate().await, Err(Error::Gone)));
    assert_eq!(cookie(&second), None);
    assert_eq!(count(&get(&engine, &cookie(&first).unwrap())).await, Some(1));
}

#[tokio::test]
async fn an_id_is_not_replaced_after_the_response() {
    let engine = Arc::new(Engine::default());
    let id = begin(&engine).await;
    let session = get(&engine, &id);
    assert_eq!(cookie(&session), None);
    assert!(matches!(session.rotate().await, Err(Error::AlreadySent)));
    assert_eq!(count(&get(&engine, &id)).await, Some(1));
    session.destroy().await.unwrap();
    assert_eq!(count(&get(&engine, &id)).await, None, "ending it needs no cookie");
}
