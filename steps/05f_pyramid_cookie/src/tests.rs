//! The original's four tests, and what Pyramid 2.1 on Python 3.11 makes of the same sessions.

use super::{
    app, keyring::Keyring, lifetime::Lifetime, session_cookie::SessionCookie, sessions::Session,
    signed::Key, views::TutorialViews,
};
use crate::data::SessionData;
use crate::record::Record;
use axum::{body::Body, http::HeaderMap, http::Request, http::StatusCode};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http_body_util::BodyExt;
use step_serve::{Secret, Setup};
use tempfile::TempDir;
use tower::ServiceExt;

fn views() -> TutorialViews {
    let secrets = Keyring::new(Secret::generate().unwrap());
    let cookie = SessionCookie::new(&secrets, Lifetime { idle: 1200 });
    TutorialViews { session: Session::open(cookie, &HeaderMap::new()) }
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
fn cookie_is_pyramids_byte_for_byte() {
    let json = r#"[1735689600, 1735689600.25, {"counter": 1}]"#;
    let value = "nKzrrdzDs9hiJhwTEMwyv7w_JWuiN_arC9rS4XKHN8QBPV58rSdWsGVHNkHT3v3XaLrJ3HiNMCnOs9dFKSKl5VsxNzM1Njg5NjAwLCAxNzM1Njg5NjAwLjI1LCB7ImNvdW50ZXIiOiAxfV0";
    let record = Record::from_json(json.as_bytes()).unwrap();
    assert_eq!(record.to_json().unwrap(), json);
    let signed = Key::new("itsaseekreet").sign(json.as_bytes());
    assert_eq!(URL_SAFE_NO_PAD.encode(&signed), value);
    assert_eq!(Key::new("itsaseekreet").verify(&signed).unwrap(), json.as_bytes());
}

#[test]
fn inserted_values_are_spelled_as_python_spells_them() {
    let mut data = SessionData::default();
    data.insert("text", "Grüße, 🦀 \u{7f}\n").unwrap();
    data.insert("numbers", (1.0, 1e16, 1e-5, 2_f64.powi(-25), 0.1_f32, u64::MAX)).unwrap();
    data.insert("nothing", f64::NAN).unwrap();
    let json = serde_json::to_string(&data).unwrap();
    let spelled = r#"{"text":"Gr\u00fc\u00dfe, \ud83e\udd80 \u007f\n","numbers":[1.0, 1e+16, 1e-05, 2.9802322387695312e-08, 0.1, 18446744073709551615],"nothing":null}"#;
    assert_eq!(json, spelled);
}

#[test]
fn accessed_may_have_a_fraction() {
    let record = Record::from_json(b"[1735689610.75, 1735689600.25, {}]").unwrap();
    assert_eq!(record.to_json().unwrap(), "[1735689610, 1735689600.25, {}]");
}
