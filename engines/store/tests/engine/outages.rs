//! A store that gives no answer.

use crate::support::{Site, increment, sent};
use crate::test_store::Trouble;
use std::time::Duration;
use store_engine::{Error, Options, StoreError};

fn hasty() -> Options {
    Options { deadline: Duration::from_millis(200), ..Options::default() }
}

#[tokio::test]
async fn load_without_an_answer_ends_at_the_deadline_with_nothing_done() {
    let site = Site::with(&hasty());
    let cookie = site.counting(7).await;
    site.store.trouble("load", Trouble::HangsBefore);
    for session in [site.open(&cookie), site.open_head(&cookie)] {
        assert!(matches!(session.read().await, Err(Error::Store(StoreError::Late))));
    }
    let session = site.open(&cookie);
    assert!(matches!(session.update(increment).await, Err(Error::Store(StoreError::Late))));
    site.store.recover();
    assert_eq!(site.open(&cookie).update(increment).await.unwrap(), 8);
}

#[tokio::test]
async fn write_without_an_answer_is_not_confirmed() {
    let site = Site::with(&hasty());
    let cookie = site.counting(7).await;
    for (trouble, expected) in [(Trouble::HangsBefore, 7), (Trouble::HangsAfter, 8)] {
        site.store.trouble("save", trouble);
        let updated = site.open(&cookie).update(increment).await;
        let is_unknown = matches!(updated, Err(Error::Store(StoreError::NotCommitted(_))));
        assert!(is_unknown, "{updated:?}");
        site.store.recover();
        assert_eq!(site.count(&cookie).await, Some(expected));
    }
}

#[tokio::test]
async fn one_deadline_is_for_all_waits_of_a_request() {
    let site = Site::with(&hasty());
    let cookie = site.counting(7).await;
    let session = site.open(&cookie);
    site.store.trouble("load", Trouble::HangsBefore);
    session.read().await.unwrap_err();
    site.store.recover();
    site.store.calls();
    assert!(matches!(session.update(increment).await, Err(Error::Store(StoreError::Late))));
    assert!(!site.store.calls().contains(&"save"), "there was no time left to begin a write");
    assert_eq!(site.count(&cookie).await, Some(7));
}

#[tokio::test]
async fn work_of_the_handler_takes_nothing_off_the_deadline() {
    let options = Options { deadline: Duration::from_secs(1), ..Options::default() };
    let site = Site::with(&options);
    let cookie = site.counting(7).await;
    let session = site.open(&cookie);
    session.read().await.unwrap();
    tokio::time::sleep(Duration::from_millis(1200)).await;
    assert_eq!(session.update(increment).await.unwrap(), 8);
}

#[tokio::test]
async fn request_that_waits_for_another_of_its_visitor_gives_up_at_its_deadline() {
    let site = Site::with(&hasty());
    let cookie = site.counting(7).await;
    site.store.trouble("save", Trouble::HangsBefore);
    let first = site.open(&cookie);
    let second = site.open(&cookie);
    let (first, second) = tokio::join!(first.update(increment), second.update(increment));
    assert!(matches!(first, Err(Error::Store(StoreError::NotCommitted(_)))), "{first:?}");
    assert!(matches!(second, Err(Error::Store(StoreError::Late))), "{second:?}");
}

/// As in `select!`, which lets one call wait and begins another.
#[tokio::test]
async fn call_that_nobody_goes_on_with_stops_neither_the_next_one_nor_the_response() {
    let site = Site::with(&hasty());
    let cookie = site.counting(7).await;
    let session = site.open(&cookie);
    site.store.trouble("load", Trouble::HangsBefore);
    let mut begun = std::pin::pin!(session.read());
    let waits = tokio::time::timeout(Duration::from_millis(20), &mut begun);
    assert!(waits.await.is_err(), "it has ended");
    assert!(matches!(session.update(increment).await, Err(Error::Store(StoreError::Late))));
    assert_eq!(sent(&session).await, None);
    assert!(matches!(session.rotate().await, Err(Error::Store(StoreError::Late))));
}

#[tokio::test]
async fn session_that_was_deleted_may_be_alive_elsewhere_if_the_look_after_it_fails() {
    let site = Site::new();
    let cookie = site.counting(7).await;
    let session = site.open(&cookie);
    session.read().await.unwrap();
    site.store.trouble("load", Trouble::Fails);
    let destroyed = session.destroy().await;
    assert!(matches!(destroyed, Err(Error::Store(StoreError::NotCommitted(_)))), "{destroyed:?}");
    site.store.recover();
    assert_eq!(site.count(&cookie).await, None);
}

#[tokio::test]
async fn outage_of_the_last_look_keeps_no_cookie_back() {
    let site = Site::new();
    let session = site.open("");
    session.update(increment).await.unwrap();
    site.store.trouble("load", Trouble::Fails);
    let cookie = sent(&session).await.unwrap();
    site.store.recover();
    assert_eq!(site.count(&cookie).await, Some(1));
}
