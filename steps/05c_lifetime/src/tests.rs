//! The original's four tests, the signature, and how long a session lives.

use super::{
    app, error::Error, lifetime::Lifetime, lifetime::now, session_cookie::SessionCookie, sessions,
    sessions::Session, signed::Key, views::TutorialViews,
};
use axum::middleware::from_fn_with_state;
use axum::{Router, body::Body, http::HeaderMap, http::Request, http::StatusCode, routing::get};
use http_body_util::BodyExt;
use std::sync::mpsc;
use step_serve::{Secret, Setup};
use tempfile::TempDir;
use tower::ServiceExt;

fn views() -> TutorialViews {
    let cookie = SessionCookie::new(Key::new(b"a secret"), Lifetime { idle: 1200 });
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
fn session_lives_as_long_as_it_is_used_in_time() {
    let lifetime = Lifetime { idle: 100 };
    assert!(lifetime.is_alive(now()));
    assert!(lifetime.is_alive(now() - 98));
    assert!(!lifetime.is_alive(now() - 102));
    assert!(!lifetime.is_alive(0));
}

#[test]
fn clock_may_be_ahead_by_a_minute() {
    let lifetime = Lifetime { idle: 100 };
    assert!(lifetime.is_alive(now() + 58));
    assert!(!lifetime.is_alive(now() + 62));
    assert!(!lifetime.is_alive(u64::MAX));
}

#[test]
fn cookie_is_due_after_a_twentieth_of_the_time() {
    let lifetime = Lifetime { idle: 100 };
    assert!(!lifetime.is_due(now() - 3));
    assert!(lifetime.is_due(now() - 7));
    assert!(!lifetime.is_due(now() + 58));
}

#[test]
fn update_inside_another_is_an_error() {
    let mut session = views().session;
    let mut same = session.clone();
    let inner = session.update(|data| {
        data.insert("counter", 1)?;
        Ok(same.update(|data| Ok(data.insert("counter", 2)?)))
    });
    assert!(matches!(inner.unwrap(), Err(Error::ConcurrentUpdate)));
    assert_eq!(session.read().get("counter").unwrap(), Some(1));
}

#[tokio::test]
async fn change_after_the_answer_is_an_error() {
    let (keep, kept) = mpsc::channel();
    let view = async move |session: Session| keep.send(session).unwrap();
    let cookie = SessionCookie::new(Key::new(b"a secret"), Lifetime { idle: 1200 });
    let layer = from_fn_with_state(cookie, sessions::layer);
    let app = Router::new().route("/", get(view)).layer(layer);
    app.oneshot(Request::get("/").body(Body::empty()).unwrap()).await.unwrap();
    let mut session = kept.recv().unwrap();
    let late = session.update(|data| Ok(data.insert("counter", 1)?));
    assert!(matches!(late, Err(Error::AlreadySent)));
    assert!(matches!(session.invalidate(), Err(Error::AlreadySent)));
}
