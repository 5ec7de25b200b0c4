//! The layer: what an answer carries.

use crate::support::{NOW, SECRET, logged, text, time};
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::response::IntoResponse;
use axum::{Router, routing::get};
use cookie_engine::{Engine, Error, Keyring, Options, Secret, Session};
use tower::ServiceExt;

async fn count(mut session: Session) -> Result<String, Error> {
    session.update(|data| {
        let count = data.get("counter")?.unwrap_or(0) + 1;
        data.insert("counter", count)?;
        Ok(count.to_string())
    })
}

async fn look(session: Session) -> &'static str {
    if session.read().is_empty() { "empty" } else { "full" }
}

async fn fail(mut session: Session) -> impl IntoResponse {
    let _ = session.update(|data| data.insert("failed", true));
    StatusCode::INTERNAL_SERVER_ERROR
}

async fn leave(mut session: Session) -> Result<&'static str, Error> {
    session.invalidate()?;
    Ok("bye")
}

async fn twice(mut first: Session, mut second: Session) -> Result<String, Error> {
    first.update(|data| data.insert("first", 1))?;
    second.update(|data| data.insert("second", 2))?;
    Ok(text(&first))
}

async fn within(mut outer: Session, mut inner: Session) -> Result<String, Error> {
    let changed = outer.update(|data| {
        inner.update(|data| data.insert("inner", 1))?;
        data.insert("outer", 2)
    });
    assert!(matches!(changed, Err(Error::ConcurrentUpdate)), "{changed:?}");
    Ok(text(&outer))
}

async fn huge(mut session: Session) -> Result<(), Error> {
    session.update(|data| data.insert("huge", "x".repeat(5_000)))
}

async fn sent_within(mut session: Session, other: Session) -> String {
    let changed = session.update(|data| {
        let _ = other.close();
        data.insert("late", 1)
    });
    format!("{:?}", changed.unwrap_err())
}

fn app(options: &Options) -> Router {
    let keyring = Keyring::new(Secret::new(SECRET).unwrap());
    let engine = Engine::with_clock(&keyring, options, || time(NOW as f64)).unwrap();
    Router::new()
        .route("/count", get(count))
        .route("/look", get(look))
        .route("/fail", get(fail))
        .route("/leave", get(leave))
        .route("/twice", get(twice))
        .route("/within", get(within))
        .route("/sent_within", get(sent_within))
        .route("/huge", get(huge))
        .route("/static", get("the same for everybody"))
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
async fn req_53_page_that_took_a_session_is_not_stored_and_req_54_varies() {
    let app = app(&Options::sealed());
    let (headers, _) = visit(&app, "GET", "/count", "").await;
    let cookie = cookie(&headers);
    for (method, path, sets_cookie) in [
        ("GET", "/count", true),
        ("GET", "/look", false),
        ("HEAD", "/count", false),
        ("GET", "/huge", false),
    ] {
        let (headers, _) = visit(&app, method, path, &cookie).await;
        assert_eq!(headers[header::CACHE_CONTROL], "no-store", "{method} {path}");
        assert_eq!(headers[header::VARY], "Cookie", "{method} {path}");
        assert_eq!(headers.contains_key(header::SET_COOKIE), sets_cookie, "{method} {path}");
    }
}

#[tokio::test]
async fn req_56_page_that_takes_no_session_has_none() {
    let (headers, _) = visit(&app(&Options::sealed()), "GET", "/static", "").await;
    for name in [header::VARY, header::SET_COOKIE, header::CACHE_CONTROL] {
        assert!(!headers.contains_key(&name), "{name}");
    }
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
    let start = "__Host-id=; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=0; Expires=";
    assert!(header.starts_with(start), "{header}");
    assert_eq!(removed[header::CACHE_CONTROL], "no-store");
}

#[tokio::test]
async fn req_44_handles_of_one_request_are_one_session_and_one_cookie() {
    let (headers, body) = visit(&app(&Options::sealed()), "GET", "/twice", "").await;
    assert_eq!(body, r#"{"first":1,"second":2}"#);
    assert_eq!(headers.get_all(header::SET_COOKIE).iter().count(), 1);
}

#[tokio::test]
async fn update_within_an_update_is_an_error_and_the_inner_one_stands() {
    let (headers, body) = visit(&app(&Options::sealed()), "GET", "/within", "").await;
    assert_eq!(body, r#"{"inner":1}"#);
    assert!(headers.contains_key(header::SET_COOKIE));
}

#[tokio::test]
async fn update_during_which_the_response_is_sent_is_an_error() {
    let (headers, body) = visit(&app(&Options::sealed()), "GET", "/sent_within", "").await;
    assert_eq!(body, "AlreadySent");
    assert!(!headers.contains_key(header::SET_COOKIE));
}

#[test]
fn session_without_a_layer_is_an_error_page_and_says_in_the_log_what_to_do() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let app = Router::new().route("/look", get(look));
    let log = logged(|| {
        let (_, body) = runtime.block_on(visit(&app, "GET", "/look", ""));
        assert!(body.contains("out of order"), "{body}");
    });
    assert!(log.contains("ERROR") && log.contains("add .layer(engine)"), "{log}");
}

#[test]
fn error_page_shows_no_details_and_the_log_has_them() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let log = logged(|| {
        let (_, body) = runtime.block_on(visit(&app(&Options::sealed()), "GET", "/huge", ""));
        assert!(body.starts_with("Your session could not be used.") && !body.contains("octets"));
    });
    assert!(log.contains("ERROR") && log.contains("octets of at most"), "{log}");
}

#[tokio::test]
async fn pyramids_defaults_are_pyramids() {
    let (headers, _) = visit(&app(&Options::pyramid()), "GET", "/count", "").await;
    let header = headers[header::SET_COOKIE].to_str().unwrap();
    assert!(header.starts_with("session="), "{header}");
    assert!(header.ends_with("; SameSite=Lax; Path=/"), "{header}");
}
