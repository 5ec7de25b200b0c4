use axum::response::{IntoResponse, Response};
use axum::{extract::Request, http::StatusCode, http::header::COOKIE, middleware::Next};
use cookie::{Cookie, Key, SameSite, time::Duration};
use std::path::Path;
use step_serve::{Error, Secret};
use tower_sessions::service::SignedCookie;
use tower_sessions::{ExpiredDeletion, Expiry, SessionManagerLayer};
use tower_sessions_rusqlite_store::{RusqliteStore, tokio_rusqlite::Connection};

pub const DATABASE: &str = "sessions.sqlite";
const COOKIE_NAME: &str = "id";
const IDLE_TIMEOUT: Duration = Duration::minutes(20);
const SWEEP_EVERY: std::time::Duration = std::time::Duration::from_secs(60);

/// Opens the store in the state folder, and makes it on the first start.
pub async fn store(state_dir: &Path) -> Result<RusqliteStore, Error> {
    let file = state_dir.join(DATABASE);
    open(&file).await.map_err(|error| {
        let file = file.display();
        format!("cannot keep sessions in {file} ({error}): move that file away, or mend it").into()
    })
}

async fn open(file: &Path) -> Result<RusqliteStore, Error> {
    let connection = Connection::open(file).await?;
    // A write is on the disk before the page is sent: a count that was shown survives a power cut.
    let durable = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;";
    connection.call(move |connection| connection.execute_batch(durable)).await?;
    let store = RusqliteStore::new(connection);
    store.migrate().await?;
    Ok(store)
}

/// Puts a session before every view. The cookie holds a signed id, the store holds the rest.
pub fn layer(
    store: RusqliteStore,
    secret: &Secret,
) -> SessionManagerLayer<RusqliteStore, SignedCookie> {
    SessionManagerLayer::new(store)
        .with_name(COOKIE_NAME)
        .with_same_site(SameSite::Lax)
        .with_expiry(Expiry::OnInactivity(IDLE_TIMEOUT))
        .with_signed(Key::derive_from(secret.as_bytes()))
}

/// Deletes expired sessions, for as long as the program runs.
pub async fn sweep(store: RusqliteStore) {
    loop {
        if let Err(error) = store.delete_expired().await {
            tracing::warn!("expired sessions were not deleted: {error}");
        }
        tokio::time::sleep(SWEEP_EVERY).await;
    }
}

/// Takes away session cookies that come in twos: which one is meant, nobody can tell.
pub async fn refuse_duplicates(mut request: Request, next: Next) -> Response {
    let headers = request.headers().get_all(COOKIE).into_iter();
    let cookies = headers.filter_map(|header| header.to_str().ok()).flat_map(Cookie::split_parse);
    if cookies.flatten().filter(|cookie| cookie.name() == COOKIE_NAME).count() > 1 {
        request.headers_mut().remove(COOKIE);
    }
    next.run(request).await
}

/// The database could not be read or written.
pub struct Unavailable(Error);

impl<E: Into<Error>> From<E> for Unavailable {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Unavailable {
    fn into_response(self) -> Response {
        tracing::error!("the database failed: {}", self.0);
        (StatusCode::SERVICE_UNAVAILABLE, "Sessions are out of order: try again.").into_response()
    }
}
