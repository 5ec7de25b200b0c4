//! Step 02: a counter in a session, shared by both views and alive after a restart.

mod store;
mod uncached;
mod views;

#[cfg(test)]
mod tests;

use axum::{Router, middleware::from_fn, routing::get};
use cookie::{Key, SameSite, time::Duration};
use std::process::ExitCode;
use step_serve::{Error, Setup, isolate_cookies};
use tower_sessions::{Expiry, SessionManagerLayer};
use views::TutorialViews;

#[tokio::main]
async fn main() -> ExitCode {
    step_serve::serve(app).await
}

async fn app(setup: &Setup) -> Result<Router, Error> {
    let sessions = SessionManagerLayer::new(store::open(&setup.state_dir).await?)
        .with_same_site(SameSite::Lax)
        .with_expiry(Expiry::OnInactivity(Duration::minutes(20)))
        .with_signed(Key::derive_from(setup.secret.as_bytes()));
    Ok(Router::new()
        .route("/", get(TutorialViews::home))
        .route("/howdy", get(TutorialViews::hello))
        .layer(from_fn(uncached::page))
        .layer(sessions)
        .layer(from_fn(isolate_cookies)))
}
