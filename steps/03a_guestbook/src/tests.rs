//! What no visitor can see from outside in good time.

use super::app;
use super::guestbook::Guestbook;
use axum::{body::Body, http::Request, http::StatusCode};
use step_serve::{Secret, Setup};
use tempfile::TempDir;
use tower::ServiceExt;

#[tokio::test]
async fn guest_book_needs_no_store() {
    let folder = TempDir::new().unwrap();
    let state_dir = folder.path().to_owned();
    let setup = Setup { state_dir, secret: Secret::generate().unwrap() };
    let app = app(&setup).await.unwrap();
    let request = Request::get("/").body(Body::empty()).unwrap();
    let cookie = app.clone().oneshot(request).await.unwrap().headers()["set-cookie"].clone();
    let rows = rusqlite::Connection::open(folder.path().join("sessions.sqlite")).unwrap();
    rows.execute_batch("DROP TABLE tower_sessions").unwrap();
    let paths = [("/guestbook", StatusCode::OK), ("/", StatusCode::SERVICE_UNAVAILABLE)];
    for (path, status) in paths {
        let request = Request::get(path).header("cookie", &cookie).body(Body::empty()).unwrap();
        assert_eq!(app.clone().oneshot(request).await.unwrap().status(), status);
    }
}

#[tokio::test]
async fn notes_are_read_latest_first() {
    let folder = TempDir::new().unwrap();
    let guestbook = Guestbook::open(folder.path()).await.unwrap();
    for number in 1..=22 {
        assert!(guestbook.add(format!("Note {number}")).await.unwrap());
    }
    assert!(!guestbook.add("Note 22".to_owned()).await.unwrap());
    let notes = guestbook.notes().await.unwrap();
    assert_eq!((notes.len(), notes[0].as_str(), notes[19].as_str()), (20, "Note 22", "Note 3"));
}
