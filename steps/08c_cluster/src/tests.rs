//! The page of a node without a name, and what the health check leaves behind.

use super::{redis_store::RedisStore, views::TutorialViews};
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::IntoResponse;
use harness::RedisServer;
use store_engine::{Engine, MemoryStore, Options};

#[tokio::test]
async fn node_without_a_name_is_local() {
    let engine = Engine::new(MemoryStore::default(), &Options::default()).unwrap();
    let views = TutorialViews { session: engine.open(&Method::GET, &HeaderMap::new()) };
    assert_eq!(views.home().await.unwrap().node, "local");
}

#[tokio::test]
#[ignore = "needs redis-server: run `just test-all`, or see the chapter"]
async fn health_check_leaves_nothing_in_the_store() {
    let server = RedisServer::start().unwrap();
    let store = RedisStore::open(&server.url()).unwrap();
    for _ in 0..3 {
        let answer = super::health::answer(State(store.clone())).await.into_response();
        assert_eq!(answer.status(), StatusCode::OK);
    }
    assert_eq!(server.ask(&["DBSIZE"]).unwrap(), ":0");
}
