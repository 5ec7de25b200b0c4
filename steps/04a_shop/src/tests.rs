//! What no visitor can see from outside.

use super::app;
use super::catalogue::{Catalogue, Cents};
use axum::{body::Body, http::Request, http::StatusCode};
use step_serve::{Secret, Setup};
use tempfile::TempDir;
use tower::ServiceExt;

#[tokio::test]
async fn req_56_style_needs_no_store() {
    let folder = TempDir::new().unwrap();
    let state_dir = folder.path().to_owned();
    let setup = Setup { state_dir, secret: Secret::generate().unwrap() };
    let app = app(&setup).await.unwrap();
    let request = Request::get("/").body(Body::empty()).unwrap();
    let cookie = app.clone().oneshot(request).await.unwrap().headers()["set-cookie"].clone();
    let rows = rusqlite::Connection::open(folder.path().join("sessions.sqlite")).unwrap();
    rows.execute_batch("DROP TABLE tower_sessions").unwrap();
    let paths = [("/shop.css", StatusCode::OK), ("/shop", StatusCode::SERVICE_UNAVAILABLE)];
    for (path, status) in paths {
        let request = Request::get(path).header("cookie", &cookie).body(Body::empty()).unwrap();
        assert_eq!(app.clone().oneshot(request).await.unwrap().status(), status);
    }
}

#[test]
fn cents_keep_their_zeros() {
    for (cents, shown) in [(0, "€ 0.00"), (5, "€ 0.05"), (100, "€ 1.00"), (3990, "€ 39.90")]
    {
        assert_eq!(Cents(cents).to_string(), shown);
    }
}

#[tokio::test]
async fn price_in_the_table_is_not_put_back_at_a_start() {
    let folder = TempDir::new().unwrap();
    Catalogue::open(folder.path()).await.unwrap();
    let rows = rusqlite::Connection::open(folder.path().join("sessions.sqlite")).unwrap();
    rows.execute("UPDATE products SET cents = 399 WHERE id = 'tea'", []).unwrap();
    let products = Catalogue::open(folder.path()).await.unwrap().products().await.unwrap();
    assert_eq!(products.iter().find(|product| product.id == "tea").unwrap().price.0, 399);
}
