//! The example, which is a complete program.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use store_engine::{Engine, MemoryStore, Options};
use tower::ServiceExt;

#[allow(dead_code)]
#[path = "../../examples/counter.rs"]
mod counter;

fn app() -> Router {
    let engine = Engine::new(MemoryStore::default(), &Options::default()).unwrap();
    counter::routes(engine)
}

struct Page {
    status: StatusCode,
    cookie: Option<String>,
    body: String,
}

async fn send(app: &Router, request: Request<Body>) -> Page {
    let response = app.clone().oneshot(request).await.unwrap();
    let set_cookie = response.headers().get(header::SET_COOKIE);
    let pair =
        set_cookie.map(|value| value.to_str().unwrap().split(';').next().unwrap().to_owned());
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
    Page { status, cookie: pair, body: String::from_utf8(body.to_vec()).unwrap() }
}

async fn get(app: &Router, path: &str, cookie: &str) -> Page {
    send(app, Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).unwrap()).await
}

async fn post(app: &Router, path: &str, cookie: &str, body: String) -> Page {
    let request = Request::post(path)
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    send(app, request.body(Body::from(body)).unwrap()).await
}

fn token(page: &Page) -> &str {
    page.body.split("name=\"csrf_token\" value=\"").nth(1).unwrap().split('"').next().unwrap()
}

#[tokio::test]
async fn message_of_the_form_is_shown_once_and_escaped() {
    let app = app();
    let form = get(&app, "/sign", "").await;
    let cookie = form.cookie.as_ref().unwrap();
    let body = format!("csrf_token={}&message=%3Cb%3E%26%22%27", token(&form));
    let signed = post(&app, "/sign", cookie, body).await;
    assert_eq!(signed.status, StatusCode::SEE_OTHER);
    let shown = "<p role=\"status\">&lt;b&gt;&amp;&quot;&#x27;</p>";
    let first = get(&app, "/", cookie).await;
    assert!(first.body.contains(shown) && first.body.contains("Count: 1"), "{}", first.body);
    let second = get(&app, "/howdy", cookie).await;
    assert!(!second.body.contains(shown) && second.body.contains("Count: 2"), "{}", second.body);
}

#[tokio::test]
async fn form_without_its_token_is_refused() {
    let app = app();
    let form = get(&app, "/sign", "").await;
    let cookie = form.cookie.as_ref().unwrap();
    for token in ["", "csrf_token=&", "csrf_token=0000&"] {
        let answer = post(&app, "/sign", cookie, format!("{token}message=hello")).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{token}");
    }
    let body = format!("csrf_token={}&message=hello", token(&form));
    let stranger = post(&app, "/sign", "", body).await;
    assert_eq!((stranger.status, stranger.cookie), (StatusCode::FORBIDDEN, None));
}
