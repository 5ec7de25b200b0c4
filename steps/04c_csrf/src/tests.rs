//! What no visitor can see from outside.

use super::{csrf, store};
use axum::http::{Request, StatusCode};
use axum::{Router, body::Body, middleware::from_fn, routing::post};
use std::sync::Arc;
use tempfile::TempDir;
use tower::ServiceExt;
use tower_sessions::Session;

#[tokio::test]
async fn token_is_its_sessions_own() {
    let folder = TempDir::new().unwrap();
    let store = Arc::new(store::open(folder.path()).await.unwrap());
    let one = Session::new(None, store.clone(), None);
    let other = Session::new(None, store, None);
    assert!(!csrf::verify(&one, "").await.unwrap(), "a session without a token accepts nothing");
    let token = csrf::token(&one).await.unwrap();
    assert_eq!(csrf::token(&one).await.unwrap(), token);
    assert_eq!(token.len(), 64);
    assert!(csrf::verify(&one, &token).await.unwrap());
    assert!(!csrf::verify(&other, &token).await.unwrap());
    csrf::token(&other).await.unwrap();
    assert!(!csrf::verify(&other, &token).await.unwrap());
    assert!(!csrf::verify(&one, &token[1..]).await.unwrap());
    assert!(!csrf::verify(&one, "").await.unwrap());
}

/// Whether a form sent to an address with these headers is let in.
async fn is_let_in(address: &str, headers: &[(&str, &str)]) -> bool {
    let app =
        Router::new().route("/cart", post(async || ())).layer(from_fn(csrf::reject_cross_origin));
    let mut request = Request::post(address);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).unwrap();
    app.oneshot(request).await.unwrap().status() == StatusCode::OK
}

#[tokio::test]
async fn sec_fetch_site_decides_when_it_is_there() {
    let host = ("host", "shop.example");
    let other = ("origin", "https://evil.example");
    let own = ("origin", "https://shop.example");
    for (site, expected) in [
        ("same-origin", true),
        ("none", true),
        ("same-site", false),
        ("cross-site", false),
        ("", false),
    ] {
        for origin in [other, own, ("origin", "null")] {
            assert_eq!(
                is_let_in("/cart", &[host, origin, ("sec-fetch-site", site)]).await,
                expected
            );
        }
    }
}

#[tokio::test]
async fn origin_names_the_authority_that_the_request_was_sent_to() {
    for (host, origin, expected) in [
        ("shop.example", "https://shop.example", true),
        ("shop.example", "http://shop.example", true),
        ("shop.example:443", "https://shop.example", true),
        ("shop.example", "https://shop.example:443", true),
        ("shop.example:80", "http://shop.example", true),
        ("SHOP.example", "https://shop.example", true),
        ("[::1]:6543", "http://[::1]:6543", true),
        ("shop.example:80", "https://shop.example", false),
        ("shop.example:8443", "https://shop.example", false),
        ("shop.example", "https://shop.example:8443", false),
        ("shop.example", "https://evil.example", false),
        ("shop.example", "https://shop.example.evil.example", false),
        ("shop.example", "https://shop.example@evil.example", false),
        ("shop.example", "ftp://shop.example", false),
        ("shop.example", "null", false),
        ("shop.example", "shop.example", false),
        ("shop.example", "", false),
    ] {
        let headers = [("host", host), ("origin", origin)];
        assert_eq!(is_let_in("/cart", &headers).await, expected, "{origin} at {host}");
    }
}

#[tokio::test]
async fn authority_of_an_http_2_request_takes_the_place_of_host() {
    let own = [("origin", "https://shop.example")];
    assert!(is_let_in("https://shop.example/cart", &own).await);
    assert!(!is_let_in("https://other.example/cart", &own).await);
    assert!(!is_let_in("https://other.example/cart", &[own[0], ("host", "shop.example")]).await);
    assert!(!is_let_in("/cart", &own).await, "an origin is compared with nothing");
    assert!(is_let_in("/cart", &[]).await, "without either header the token decides");
}
