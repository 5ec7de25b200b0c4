//! The original's four tests, and what happens without the layer.

use super::{app, views::TutorialViews};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use axum::{Router, body::Body, response::Response, routing::get};
use http_body_util::BodyExt;
use step_serve::{Secret, Setup};
use store_engine::{Engine, MemoryStore, Options};
use tempfile::TempDir;
use tower::ServiceExt;

fn views() -> TutorialViews {
    let engine = Engine::new(MemoryStore::default(), &Options::default()).unwrap();
    TutorialViews { session: engine.open(&Method::GET, &HeaderMap::new()) }
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
    let response = answer(app(&setup).await.unwrap(), path).await;
    assert_eq!(response.status(), StatusCode::OK);
    let body = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

async fn answer(router: Router, path: &str) -> Response {
    router.oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap()
}

#[tokio::test]
async fn page_without_the_layer_is_a_500() {
    let router = Router::new().route("/", get(TutorialViews::home));
    assert_eq!(answer(router, "/").await.status(), StatusCode::INTERNAL_SERVER_ERROR);
}
