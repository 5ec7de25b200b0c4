//! The example, which is a complete program.

use crate::support::{SECRET, text};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use cookie_engine::{Engine, Error, Keyring, Options, Secret};
use tower::ServiceExt;

#[allow(dead_code)]
#[path = "../../examples/counter.rs"]
mod counter;

fn app(options: &Options) -> (Router, Engine) {
    let keyring = Keyring::new(Secret::new(SECRET).unwrap());
    let engine = Engine::new(&keyring, options).unwrap();
    (counter::routes(engine.clone()), engine)
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
async fn pages_are_the_originals_and_share_one_count() {
    let (app, _) = app(&Options::sealed());
    let first = get(&app, "/", "").await;
    let expected = |name, message, count| {
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n    <title>Quick Tutorial: {name}</title>\n\
             </head>\n<body>\n{message}<h1>Hi {name}</h1>\n<p>Count: {count}</p>\n</body>\n</html>\n"
        )
    };
    assert_eq!(first.body, expected("Home View", "", 1));
    let form = get(&app, "/sign", &first.cookie.unwrap()).await;
    let body = format!("csrf_token={}&message=%3Cb%3E%26%22%27", token(&form));
    let signed = post(&app, "/sign", form.cookie.as_ref().unwrap(), body).await;
    assert_eq!(signed.status, StatusCode::SEE_OTHER);
    let second = get(&app, "/howdy", &signed.cookie.unwrap()).await;
    let message = "<p role=\"status\">&lt;b&gt;&amp;&quot;&#x27;</p>\n";
    assert_eq!(second.body, expected("Hello View", message, 2));
    let forgotten = post(&app, "/forget", &second.cookie.unwrap(), String::new()).await;
    assert!(forgotten.cookie.unwrap().ends_with('='));
}

#[tokio::test]
async fn form_without_its_token_is_refused() {
    let (app, _) = app(&Options::sealed());
    let form = get(&app, "/sign", "").await;
    let cookie = form.cookie.unwrap();
    for token in ["", "csrf_token=&", "csrf_token=0000&"] {
        let answer = post(&app, "/sign", &cookie, format!("{token}message=hello")).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{token}");
        assert_eq!(answer.cookie, None, "{token}");
    }
}

#[tokio::test]
async fn prefetch_is_refused() {
    let (app, _) = app(&Options::sealed());
    let request = Request::get("/").header("sec-purpose", "prefetch;prerender");
    let answer = send(&app, request.body(Body::empty()).unwrap()).await;
    assert_eq!((answer.status, answer.cookie), (StatusCode::SERVICE_UNAVAILABLE, None));
}

/// Once, a page that counted first failed on a message that had left no room for the count.
#[tokio::test]
async fn message_that_just_fits_never_makes_a_later_page_fail() {
    for options in [Options::sealed(), Options::pyramid()] {
        let (app, engine) = app(&options);
        let form = get(&app, "/sign", "").await;
        let cookie = form.cookie.as_ref().unwrap();
        let size = largest_message(&engine, cookie);
        for size in size - 15..=size {
            let body = format!("csrf_token={}&message={}", token(&form), "x".repeat(size));
            let signed = post(&app, "/sign", cookie, body).await;
            assert_eq!(signed.status, StatusCode::SEE_OTHER);
            let page = get(&app, "/", &signed.cookie.unwrap()).await;
            assert_eq!(page.status, StatusCode::OK, "{size}");
            assert!(page.body.contains("Count: 1"));
        }
        let body = format!("csrf_token={}&message={}", token(&form), "x".repeat(size + 1));
        let refused = post(&app, "/sign", cookie, body).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

fn largest_message(engine: &Engine, cookie: &str) -> usize {
    let headers = HeaderMap::from_iter([(header::COOKIE, cookie.parse().unwrap())]);
    let mut sizes = (0..5_000).rev();
    let fits = |size: &usize| {
        let mut session = engine.open(&headers);
        assert!(text(&session).contains("_csrft_"));
        let flashed = session.update(|data| data.flash("x".repeat(*size), ""));
        !matches!(flashed, Err(Error::TooLarge { .. }))
    };
    sizes.find(fits).unwrap()
}
