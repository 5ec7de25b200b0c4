//! The original's four tests, and the keyring.

use super::{
    app, keyring::Keyring, keyring::Opened, lifetime::Lifetime, session_cookie::SessionCookie,
    sessions::Session, signed::Key, views::TutorialViews,
};
use axum::{body::Body, http::HeaderMap, http::Request, http::StatusCode};
use http_body_util::BodyExt;
use step_serve::{Secret, Setup};
use tempfile::TempDir;
use tower::ServiceExt;

fn views() -> TutorialViews {
    let secrets = Keyring::new(Secret::generate().unwrap());
    let cookie = SessionCookie::new(&secrets, Lifetime { idle: 1200 });
    TutorialViews { session: Session::open(cookie, &HeaderMap::new()) }
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

#[tokio::test]
async fn home_page_greets() {
    assert!(visit("/").await.contains("<h1>Hi Home View"));
}

#[tokio::test]
async fn hello_page_greets() {
    assert!(visit("/howdy").await.contains("<h1>Hi Hello View"));
}

async fn visit(path: &str) -> String {
    let folder = TempDir::new().unwrap();
    let state_dir = folder.path().to_owned();
    let setup = Setup { state_dir, secret: Secret::generate().unwrap() };
    let request = Request::get(path).body(Body::empty()).unwrap();
    let response = app(&setup).await.unwrap().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let body = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

#[test]
fn every_key_opens_and_the_newest_signs() {
    let text = b"{\"counter\":1}".to_vec();
    let old = Keyring::new(Key::new(b"old"));
    let both = Keyring::new(Key::new(b"new")).with_fallback(Key::new(b"old"));
    let open = |keys: &Keyring<Key>, bytes: &[u8]| keys.open(|key| key.verify(bytes));
    let by_old = old.newest().sign(&text);
    let opened = Opened { value: text.clone(), by_newest: false };
    assert_eq!(open(&both, &by_old), Some(opened));
    let by_new = both.newest().sign(&text);
    assert_eq!(open(&both, &by_new), Some(Opened { value: text, by_newest: true }));
    assert_eq!(open(&old, &by_new), None, "what a keyring sends is signed with the newest key");
    let new = Keyring::new(Key::new(b"new"));
    assert_eq!(open(&new, &by_old), None, "a key that was taken out opens nothing");
}
