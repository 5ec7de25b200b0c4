//! The layer: what an answer carries.

use crate::support::{Log, Site, increment};
use crate::test_store::{TestStore, Trouble};
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::response::IntoResponse;
use axum::{Router, routing::get, routing::post};
use store_engine::{Engine, Error, Options, Session};
use tower::ServiceExt;

async fn count(session: Session) -> Result<String, Error> {
    Ok(session.update(increment).await?.to_string())
}

async fn look(session: Session) -> Result<&'static str, Error> {
    Ok(if session.read().await?.is_empty() { "empty" } else { "full" })
}

async fn fail(session: Session) -> Result<impl IntoResponse, Error> {
    session.update(increment).await?;
    Ok(StatusCode::INTERNAL_SERVER_ERROR)
}

async fn mistake(session: Session) -> Result<(), Error> {
    session.update(|data| data.insert("counter", "a secret")).await?;
    session.update(increment).await?;
    Ok(())
}

async fn twice(first: Session, second: Session) -> Result<String, Error> {
    first.update(increment).await?;
    Ok(second.update(increment).await?.to_string())
}

async fn leave(session: Session) -> Result<&'static str, Error> {
    session.destroy().await?;
    Ok("bye")
}

async fn rotate(session: Session) -> Result<&'static str, Error> {
    session.rotate().await?;
    Ok("rotated")
}

fn app() -> (Router, TestStore) {
    let store = TestStore::default();
    let engine = Engine::new(store.clone(), &Options::default()).unwrap();
    let routes = Router::new()
        .route("/count", get(count))
        .route("/look", get(look))
        .route("/fail", get(fail))
        .route("/mistake", get(mistake))
        .route("/twice", get(twice))
        .route("/leave", post(leave).get(leave))
        .route("/rotate", post(rotate).get(rotate))
        .route("/static", get("the same for everybody"));
    (routes.layer(engine), store)
}

