//! The layer: what an answer carries.

use crate::support::{NOW, SECRET};
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::response::IntoResponse;
use axum::{Router, routing::get};
use step_cookie_engine::{Engine, Error, Options, Ring, Secret, Session};
use tower::ServiceExt;

async fn count(mut session: Session) -> Result<String, Error> {
    session.update(|state| {
        let count = state.get("counter")?.unwrap_or(0) + 1;
        state.insert("counter", count)?;
        Ok(count.to_string())
    })
}

async fn look(session: Session) -> &'static str {
    if session.read().is_empty() { "empty" } else { "full" }
}

async fn fail(mut session: Session) -> impl IntoResponse {
    let _ = session.update(|state| state.insert("failed", true));
    StatusCode::INTERNAL_SERVER_ERROR
}

async fn leave(mut session: Session) -> Result<&'static str, Error> {
    session.invalidate().map(|()| "bye")
}

async fn twice(mut first: Session, mut second: Session) -> Result<String, Error> {
    first.update(|state| state.insert("first", 1))?;
    second.update(|state| state.insert("second", 2))?;
    Ok(first.read().to_string())
}

async fn within(mut outer: Session, mut inner: Session) -> Result<String, Error> {
    let changed = outer.update(|state| {
        inner.update(|state| state.insert("inner", 1))?;
        state.insert("outer", 2)
    });
    assert!(matches!(changed, Err(Error::Changed)), "{changed:?}");
    Ok(outer.read().to_string())
}

fn app(options: &Options) -> Router {
    let ring = Ring::new(Secret::new(SECRET).unwrap());
    let engine = Engine::with_clock(&ring, options, || NOW as f64).unwrap();
    Router::new()
        .route("/count", get(count))
        .route("/look", get(look))
        .route("/fail", get(fail))
        .route("/leave", get(leave))
        .route("/twice", get(twice))
        .route("/within", get(within))
        .route("/static", get("nobody's"))
        .layer(engine)
}

async fn visit(app: &Router, method: &str, path: &str, cookie: &str) -> (HeaderMap, String) {
    let request = Request::builder().method(method).uri(path).header(header::COOKIE, cookie);
    let response = app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let headers = response.headers().clone();
    let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
    (headers, String::from_utf8(body.to_vec()).unwrap())
}

fn cookie(headers: &HeaderMap) -> String {
    let header = headers[header::SET_COOKIE].to_str().unwrap();
    header.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn req_53_answer_with_a_cookie_is_not_stored_and_req_54_varies() {
    let app = app(&Options::sealed());
    let (headers, _) = visit(&app, "GET", "/count", "").await;
    assert_eq!(headers[header::CACHE_CONTROL], "no-store");
    assert_eq!(headers[header::VARY], "Cookie");
    let (headers, _) = visit(&app, "GET", "/look", &cookie(&headers)).await;
    assert_eq!(headers[header::VARY], "Cookie");
    assert!(!headers.contains_key(header::SET_COOKIE));
}

#[tokio::test]
async fn req_56_page_that_takes_no_session_has_none() {
    let (headers, _) = visit(&app(&Options::sealed()), "GET", "/static", "").await;
    assert!(!headers.contains_key(header::VARY) && !headers.contains_key(header::SET_COOKIE));
}

#[tokio::test]
async fn req_37_head_changes_nothing() {
    let app = app(&Options::sealed());
    let (headers, _) = visit(&app, "HEAD", "/count", "").await;
    assert!(!headers.contains_key(header::SET_COOKIE));
    assert_eq!(headers[header::VARY], "Cookie");
}

#[tokio::test]
async fn cookie_is_set_on_exception_unless_told_otherwise() {
    for set_on_exception in [true, false] {
        let options = Options { set_on_exception, ..Options::sealed() };
        let (headers, _) = visit(&app(&options), "GET", "/fail", "").await;
        assert_eq!(headers.contains_key(header::SET_COOKIE), set_on_exception);
    }
}

#[tokio::test]
async fn req_47_removal_has_the_attributes_of_the_cookie() {
    let app = app(&Options::sealed());
    let (set, _) = visit(&app, "GET", "/count", "").await;
    let (removed, _) = visit(&app, "GET", "/leave", &cookie(&set)).await;
    let header = removed[header::SET_COOKIE].to_str().unwrap();
    assert!(header.starts_with("__Host-id=; Max-Age=0; "), "{header}");
    assert!(header.ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax"), "{header}");
    assert_eq!(removed[header::CACHE_CONTROL], "no-store");
}

#[tokio::test]
async fn req_44_handles_of_one_request_are_one_session_and_one_cookie() {
    let (headers, body) = visit(&app(&Options::sealed()), "GET", "/twice", "").await;
    assert_eq!(body, r#"{"first": 1, "second": 2}"#);
    assert_eq!(headers.get_all(header::SET_COOKIE).iter().count(), 1);
}

#[tokio::test]
async fn update_within_an_update_is_an_error_and_the_inner_one_stands() {
    let (headers, body) = visit(&app(&Options::sealed()), "GET", "/within", "").await;
    assert_eq!(body, r#"{"inner": 1}"#);
    assert!(headers.contains_key(header::SET_COOKIE));
}

#[tokio::test]
async fn session_without_a_layer_is_an_error_and_no_panic() {
    let app = Router::new().route("/look", get(look));
    let (_, body) = visit(&app, "GET", "/look", "").await;
    assert!(body.contains("out of order"), "{body}");
}

#[tokio::test]
async fn pyramids_defaults_are_pyramids() {
    let (headers, _) = visit(&app(&Options::pyramid()), "GET", "/count", "").await;
    let header = headers[header::SET_COOKIE].to_str().unwrap();
    assert!(header.starts_with("session="), "{header}");
    assert!(header.ends_with("; Path=/; SameSite=Lax"), "{header}");
}
