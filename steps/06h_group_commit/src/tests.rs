//! The original's four tests, the id, and the contract.

mod alike;
mod batches;
mod conformance;
mod files;
mod helpers;
mod versions;
mod waiting;

use super::{
    app, engine::Engine, id::Id, limits::Limits, memory::MemoryStore, sessions::Session,
    views::TutorialViews,
};
use axum::{body::Body, http::HeaderMap, http::Request, http::StatusCode};
use http_body_util::BodyExt;
use std::sync::Arc;
use std::time::Duration;
use step_serve::{Secret, Setup};
use tempfile::TempDir;
use tower::ServiceExt;

fn limits() -> Limits {
    Limits {
        idle: Duration::from_secs(1200),
        absolute: Duration::from_secs(43200),
        touch: Duration::from_secs(60),
    }
}

fn views() -> TutorialViews {
    TutorialViews {
        session: Session::open(
            Arc::new(Engine::new(Box::new(MemoryStore::default()), limits())),
            &HeaderMap::new(),
            false,
        ),
    }
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
fn id_comes_back_from_its_value_and_no_two_are_alike() {
    let id = Id::random().unwrap();
    assert_eq!(id.value().len(), 22);
    assert!(Id::parse(id.value().as_bytes()).unwrap().key() == id.key());
    assert!(Id::random().unwrap().key() != id.key());
    for value in
        ["", "A", "AAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAB", "AAAAAAAAAAAAAAAAAAAAAA=="]
    {
        assert!(Id::parse(value.as_bytes()).is_none(), "{value}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_store_keeps_the_contract() {
    let problems = conformance::problems(async || MemoryStore::default()).await;
    assert!(problems.is_empty(), "{problems:#?}");
}
