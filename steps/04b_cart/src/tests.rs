//! What no visitor can see from outside.

use super::cart::Cart;
use super::catalogue::Catalogue;
use super::shop::ShopPage;
use super::{store, views::TutorialViews};
use axum::extract::State;
use std::sync::Arc;
use tempfile::TempDir;
use tower_sessions::Session;

async fn shop(stored: impl serde::Serialize) -> (ShopPage, Session) {
    let folder = TempDir::new().unwrap();
    let store = store::open(folder.path()).await.unwrap();
    let catalogue = Catalogue::open(folder.path()).await.unwrap();
    let session = Session::new(None, Arc::new(store), None);
    session.insert("cart", stored).await.unwrap();
    let page = TutorialViews::new(session.clone()).shop(State(catalogue)).await.unwrap();
    (page, session)
}

#[tokio::test]
async fn cart_of_version_1_is_read() {
    let (page, _session) = shop(["tea", "cup", "tea"]).await;
    assert_eq!((page.cart.quantity("tea"), page.cart.quantity("cup")), (2, 1));
    assert_eq!((page.total.0, page.messages.len()), (1700, 0));
}

#[tokio::test]
async fn cart_that_cannot_be_read_is_dropped_with_a_note() {
    let of_version = |version| serde_json::json!({"version": version, "quantities": {"tea": 1}});
    let vast = serde_json::json!({"version": 2, "quantities": {"tea": 4_294_967_296_u64}});
    let text = serde_json::json!("tea");
    for stored in [of_version(1), of_version(3), vast, text, serde_json::json!([1, 2])] {
        let (page, session) = shop(stored).await;
        assert_eq!((page.total.0, page.messages.len()), (0, 1));
        assert_eq!(page.messages[0].level, "warn");
        let cart = Cart::load(&session).await.unwrap();
        assert!(cart.is_some(), "the cart that cannot be read is still there");
    }
}

#[tokio::test]
async fn product_that_left_the_catalogue_costs_nothing() {
    let (page, _session) = shop(["tea", "teapot"]).await;
    assert_eq!(page.total.0, 425);
}

#[tokio::test]
async fn session_holds_no_price_and_no_name() {
    let folder = TempDir::new().unwrap();
    let store = store::open(folder.path()).await.unwrap();
    let session = Session::new(None, Arc::new(store), None);
    Cart::from_ids(vec!["tea".to_owned()]).save(&session).await.unwrap();
    let stored: serde_json::Value = session.get("cart").await.unwrap().unwrap();
    assert_eq!(stored, serde_json::json!({"version": 2, "quantities": {"tea": 1}}));
}
