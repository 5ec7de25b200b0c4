// ANCHOR: module
//! Step 05b2: a form that leaves a message in the session, and a message too large for a cookie.

mod csrf;
mod data;
// ANCHOR_END: module
mod error;
mod session_cookie;
mod sessions;
mod signed;
mod uncached;
mod views;

#[cfg(test)]
mod tests;

use axum::{Router, middleware::from_fn, middleware::from_fn_with_state, routing::get};
use session_cookie::SessionCookie;
use signed::Key;
use std::process::ExitCode;
use step_serve::{Error, Setup, isolate_cookies};
use views::TutorialViews;

#[tokio::main]
async fn main() -> ExitCode {
    step_serve::serve(app).await
}

async fn app(setup: &Setup) -> Result<Router, Error> {
    let cookie = SessionCookie::new(Key::new(setup.secret.as_bytes()));
    Ok(Router::new()
        .route("/", get(TutorialViews::home))
        .route("/howdy", get(TutorialViews::hello))
        // ANCHOR: route
        .route("/sign", get(TutorialViews::form).post(TutorialViews::sign))
        // ANCHOR_END: route
        // ANCHOR: layers
        .layer(from_fn(uncached::page))
        .layer(from_fn_with_state(cookie, sessions::layer))
        .layer(from_fn(csrf::reject_cross_site))
        .layer(from_fn(isolate_cookies)))
    // ANCHOR_END: layers
}
