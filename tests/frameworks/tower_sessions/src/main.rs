//! The counter of step 02 on tower-sessions 0.15 and its SQLite store, with the pages that the tests
//! in `tests/walks/tests/frameworks` need.
//!
//! The store and the caching rules are step 02's own files. The cookie has the prefix `__Host-`, as
//! ASVS 5.0 row 3.3.3 asks.

#[path = "../../../../steps/02_sessions/src/store.rs"]
mod store;
#[path = "../../../../steps/02_sessions/src/uncached.rs"]
mod uncached;
mod views;

use axum::{Router, middleware::from_fn, routing::get, routing::post};
use cookie::{Key, SameSite, time::Duration};
use std::process::ExitCode;
use step_serve::{Error, Setup, isolate_cookies};
use tower_sessions::{Expiry, SessionManagerLayer};

#[tokio::main]
async fn main() -> ExitCode {
    step_serve::serve(app).await
}

async fn app(setup: &Setup) -> Result<Router, Error> {
    // The cookie is HttpOnly, Secure and for the path / unless one says otherwise.
    let sessions = SessionManagerLayer::new(store::open(&setup.state_dir).await?)
        .with_name("__Host-id")
        .with_same_site(SameSite::Lax)
        .with_expiry(Expiry::OnInactivity(Duration::minutes(20)))
        .with_signed(Key::derive_from(setup.secret.as_bytes()));
    Ok(Router::new()
        .route("/", get(views::home))
        .route("/howdy", get(views::hello))
        .route("/slow", get(views::slow))
        .route("/logout", post(views::logout))
        .route("/rotate", post(views::rotate))
        .route("/rotate-and-fail", post(views::rotate_and_fail))
        .route("/limit", post(views::limit))
        .layer(from_fn(uncached::page))
        .layer(sessions)
        .layer(from_fn(isolate_cookies)))
}
