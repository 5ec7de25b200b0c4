//! A complete program on the library: a count, a slow page, a logout, a new id on demand, and a form that
//! is protected by a token.
//!
//! ```sh
//! STATE_DIR=/tmp cargo run -p store-engine --example store_counter
//! ```
//!
//! | variable | meaning |
//! |---|---|
//! | `PORT` | the port, or 0 to pick a free one; 6543 if it isn't set |
//! | `STATE_DIR` | the folder that keeps the file `sessions.sqlite` |
//! | `IDLE_SECONDS` | how long a session may be unused; 20 minutes if it isn't set |
//! | `ABSOLUTE_SECONDS` | how long a session may live; 12 hours if it isn't set |
//! | `TOUCH_SECONDS` | how old the last use may get before a new one is written down; if it isn't set, a twentieth of the idle limit |

use axum::extract::{Form, Query, Request};
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Router, serve};
use serde::Deserialize;
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;
use std::{env, io};
use store_engine::{Engine, Error, Options, Session, SqliteStore};
use tokio::net::TcpListener;

type AnyError = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().with_writer(io::stderr).init();
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), AnyError> {
    let port = variable("PORT").unwrap_or_else(|| "6543".to_owned());
    let port: u16 =
        port.parse().map_err(|_| format!("PORT={port} is not a port: use 0 to 65535"))?;
    let engine = engine()?;
    tokio::spawn(engine.clone().sweep_forever());
    let stop = stop_signal()?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    serve(listener, routes(engine)).with_graceful_shutdown(stop).await?;
    Ok(())
}

// ANCHOR: routes
/// The pages, with the engine around them.
pub fn routes(engine: Engine) -> Router {
    Router::new()
        .route("/", get(home))
        .route("/howdy", get(hello))
        .route("/slow", get(slow))
        .route("/sign", get(form).post(sign))
        .route("/logout", post(logout))
        .route("/rotate", post(rotate))
        .layer(from_fn(refuse_prefetch))
        .layer(engine)
        .layer(from_fn(run_to_end))
}
// ANCHOR_END: routes

fn variable(name: &str) -> Option<String> {
    env::var(name).ok()
}

// ANCHOR: engine
fn engine() -> Result<Engine, AnyError> {
    let folder = variable("STATE_DIR").ok_or("STATE_DIR is not set: name a folder")?;
    let store = SqliteStore::open(Path::new(&folder).join("sessions.sqlite"))?;
    let defaults = Options::default();
    let idle = seconds("IDLE_SECONDS")?.unwrap_or(defaults.idle);
    let absolute = seconds("ABSOLUTE_SECONDS")?.unwrap_or(defaults.absolute);
    let touch = seconds("TOUCH_SECONDS")?.unwrap_or(idle / 20);
    if touch >= idle {
        let problem = "is not below the idle limit: sessions in use would end";
        return Err(format!("TOUCH_SECONDS={} {problem}", touch.as_secs()).into());
    }
    Ok(Engine::new(store, &Options { idle, absolute, touch, ..defaults })?)
}
// ANCHOR_END: engine

fn seconds(name: &str) -> Result<Option<Duration>, AnyError> {
    let Some(text) = variable(name) else { return Ok(None) };
    match text.parse::<u32>() {
        Ok(seconds) if seconds > 0 => Ok(Some(Duration::from_secs(seconds.into()))),
        _ => {
            Err(format!("{name}={text} is not a number of seconds: use a whole one from 1 on")
                .into())
        }
    }
}

/// Counts, and shows the page of the Home View.
pub async fn home(session: Session) -> Result<Html<String>, Error> {
    page(session, "Home View").await
}

async fn hello(session: Session) -> Result<Html<String>, Error> {
    page(session, "Hello View").await
}

#[derive(Deserialize)]
struct SlowQuery {
    wait: u64,
}

/// A page that is slow, as one is that asks another server. Other requests of the visitor don't wait
/// for it, and it loses nothing that they save meanwhile.
async fn slow(session: Session, Query(query): Query<SlowQuery>) -> Result<Html<String>, Error> {
    session.read().await?;
    tokio::time::sleep(Duration::from_millis(query.wait.min(5000))).await;
    page(session, "Home View").await
}