struct Page {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

async fn visit(app: &Router, method: &str, path: &str, cookie: &str) -> Page {
    let request = Request::builder().method(method).uri(path).header(header::COOKIE, cookie);
    let response = app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let status = response.status();
    let headers = response.headers().clone();
    let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
    Page { status, headers, body: String::from_utf8(body.to_vec()).unwrap() }
}

fn cookie(page: &Page) -> String {
    let header = page.headers[header::SET_COOKIE].to_str().unwrap();
    header.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn req_53_page_that_took_a_session_is_not_stored_and_req_54_varies() {
    let (app, store) = app();
    let cookie = cookie(&visit(&app, "GET", "/count", "").await);
    for (path, trouble) in [("/count", None), ("/look", None), ("/count", Some(Trouble::Fails))] {
        if let Some(trouble) = trouble {
            store.trouble("load", trouble);
        }
        let page = visit(&app, "GET", path, &cookie).await;
        assert_eq!(page.headers[header::CACHE_CONTROL], "no-store", "{path}");
        assert_eq!(page.headers[header::VARY], "Cookie", "{path}");
        assert!(!page.headers.contains_key(header::SET_COOKIE), "{path}");
    }
}

#[tokio::test]
async fn req_56_page_that_takes_no_session_asks_nothing_and_stays_as_it_was() {
    let (app, store) = app();
    let cookie = cookie(&visit(&app, "GET", "/count", "").await);
    store.calls();
    let two = format!("{cookie}; {cookie}");
    let (log, _guard) = Log::start();
    for cookie in ["", "__Host-id=x", &cookie, &two] {
        let page = visit(&app, "GET", "/static", cookie).await;
        for name in [header::VARY, header::SET_COOKIE, header::CACHE_CONTROL] {
            assert!(!page.headers.contains_key(&name), "{name}");
        }
    }
    assert!(store.calls().is_empty());
    assert_eq!(log.take(), "");
}

#[tokio::test]
async fn req_37_head_changes_nothing() {
    let (app, store) = app();
    let page = visit(&app, "HEAD", "/count", "").await;
    assert!(!page.headers.contains_key(header::SET_COOKIE));
    assert_eq!(page.headers[header::VARY], "Cookie");
    assert!(store.calls().is_empty());
    let cookie = cookie(&visit(&app, "GET", "/count", "").await);
    // The last use is so old that a GET would write down a new one.
    store.pass(Options::default().touch * 2);
    for path in ["/count", "/look", "/leave", "/rotate"] {
        store.calls();
        let page = visit(&app, "HEAD", path, &cookie).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(!page.headers.contains_key(header::SET_COOKIE), "{path}");
        assert_eq!(store.calls(), ["load"], "{path}");
    }
    assert_eq!(visit(&app, "GET", "/count", &cookie).await.body, "2");
}

#[tokio::test]
async fn cookie_goes_out_with_a_failure_because_the_session_is_in_the_store() {
    let (app, _) = app();
    let page = visit(&app, "GET", "/fail", "").await;
    assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(visit(&app, "GET", "/count", &cookie(&page)).await.body, "2");
}

#[tokio::test]
async fn req_44_two_extractors_are_one_session_and_one_cookie() {
    let (app, _) = app();
    let page = visit(&app, "GET", "/twice", "").await;
    assert_eq!(page.body, "2");
    assert_eq!(page.headers.get_all(header::SET_COOKIE).iter().count(), 1);
}

#[tokio::test]
async fn change_of_a_session_that_is_gone_is_answered_with_409() {
    let (app, _) = app();
    let old = cookie(&visit(&app, "GET", "/count", "").await);
    visit(&app, "POST", "/rotate", &old).await;
    let page = visit(&app, "GET", "/count", &old).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.body.contains("load the page again"), "{}", page.body);
    assert!(!page.headers.contains_key(header::SET_COOKIE));
}

#[tokio::test]
async fn req_70_failure_of_the_store_is_answered_with_503_and_pages_without_a_session_stay_up() {
    let (app, store) = app();
    let old = cookie(&visit(&app, "GET", "/count", "").await);
    for call in ["create", "load", "save", "touch", "rename", "delete"] {
        store.trouble(call, Trouble::Fails);
    }
    store.pass(Options::default().touch * 2);
    let (log, _guard) = Log::start();
    for (path, cookie) in
        [("/count", ""), ("/count", &old), ("/look", &old), ("/leave", &old), ("/rotate", &old)]
    {
        let page = visit(&app, "GET", path, cookie).await;
        assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert_eq!(page.headers[header::RETRY_AFTER], "10", "{path}");
        assert!(page.body.contains("try again"), "{path}");
        assert!(!page.headers.contains_key(header::SET_COOKIE), "{path}");
        let logged = log.take();
        assert!(logged.contains("ERROR") && logged.contains("(on purpose)"), "{logged}");
    }
    assert_eq!(visit(&app, "GET", "/static", &old).await.status, StatusCode::OK);
    store.recover();
    assert_eq!(visit(&app, "GET", "/count", &old).await.body, "2");
}

#[tokio::test]
async fn mistake_in_the_program_is_a_page_of_500_and_the_log_quotes_no_data() {
    let (app, _) = app();
    let (log, _guard) = Log::start();
    let page = visit(&app, "GET", "/mistake", "").await;
    assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(page.body.starts_with("Your session could not be used."), "{}", page.body);
    let logged = log.take();
    assert!(logged.contains("ERROR") && logged.contains("\"counter\""), "{logged}");
    assert!(!logged.contains("a secret") && !page.body.contains("a secret"), "{logged}");
}

#[tokio::test]
async fn session_without_a_layer_is_an_error_page_and_says_in_the_log_what_to_do() {
    let app = Router::new().route("/look", get(look));
    let (log, _guard) = Log::start();
    let page = visit(&app, "GET", "/look", "").await;
    assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(page.body.contains("out of order"), "{}", page.body);
    let logged = log.take();
    assert!(logged.contains("ERROR") && logged.contains("add .layer(engine)"), "{logged}");
}

#[tokio::test]
async fn head_that_updates_sees_its_own_change_in_the_result_alone() {
    let site = Site::new();
    let cookie = site.counting(7).await;
    let session = site.open_head(&cookie);
    assert_eq!(session.update(increment).await.unwrap(), 8);
    assert_eq!(session.update(increment).await.unwrap(), 8);
    assert_eq!(site.count(&cookie).await, Some(7));
}
