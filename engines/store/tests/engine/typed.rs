//! The data as one type.

use crate::support::{Site, sent, text};
use serde::{Deserialize, Serialize};
use store_engine::Error;

// ANCHOR: cart
#[derive(Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
struct Cart {
    items: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    voucher: Option<String>,
}
// ANCHOR_END: cart

#[tokio::test]
async fn typed_data_shares_the_session_with_what_it_does_not_name() {
    let site = Site::new();
    let session = site.open("");
    session.update(|data| data.flash("kept", "")).await.unwrap();
    // ANCHOR: update_as
    let put = session.update_as(|cart: &mut Cart| {
        cart.items.push("tea".to_owned());
        cart.voucher = Some("ten".to_owned());
        Ok(())
    });
    put.await.unwrap();
    let cart: Cart = session.read_as().await.unwrap();
    // ANCHOR_END: update_as
    assert_eq!(cart, Cart { items: vec!["tea".into()], voucher: Some("ten".into()) });
    let session = site.open(&sent(&session).await.unwrap());
    let taken = session.update_as(|cart: &mut Cart| Ok(cart.voucher.take())).await;
    assert_eq!(taken.unwrap().as_deref(), Some("ten"));
    assert_eq!(text(&session).await, r#"{"_f_":["kept"],"items":["tea"]}"#);
}

#[tokio::test]
async fn typed_data_that_does_not_fit_is_an_error_and_stays() {
    let site = Site::new();
    let session = site.open("");
    session.update(|data| data.insert("items", 7)).await.unwrap();
    let read = session.read_as::<Cart>().await;
    assert!(matches!(read, Err(Error::Deserialize { key: None, .. })), "{read:?}");
    let changed = session.update_as(|_: &mut Cart| Ok(())).await;
    assert!(matches!(changed, Err(Error::Deserialize { key: None, .. })), "{changed:?}");
    assert_eq!(text(&session).await, r#"{"items":7}"#);
}

#[tokio::test]
async fn typed_updates_of_two_requests_lose_nothing() {
    let site = Site::new();
    let session = site.open("");
    session.update_as(|_: &mut Cart| Ok(())).await.unwrap();
    let cookie = sent(&session).await.unwrap();
    let first = site.open(&cookie);
    let second = site.open(&cookie);
    let add = |item: &'static str| {
        move |cart: &mut Cart| {
            cart.items.push(item.to_owned());
            Ok(())
        }
    };
    let (one, other) = tokio::join!(first.update_as(add("tea")), second.update_as(add("milk")));
    one.and(other).unwrap();
    let cart: Cart = site.open(&cookie).read_as().await.unwrap();
    assert_eq!(cart.items, ["tea", "milk"]);
}
