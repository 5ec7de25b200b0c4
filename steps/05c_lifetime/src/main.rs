// ANCHOR: modules
//! Step 05c: sessions that end, by themselves or on demand.

mod csrf;
mod data;
mod error;
mod lifetime;
mod record;
// ANCHOR_END: modules
mod session_cookie;
mod sessions;
mod signed;
mod uncached;
mod views;

#[cfg(test)]
mod tests;

// ANCHOR: imports
use axum::{
    Router, middleware::from_fn, middleware::from_fn_with_state, routing::get, routing::post,
};
use lifetime::Lifetime;
// ANCHOR_END: imports
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
    // ANCHOR: key
    let key = Key::new(setup.secret.as_bytes());
    let cookie = SessionCookie::new(key, Lifetime::from_environment()?);
    // ANCHOR_END: key
    Ok(Router::new()
        .route("/", get(TutorialViews::home))
        .route("/howdy", get(TutorialViews::hello))
        .route("/sign", get(TutorialViews::form).post(TutorialViews::sign))
        // ANCHOR: route
        .route("/forget", post(TutorialViews::forget))
        // ANCHOR_END: route
        .layer(from_fn(uncached::page))
        .layer(from_fn_with_state(cookie, sessions::layer))
        .layer(from_fn(csrf::reject_cross_site))
        .layer(from_fn(isolate_cookies)))
}
