//! The original's four tests, and what `update` promises.

use super::sessions::{self, Session};
use super::{app, error::Error, session_cookie::SessionCookie, signed::Key, views::TutorialViews};
use axum::{Router, body::Body, middleware::from_fn_with_state, routing::get};
use axum::{http::HeaderMap, http::Request, http::StatusCode};
use http_body_util::BodyExt;
use std::sync::mpsc;
use step_serve::{Secret, Setup};
use tempfile::TempDir;
use tower::ServiceExt;

fn cookie() -> SessionCookie {
    SessionCookie::new(Key::new(b"a secret"))
}

fn session() -> Session {
    Session::open(cookie(), &HeaderMap::new())
}

fn views() -> TutorialViews {
    TutorialViews { session: session() }
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

fn counter(session: &mut Session) -> Option<u64> {
    session.update(|data| Ok(data.get("counter")?)).unwrap()
}

#[test]
fn failed_update_leaves_the_session_as_it_was() {
    let mut session = session();
    session.update(|data| Ok(data.insert("counter", 1)?)).unwrap();
    let failed: Result<String, Error> = session.update(|data| {
        data.insert("counter", 2)?;
        Ok(data.get("counter")?.unwrap_or_default())
    });
    assert!(matches!(failed, Err(Error::Json(_))), "a number is not a text");
    assert_eq!(counter(&mut session), Some(1));
}

#[test]
fn update_inside_another_is_an_error() {
    let mut session = session();
    let mut same = session.clone();
    let inner = session.update(|data| {
        data.insert("counter", 1)?;
        Ok(same.update(|data| Ok(data.insert("counter", 2)?)))
    });
    assert!(matches!(inner.unwrap(), Err(Error::ConcurrentUpdate)));
    assert_eq!(counter(&mut session), Some(1));
}

#[tokio::test]
async fn update_after_the_answer_is_an_error() {
    let (keep, kept) = mpsc::channel();
    let view = async move |session: Session| keep.send(session).unwrap();
    let layer = from_fn_with_state(cookie(), sessions::layer);
    let app = Router::new().route("/", get(view)).layer(layer);
    app.oneshot(Request::get("/").body(Body::empty()).unwrap()).await.unwrap();
    let late = kept.recv().unwrap().update(|data| Ok(data.insert("counter", 1)?));
    assert!(matches!(late, Err(Error::AlreadySent)));
}
