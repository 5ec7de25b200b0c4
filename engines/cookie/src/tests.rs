//! The original's four tests, and the message that one page leaves for the next.

use super::{app, routes, sessions, views::TutorialViews};
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::response::Response;
use http_body_util::BodyExt;
use step_serve::{Secret, Setup};
use tempfile::TempDir;
use tower::ServiceExt;

fn setup() -> (TempDir, Setup) {
    let folder = TempDir::new().unwrap();
    let state_dir = folder.path().to_owned();
    (folder, Setup { state_dir, secret: Secret::generate().unwrap() })
}

fn views() -> TutorialViews {
    let (_folder, setup) = setup();
    TutorialViews { session: sessions::engine(&setup).unwrap().open(&HeaderMap::new()) }
}

async fn body(response: Response) -> String {
    let body = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

async fn visit(path: &str) -> String {
    let (_folder, setup) = setup();
    let request = Request::get(path).body(Body::empty()).unwrap();
    let response = app(&setup).await.unwrap().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    body(response).await
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

#[tokio::test]
async fn message_too_long_is_answered_and_the_old_session_stays() {
    let (_folder, setup) = setup();
    let app = routes(sessions::engine(&setup).unwrap());
    let form = Request::get("/sign").body(Body::empty()).unwrap();
    let response = app.clone().oneshot(form).await.unwrap();
    let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let page = body(response).await;
    let token = page.split("value=\"").nth(1).unwrap().split('"').next().unwrap();
    let sent = format!("csrf_token={token}&message={}", "x".repeat(4_000));
    let request = Request::post("/sign")
        .header(header::COOKIE, &cookie)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let response = app.oneshot(request.body(Body::from(sent)).unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(body(response).await.contains("too long"));
}
