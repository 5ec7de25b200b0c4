//! The original's four tests, the signature, and a session that is too large.

use super::{
    app, error::Error, session_cookie::SessionCookie, sessions::Session, signed::Key,
    views::TutorialViews,
};
use axum::{body::Body, http::HeaderMap, http::Request, http::StatusCode};
use http_body_util::BodyExt;
use step_serve::{Secret, Setup};
use tempfile::TempDir;
use tower::ServiceExt;

fn views() -> TutorialViews {
    let cookie = SessionCookie::new(Key::new(b"a secret"));
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
fn signed_text_comes_back_and_a_changed_one_does_not() {
    let key = Key::new(b"a secret");
    let signed = key.sign(b"{\"counter\":1}");
    assert_eq!(key.verify(&signed).unwrap(), b"{\"counter\":1}");
    for place in 0..signed.len() {
        let mut changed = signed.clone();
        changed[place] ^= 1;
        assert_eq!(key.verify(&changed), None, "{place}");
        assert_eq!(key.verify(&signed[..place]), None, "{place}");
    }
    assert_eq!(Key::new(b"another").verify(&signed), None);
}

#[test]
fn too_large_session_is_an_error_and_stays_as_it_was() {
    let mut session = views().session;
    session.update(|data| Ok(data.insert("small", 1)?)).unwrap();
    let result = session.update(|data| Ok(data.insert("large", "x".repeat(4000))?));
    assert!(matches!(result, Err(Error::TooLarge { size }) if size > 4096));
    assert_eq!(session.read().get::<String>("large").unwrap(), None);
    assert_eq!(session.read().get("small").unwrap(), Some(1));
}
