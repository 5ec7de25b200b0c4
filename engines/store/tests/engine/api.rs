//! The session as a handler sees it.

use crate::support::{Site, increment, sent, set_cookie, text, value};
use crate::test_store::Trouble;
use std::error::Error as _;
use store_engine::{Error, StoreError};

#[tokio::test]
async fn req_66_no_cookie_and_no_call_to_the_store_until_one_is_needed() {
    let site = Site::new();
    let session = site.open("");
    assert!(session.read().await.unwrap().is_empty());
    session.rotate().await.unwrap();
    assert_eq!(sent(&session).await, None);
    assert!(site.store.calls().is_empty());
}

#[tokio::test]
async fn update_returns_what_is_in_the_store_and_sets_the_cookie_once() {
    let site = Site::new();
    let session = site.open("");
    assert_eq!(session.update(increment).await.unwrap(), 1);
    assert_eq!(site.store.calls(), ["create"]);
    let cookie = sent(&session).await.unwrap();
    let session = site.open(&cookie);
    assert_eq!(session.update(increment).await.unwrap(), 2);
    assert_eq!(sent(&session).await, None);
    assert_eq!(site.count(&cookie).await, Some(2));
}

#[tokio::test]
async fn update_that_fails_saves_nothing() {
    let site = Site::new();
    let cookie = site.counting(7).await;
    let session = site.open(&cookie);
    let failed = session.update(|data| {
        data.clear();
        data.get::<u64>("counter")?.ok_or(Error::Gone)
    });
    assert!(matches!(failed.await, Err(Error::Gone)));
    assert_eq!(site.store.calls(), ["load"]);
    assert_eq!(site.count(&cookie).await, Some(7));
}

#[tokio::test]
async fn read_is_the_same_throughout_a_request_until_it_updates() {
    let site = Site::new();
    let cookie = site.counting(7).await;
    let session = site.open(&cookie);
    assert_eq!(text(&session).await, r#"{"counter":7}"#);
    site.open(&cookie).update(increment).await.unwrap();
    assert_eq!(text(&session).await, r#"{"counter":7}"#);
    assert_eq!(session.update(increment).await.unwrap(), 9);
    assert_eq!(text(&session).await, r#"{"counter":9}"#);
}

#[tokio::test]
async fn req_06_unknown_id_is_not_adopted() {
    let site = Site::new();
    let unknown = "__Host-id=AAAAAAAAAAAAAAAAAAAAAA";
    for reads_first in [true, false] {
        let session = site.open(unknown);
        if reads_first {
            assert!(session.read().await.unwrap().is_empty());
        }
        assert_eq!(session.update(increment).await.unwrap(), 1);
        assert_ne!(sent(&session).await.unwrap(), unknown);
    }
}

#[tokio::test]
async fn req_44_handles_of_one_request_are_one_session_and_one_cookie() {
    let site = Site::new();
    let session = site.open("");
    let other = session.clone();
    site.store.trouble("create", Trouble::Slow);
    let (first, second) = tokio::join!(session.update(increment), other.update(increment));
    assert_eq!((first.unwrap(), second.unwrap()), (1, 2));
    assert!(sent(&session).await.is_some());
    assert_eq!(sent(&other).await, None);
}

#[tokio::test]
async fn session_in_a_task_goes_on_after_the_response_but_none_begins() {
    let site = Site::new();
    let cookie = site.counting(7).await;
    let session = site.open(&cookie);
    session.close().await;
    assert_eq!(session.update(increment).await.unwrap(), 8);
    assert!(matches!(session.rotate().await, Err(Error::AlreadySent)));
    let session = site.open("");
    session.close().await;
    assert!(matches!(session.update(increment).await, Err(Error::AlreadySent)));
}

#[tokio::test]
async fn destroyed_session_is_gone_and_the_next_has_another_id() {
    let site = Site::new();
    let cookie = site.counting(7).await;
    let session = site.open(&cookie);
    session.destroy().await.unwrap();
    assert!(session.read().await.unwrap().is_empty());
    assert_eq!(session.update(increment).await.unwrap(), 1);
    assert_ne!(sent(&session).await.unwrap(), cookie);
    assert_eq!(site.count(&cookie).await, None);
}

#[tokio::test]
async fn removal_has_the_attributes_of_the_cookie() {
    let site = Site::new();
    let session = site.open(&site.counting(7).await);
    session.destroy().await.unwrap();
    let header = set_cookie(&session).await.unwrap();
    let start = "__Host-id=; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=0; Expires=";
    assert!(header.starts_with(start), "{header}");
}

#[tokio::test]
async fn rotated_session_keeps_its_data_and_the_late_request_gets_nothing() {
    let site = Site::new();
    let old = site.counting(7).await;
    let late = site.open(&old);
    late.read().await.unwrap();
    let session = site.open(&old);
    session.rotate().await.unwrap();
    let new = sent(&session).await.unwrap();
    assert_ne!(value(&new), value(&old));
    assert_eq!(site.count(&new).await, Some(7));
    for late in [late, site.open(&old)] {
        assert!(matches!(late.update(increment).await, Err(Error::Gone)));
        assert!(matches!(late.destroy().await, Err(Error::Gone)));
        assert!(matches!(late.rotate().await, Err(Error::Gone)));
        assert_eq!(sent(&late).await, None);
    }
    assert_eq!(site.count(&new).await, Some(7));
}

#[tokio::test]
async fn late_request_of_an_ended_session_begins_no_other_and_removes_no_cookie() {
    let site = Site::new();
    let cookie = site.counting(7).await;
    let late = site.open(&cookie);
    late.read().await.unwrap();
    site.open(&cookie).destroy().await.unwrap();
    for _ in 0..2 {
        assert!(matches!(late.update(increment).await, Err(Error::Gone)));
    }
    assert!(matches!(late.rotate().await, Err(Error::Gone)));
    assert!(matches!(late.destroy().await, Err(Error::Gone)));
    assert_eq!(sent(&late).await, None);
}

/// The visitor has logged out and in again in another tab, so the browser has a newer cookie.
#[tokio::test]
async fn late_logout_of_an_ended_session_removes_no_cookie() {
    let site = Site::new();
    let cookie = site.counting(7).await;
    let late = site.open(&cookie);
    late.read().await.unwrap();
    site.open(&cookie).destroy().await.unwrap();
    assert!(matches!(late.destroy().await, Err(Error::Gone)));
    assert_eq!(sent(&late).await, None);
}

#[tokio::test]
async fn errors_say_what_happened_and_what_to_do_and_give_their_source() {
    let site = Site::new();
    let session = site.open("");
    session.update(|data| data.insert("counter", "seven")).await.unwrap();
    let error = session.update(increment).await.unwrap_err();
    assert!(error.to_string().contains("\"counter\" of the session"), "{error}");
    assert!(error.to_string().contains(": read it as"), "{error}");
    assert!(error.source().unwrap().to_string().contains("invalid type"), "{error:?}");
    let keyed = std::collections::HashMap::from([((1, 2), 3)]);
    let error = session.update(|data| data.insert("map", &keyed)).await.unwrap_err();
    assert!(matches!(&error, Error::Serialize { key: Some(key), .. } if key == "map"), "{error}");
    site.store.trouble("load", Trouble::Fails);
    let error = session.update(increment).await.unwrap_err();
    assert!(matches!(error, Error::Store(StoreError::Failed(_))), "{error:?}");
    assert_eq!(error.source().unwrap().to_string(), "on purpose");
}