// ANCHOR: page
/// Takes the messages and counts in one update, so both happen or none does.
async fn page(session: Session, name: &str) -> Result<Html<String>, Error> {
    let update = session.update(|data| {
        let messages = data.pop_flash("")?;
        let count = data.get("counter")?.unwrap_or(0) + 1;
        data.insert("counter", count)?;
        Ok((messages, count))
    });
    let (messages, count) = update.await?;
    Ok(counted(name, &messages, count))
}
// ANCHOR_END: page

/// The page of both views.
pub fn counted(name: &str, messages: &[String], count: u64) -> Html<String> {
    let messages = messages.iter().map(|message| escape(message));
    let messages: String =
        messages.map(|text| format!("<p role=\"status\">{text}</p>\n")).collect();
    Html(document(name, &format!("{messages}<h1>Hi {name}</h1>\n<p>Count: {count}</p>\n")))
}

async fn form(session: Session) -> Result<Html<String>, Error> {
    let token = session.update(|data| data.csrf_token()).await?;
    Ok(Html(document(
        "Sign",
        &format!(
            "<h1>Sign</h1>\n\
             <form method=\"post\" action=\"/sign\">\n\
             <input type=\"hidden\" name=\"csrf_token\" value=\"{token}\">\n\
             <p><label>Your message <input name=\"message\" required></label></p>\n\
             <p><button>Sign</button></p>\n\
             </form>\n"
        ),
    )))
}

#[derive(Deserialize)]
struct SignForm {
    message: String,
    #[serde(default)]
    csrf_token: String,
}

// ANCHOR: sign
async fn sign(session: Session, Form(form): Form<SignForm>) -> Result<Response, Error> {
    if !session.read().await?.is_csrf_token(&form.csrf_token) {
        let text = "This form doesn't belong to your session, or your session has expired. Reload the \
                    page and send it again.";
        return Ok((StatusCode::FORBIDDEN, text).into_response());
    }
    session.update(|data| data.flash(&form.message, "")).await?;
    Ok(Redirect::to("/").into_response())
}
// ANCHOR_END: sign

// ANCHOR: logout
/// It needs no token, because another site's form comes without the cookie (SameSite=Lax).
async fn logout(session: Session) -> Result<Redirect, Error> {
    session.destroy().await?;
    Ok(Redirect::to("/"))
}
// ANCHOR_END: logout

async fn rotate(session: Session) -> Result<Redirect, Error> {
    session.rotate().await?;
    Ok(Redirect::to("/"))
}

// ANCHOR: run_to_end
/// Runs a request in a task, so that it runs to its end even if the client leaves: hyper drops a handler
/// at its next `await` when the connection closes.
async fn run_to_end(request: Request, next: Next) -> Response {
    match tokio::spawn(next.run(request)).await {
        Ok(response) => response,
        Err(error) => {
            tracing::error!("a request ended without an answer: {error}");
            let text = "Something went wrong here, and the error was logged. Try again later.";
            (StatusCode::INTERNAL_SERVER_ERROR, text).into_response()
        }
    }
}
// ANCHOR_END: run_to_end

/// A visit to these pages changes the session, so a browser must not fetch them ahead of a visit.
async fn refuse_prefetch(request: Request, next: Next) -> Response {
    if is_prefetch(request.headers()) {
        let text = "This page changes with each visit, so it can't be fetched ahead of one.";
        let mut response = (StatusCode::SERVICE_UNAVAILABLE, text).into_response();
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        return response;
    }
    next.run(request).await
}

fn is_prefetch(headers: &HeaderMap) -> bool {
    let purposes = headers.get_all("sec-purpose").iter().chain(headers.get_all("purpose"));
    let mut tokens = purposes
        .filter_map(|purpose| purpose.to_str().ok())
        .flat_map(|purpose| purpose.split(','))
        .filter_map(|purpose| purpose.split(';').next());
    tokens.any(|token| token.trim().eq_ignore_ascii_case("prefetch"))
}

fn document(title: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n    <title>Quick Tutorial: {title}</title>\n\
         </head>\n<body>\n{body}</body>\n</html>\n"
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#x27;")
}

/// Ends with the first SIGTERM or Ctrl-C.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Ends with the first Ctrl-C.
#[cfg(windows)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}
