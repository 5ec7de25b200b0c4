// ANCHOR: modules
//! Step 03a: a guest book. A form is posted, checked and answered with a redirect.

mod guarded;
mod guestbook;
mod store;
mod uncached;
mod views;
// ANCHOR_END: modules

#[cfg(test)]
mod tests;

// ANCHOR: imports
use axum::{Router, middleware::from_fn, response::Redirect, routing::get};
use cookie::{Key, SameSite, time::Duration};
use guestbook::Guestbook;
// ANCHOR_END: imports
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
    let sessions = SessionManagerLayer::new(store::open(&setup.state_dir).await?)
        .with_same_site(SameSite::Lax)
        .with_expiry(Expiry::OnInactivity(Duration::minutes(20)))
        .with_signed(Key::derive_from(setup.secret.as_bytes()));
    let guestbook = Guestbook::open(&setup.state_dir).await?;
    Ok(Router::new()
        .route("/", get(TutorialViews::home))
        .route("/howdy", get(TutorialViews::hello))
        .layer(from_fn(uncached::page))
        .route("/guestbook", get(TutorialViews::guestbook))
        // INSECURE until step-csrf: a page on another port or subdomain can send this form with the
        // visitor's cookie.
        .route("/sign", get(Redirect::to("/guestbook")).post(TutorialViews::sign))
        .with_state(guestbook)
        .layer(sessions)
        .layer(from_fn(guarded::answer_outages))
        .layer(from_fn(isolate_cookies)))
}
// ANCHOR_END: app
