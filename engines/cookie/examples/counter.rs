//! A complete program on the library: a count, messages, and a form that is protected by a token.
//!
//! ```sh
//! STATE_DIR=/tmp cargo run -p cookie-engine --example counter
//! ```
//!
//! | variable | meaning |
//! |---|---|
//! | `PORT` | the port, or 0 to pick a free one; 6543 if it isn't set |
//! | `STATE_DIR` | the folder that keeps the file `secret`, which is made if it's missing |
//! | `SECRET` | the secret, in place of the file |
//! | `OLD_SECRET` | an older secret whose cookies are still accepted |
//! | `FORMAT` | `sealed`, or `pyramid` to share sessions with a Pyramid application |
//! | `IDLE_SECONDS` | how long a session may be idle |

use axum::extract::{Form, Request};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Router, serve};
use cookie_engine::{Engine, Error, Keyring, Options, Secret, Session};
use serde::Deserialize;
use std::io::{ErrorKind, Write};
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;
use std::{env, fs, io};
use tempfile::NamedTempFile;
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
    let app = routes(engine()?);
    let stop = stop_signal()?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    serve(listener, app).with_graceful_shutdown(stop).await?;
    Ok(())
}

// ANCHOR: routes
/// The pages, with the engine around them.
pub fn routes(engine: Engine) -> Router {
    Router::new()
        .route("/", get(home))
        .route("/howdy", get(hello))
        .route("/sign", get(form).post(sign))
        .route("/forget", post(forget))
        .layer(from_fn(refuse_prefetch))
        .layer(engine)
}
// ANCHOR_END: routes

fn variable(name: &str) -> Option<String> {
    env::var(name).ok()
}

// ANCHOR: engine
fn engine() -> Result<Engine, AnyError> {
    let format = variable("FORMAT").unwrap_or_else(|| "sealed".to_owned());
    let mut options = match format.as_str() {
        "sealed" => Options::sealed(),
        "pyramid" => Options::pyramid(),
        _ => return Err(format!("FORMAT={format} is unknown: use sealed or pyramid").into()),
    };
    if let Some(seconds) = variable("IDLE_SECONDS") {
        let timeout = Duration::from_secs(seconds.parse()?);
        options.timeout = Some(timeout);
        options.cookie.max_age = options.cookie.max_age.map(|_| timeout);
        options.reissue_time = options.reissue_time.map(|time| time.min(timeout / 2));
    }
    let mut keyring = Keyring::new(Secret::new(&secret()?)?);
    if let Some(old) = variable("OLD_SECRET") {
        keyring = keyring.with_fallback(Secret::new(&old)?);
    }
    Ok(Engine::new(&keyring, &options)?)
}
// ANCHOR_END: engine

fn secret() -> Result<String, AnyError> {
    if let Some(secret) = variable("SECRET") {
        return Ok(secret);
    }
    let folder =
        variable("STATE_DIR").ok_or("STATE_DIR is not set: name a folder, or set SECRET")?;
    let folder = Path::new(&folder);
    let file = folder.join("secret");
    if !file.try_exists()? {
        make_secret(folder, &file)?;
    }
    Ok(fs::read_to_string(file)?.trim().to_owned())
}

/// Puts a finished file into place, so that a crash leaves no half a secret, and of two programs that
/// start at once the second takes the secret of the first.
fn make_secret(folder: &Path, file: &Path) -> Result<(), AnyError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    let secret: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut draft = NamedTempFile::new_in(folder)?;
    writeln!(draft, "{secret}")?;
    draft.as_file().sync_all()?;
    match draft.persist_noclobber(file) {
        Err(failed) if failed.error.kind() != ErrorKind::AlreadyExists => Err(failed.error.into()),
        _ => Ok(()),
    }
}

/// Counts, and shows the page of the Home View.
pub async fn home(session: Session) -> Result<Html<String>, Error> {
    page(session, "Home View")
}

async fn hello(session: Session) -> Result<Html<String>, Error> {
    page(session, "Hello View")
}

// ANCHOR: page
/// Takes the messages and counts in one update. If it counted first, a message that just fits into
/// the cookie would leave no room for the count, and the page would fail until the session ends.
fn page(mut session: Session, name: &str) -> Result<Html<String>, Error> {
    let (messages, count) = session.update(|data| {
        let messages = data.pop_flash("")?;
        let count = data.get("counter")?.unwrap_or(0) + 1;
        data.insert("counter", count)?;
        Ok((messages, count))
    })?;
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

async fn form(mut session: Session) -> Result<Html<String>, Error> {
    let token = session.update(|data| data.csrf_token())?;
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
async fn sign(mut session: Session, Form(form): Form<SignForm>) -> Result<Response, Error> {
    if !session.read().is_csrf_token(&form.csrf_token) {
        let text = "This form doesn't belong to your session, or your session has expired. Reload the \
                    page and send it again.";
        return Ok((StatusCode::FORBIDDEN, text).into_response());
    }
    match session.update(|data| data.flash(&form.message, "")) {
        Ok(()) => Ok(Redirect::to("/").into_response()),
        Err(Error::TooLarge { .. }) => {
            let text = "Your message is too long for a cookie. Shorten it and send it again.";
            Ok((StatusCode::UNPROCESSABLE_ENTITY, text).into_response())
        }
        Err(error) => Err(error),
    }
}
// ANCHOR_END: sign

/// It needs no token, because another site's form comes without the cookie (SameSite=Lax).
async fn forget(mut session: Session) -> Result<Redirect, Error> {
    session.invalidate()?;
    Ok(Redirect::to("/"))
}

/// A visit to these pages changes the session, so a browser must not fetch them ahead of a visit.
async fn refuse_prefetch(request: Request, next: Next) -> Response {
    if is_prefetch(request.headers()) {
        let text = "This page changes with each visit, so it can't be fetched ahead of one.";
        return (StatusCode::SERVICE_UNAVAILABLE, text).into_response();
    }
    next.run(request).await
}

fn is_prefetch(headers: &HeaderMap) -> bool {
    let purposes = headers.get_all("sec-purpose").iter().chain(headers.get_all("purpose"));
    let mut tokens = purposes
        .filter_map(|purpose| purpose.to_str().ok())
        .flat_map(|purpose| purpose.split([',', ';']));
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
