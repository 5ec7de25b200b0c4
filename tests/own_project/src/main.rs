// ANCHOR: main
//! A counter in a session that survives a restart.

use askama::Template;
use askama_web::WebTemplate;
use axum::http::header::{CACHE_CONTROL, COOKIE, HeaderValue};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::{Router, extract::Request, http::StatusCode, routing::get};
use cookie::{Key, SameSite, time::Duration};
use std::{collections::HashMap, env, error::Error, fs, io::Write, path::Path};
use tokio::net::TcpListener;
use tower_sessions::{ExpiredDeletion, Expiry, Session, SessionManagerLayer, session};
use tower_sessions_rusqlite_store::RusqliteStore;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let state_dir = env::var("STATE_DIR").unwrap_or_else(|_| "state".to_owned());
    let port = env::var("PORT").unwrap_or_else(|_| "3000".to_owned()).parse::<u16>()?;
    fs::create_dir_all(&state_dir)?;
    let sessions = SessionManagerLayer::new(store(state_dir.as_ref()).await?)
        .with_same_site(SameSite::Lax)
        .with_expiry(Expiry::OnInactivity(Duration::minutes(20)))
        .with_signed(key(state_dir.as_ref())?);
    let app = Router::new()
        .route("/", get(async |session: Session| page(session, "Home View").await))
        .route("/howdy", get(async |session: Session| page(session, "Hello View").await))
        .layer(from_fn(uncached))
        .layer(sessions)
        .layer(from_fn(isolate_cookies));
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).with_graceful_shutdown(stop()).await?)
}
// ANCHOR_END: main

// ANCHOR: page
#[derive(Template, WebTemplate)]
#[template(path = "home.html")]
struct Page {
    name: &'static str,
    count: u64,
}

async fn page(session: Session, name: &'static str) -> Result<Page, (StatusCode, &'static str)> {
    let count = session.get("counter").await.map_err(out_of_order)?.unwrap_or(0) + 1;
    session.insert("counter", count).await.map_err(out_of_order)?;
    Ok(Page { name, count })
}

fn out_of_order(error: session::Error) -> (StatusCode, &'static str) {
    eprintln!("the store failed: {error}");
    (StatusCode::SERVICE_UNAVAILABLE, "Out of order: try again soon.")
}
// ANCHOR_END: page

// ANCHOR: store
async fn store(state_dir: &Path) -> Result<RusqliteStore, Box<dyn Error>> {
    let mut connection = rusqlite::Connection::open(state_dir.join("sessions.sqlite"))?;
    connection.set_transaction_behavior(rusqlite::TransactionBehavior::Immediate);
    let durable = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON";
    connection.execute_batch(durable)?;
    let store = RusqliteStore::new(connection.into());
    store.migrate().await?;
    tokio::spawn(store.clone().continuously_delete_expired(std::time::Duration::from_secs(3600)));
    Ok(store)
}

/// Reads the signing key, and makes it on the first start. Only the file's owner can read it.
fn key(state_dir: &Path) -> Result<Key, Box<dyn Error>> {
    let file = state_dir.join("secret");
    if !file.exists() {
        let mut bytes = [0; 64];
        getrandom::fill(&mut bytes)?;
        let mut draft = tempfile::NamedTempFile::new_in(state_dir)?;
        draft.write_all(&bytes)?;
        draft.as_file().sync_all()?;
        draft.persist(&file)?;
    }
    Ok(Key::try_from(fs::read(&file)?.as_slice())?)
}
// ANCHOR_END: store

// ANCHOR: layers
/// Refuses a prefetch, and tells caches and browsers to keep no page.
async fn uncached(request: Request, next: Next) -> Response {
    let purpose = request.headers().get("sec-purpose").or(request.headers().get("purpose"));
    let purpose = purpose.map(|purpose| purpose.as_bytes().to_ascii_lowercase());
    let mut response = if purpose.is_some_and(|purpose| purpose.starts_with(b"prefetch")) {
        StatusCode::SERVICE_UNAVAILABLE.into_response()
    } else {
        next.run(request).await
    };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Passes on the cookies whose names come once and can be read in one way only, one a line.
async fn isolate_cookies(mut request: Request, next: Next) -> Response {
    let lines: Vec<_> = request.headers().get_all(COOKIE).iter().cloned().collect();
    request.headers_mut().remove(COOKIE);
    let pairs = lines.iter().flat_map(|line| line.as_bytes().split(|octet| *octet == b';'));
    let mut cookies = HashMap::<&[u8], Vec<&[u8]>>::new();
    for pair in pairs.map(<[u8]>::trim_ascii) {
        let name = pair.split(|octet| *octet == b'=').next().unwrap_or_default();
        cookies.entry(name.trim_ascii()).or_default().push(pair);
    }
    let is_plain = |octet: &u8| octet.is_ascii_graphic() && *octet != b'%';
    cookies.retain(|name, pairs| pairs.len() == 1 && name.iter().all(is_plain));
    for line in cookies.into_values().flatten().flat_map(HeaderValue::from_bytes) {
        request.headers_mut().append(COOKIE, line);
    }
    next.run(request).await
}
// ANCHOR_END: layers

// ANCHOR: stop
/// Ends with the first Ctrl-C or SIGTERM. Windows has no SIGTERM.
async fn stop() {
    #[cfg(unix)]
    let terminate = async {
        use tokio::signal::unix::{SignalKind, signal};
        signal(SignalKind::terminate()).expect("SIGTERM can be watched").recv().await
    };
    #[cfg(windows)]
    let terminate = std::future::pending::<()>();
    tokio::select! { _ = tokio::signal::ctrl_c() => {}, _ = terminate => {} }
}
// ANCHOR_END: stop
