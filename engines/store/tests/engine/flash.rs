//! Flash messages and the token of forms, through a store.

use crate::support::{Site, sent};

#[tokio::test]
async fn flash_messages_are_taken_once_even_if_two_requests_want_them() {
    let site = Site::new();
    let session = site.open("");
    session.update(|data| data.flash("saved", "")).await.unwrap();
    let cookie = sent(&session).await.unwrap();
    let first = site.open(&cookie);
    let second = site.open(&cookie);
    let (first, second) = tokio::join!(
        first.update(|data| data.pop_flash::<String>("")),
        second.update(|data| data.pop_flash::<String>(""))
    );
    assert_eq!([first.unwrap(), second.unwrap()].concat(), ["saved"]);
}

#[tokio::test]
async fn token_is_the_sessions_own_and_stays_until_it_is_replaced() {
    let site = Site::new();
    let session = site.open("");
    let token = session.update(|data| data.csrf_token()).await.unwrap();
    let cookie = sent(&session).await.unwrap();
    let session = site.open(&cookie);
    assert!(session.read().await.unwrap().is_csrf_token(&token));
    assert!(!session.read().await.unwrap().is_csrf_token(""));
    assert!(!site.open("").read().await.unwrap().is_csrf_token(""));
    assert_eq!(session.update(|data| data.csrf_token()).await.unwrap(), token);
    let new = session.update(|data| data.new_csrf_token()).await.unwrap();
    assert!(!session.read().await.unwrap().is_csrf_token(&token));
    assert!(session.read().await.unwrap().is_csrf_token(&new));
}
