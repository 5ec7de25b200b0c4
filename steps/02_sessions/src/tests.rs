//! The original's four tests, and what no visitor can see from outside in good time.

use super::{app, store, views::TutorialViews};
use axum::response::IntoResponse;
use axum::{body::Body, http::Request, http::StatusCode};
use cookie::time::{Duration, OffsetDateTime};
use http_body_util::BodyExt;
use std::sync::Arc;
use step_serve::{Secret, Setup};
use tempfile::TempDir;
use tower::ServiceExt;
use tower_sessions::session::{Id, Record};
use tower_sessions::{Session, SessionStore};
use tower_sessions_rusqlite_store::RusqliteStore;

async fn new_store() -> (TempDir, RusqliteStore) {
    let folder = TempDir::new().unwrap();
    let store = store::open(folder.path()).await.unwrap();
    (folder, store)
}

fn views(store: RusqliteStore) -> TutorialViews {
    TutorialViews { session: Session::new(None, Arc::new(store), None) }
}

#[tokio::test]
async fn home_view_is_named() {
    let (_folder, store) = new_store().await;
    let page = views(store).home().await.unwrap();
    assert_eq!((page.name, page.count), ("Home View", 1));
}

#[tokio::test]
async fn hello_view_is_named() {
    let (_folder, store) = new_store().await;
    let page = views(store).hello().await.unwrap();
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

/// A session that ended a minute ago, or that will.
async fn record(store: &RusqliteStore, minutes_left: i64) -> Id {
    let expiry_date = OffsetDateTime::now_utc() + Duration::minutes(minutes_left);
    let data = [("counter".to_owned(), 7.into())].into();
    let mut record = Record { id: Id::default(), data, expiry_date };
    store.create(&mut record).await.unwrap();
    record.id
}

#[tokio::test]
async fn expired_session_counts_from_one() {
    let (_folder, store) = new_store().await;
    for (minutes_left, count) in [(1, 8), (-1, 1)] {
        let id = record(&store, minutes_left).await;
        let session = Session::new(Some(id), Arc::new(store.clone()), None);
        let page = TutorialViews { session }.home().await.unwrap();
        assert_eq!(page.count, count);
    }
}

#[tokio::test]
async fn store_that_fails_is_answered_with_503() {
    let (folder, store) = new_store().await;
    let id = record(&store, 1).await;
    let rows = rusqlite::Connection::open(folder.path().join("sessions.sqlite")).unwrap();
    rows.execute_batch("DROP TABLE tower_sessions").unwrap();
    let session = Session::new(Some(id), Arc::new(store), None);
    let response = TutorialViews { session }.home().await.into_response();
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(response.headers().contains_key("retry-after"));
}

#[tokio::test]
async fn store_keeps_a_write_ahead_log() {
    let (folder, _store) = new_store().await;
    let rows = rusqlite::Connection::open(folder.path().join("sessions.sqlite")).unwrap();
    let mode: String = rows.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
}
