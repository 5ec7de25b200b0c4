// ANCHOR: modules
//! Step 03b: messages that one page leaves for the next, shown once.

mod flash;
mod guarded;
mod guestbook;
mod head;
mod store;
mod uncached;
mod views;
// ANCHOR_END: modules

#[cfg(test)]
mod tests;

// ANCHOR: imports
use axum::middleware::{from_fn, from_fn_with_state};
use axum::{Router, response::Redirect, routing::get};
// ANCHOR_END: imports
use cookie::{Key, SameSite, time::Duration};
use guestbook::Guestbook;
use std::process::ExitCode;
use step_serve::{Error, Setup, isolate_cookies};
use tower_sessions::{Expiry, SessionManagerLayer};
use views::TutorialViews;

#[tokio::main]
async fn main() -> ExitCode {
    step_serve::serve(app).await
}

// ANCHOR: app
async fn app(setup: &Setup) -> Result<Router, Error> {
    let store = store::open(&setup.state_dir).await?;
    let sessions = SessionManagerLayer::new(store.clone())
        .with_same_site(SameSite::Lax)
        .with_expiry(Expiry::OnInactivity(Duration::minutes(20)))
        .with_signed(Key::derive_from(setup.secret.as_bytes()));
    let guestbook = Guestbook::open(&setup.state_dir).await?;
    Ok(Router::new()
        .route("/", get(TutorialViews::home))
        // ANCHOR: sign_route
        .route("/howdy", get(TutorialViews::hello))
        // INSECURE until step-csrf: a page on another port or subdomain can send this form with the
        // visitor's cookie.
        .route("/sign", get(Redirect::to("/guestbook")).post(TutorialViews::sign))
        .layer(from_fn(uncached::page))
        .route("/guestbook", get(TutorialViews::guestbook))
        // ANCHOR_END: sign_route
        .with_state(guestbook)
        .layer(from_fn_with_state(store, head::isolate_head))
        .layer(sessions)
        .layer(from_fn(guarded::answer_outages))
        .layer(from_fn(isolate_cookies)))
}
// ANCHOR_END: app
