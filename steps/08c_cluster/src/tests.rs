//! The page of a node without a name.

use super::views::TutorialViews;
use axum::http::{HeaderMap, Method};
use store_engine::{Engine, MemoryStore, Options};

#[tokio::test]
async fn node_without_a_name_is_local() {
    let engine = Engine::new(MemoryStore::default(), &Options::default()).unwrap();
    let views = TutorialViews { session: engine.open(&Method::GET, &HeaderMap::new()) };
    assert_eq!(views.home().await.unwrap().node, "local");
}
