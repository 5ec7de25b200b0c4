//! The original's four tests: two call a view, two visit the app.

use super::{app, views::TutorialViews};
use axum::{body::Body, http::Request, http::StatusCode};
use http_body_util::BodyExt;
use step_serve::{Secret, Setup};
use tempfile::TempDir;
use tower::ServiceExt;

#[tokio::test]
async fn home_view_is_named() {
    assert_eq!(TutorialViews {}.home().await.name, "Home View");
}

#[tokio::test]
async fn hello_view_is_named() {
    assert_eq!(TutorialViews {}.hello().await.name, "Hello View");
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
    let request = Request::get(path).body(Body::empty()).unwrap();
    let folder = TempDir::new().unwrap();
    let state_dir = folder.path().to_owned();
    let setup = Setup { state_dir, secret: Secret::generate().unwrap() };
    let response = app(&setup).await.unwrap().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let body = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}
