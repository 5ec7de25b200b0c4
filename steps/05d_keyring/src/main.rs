// ANCHOR: modules
//! Step 05d: a new secret, without losing a session.

mod csrf;
mod data;
mod error;
mod keyring;
mod lifetime;
mod record;
mod session_cookie;
mod sessions;
mod signed;
mod uncached;
mod views;

#[cfg(test)]
mod tests;

use axum::{
    Router, middleware::from_fn, middleware::from_fn_with_state, routing::get, routing::post,
};
use keyring::Keyring;
use lifetime::Lifetime;
use session_cookie::SessionCookie;
use std::process::ExitCode;
use step_serve::{Error, Secret, Setup, isolate_cookies};
use views::TutorialViews;
// ANCHOR_END: modules

#[tokio::main]
async fn main() -> ExitCode {
    step_serve::serve(app).await
}

// ANCHOR: app
async fn app(setup: &Setup) -> Result<Router, Error> {
    let mut secrets = Keyring::new(setup.secret.clone());
    if let Some(old) = Secret::from_variable("OLD_SECRET")? {
        secrets = secrets.with_fallback(old);
    }
    let cookie = SessionCookie::new(&secrets, Lifetime::from_environment()?);
    Ok(Router::new()
        // ANCHOR_END: app
        .route("/", get(TutorialViews::home))
        .route("/howdy", get(TutorialViews::hello))
        .route("/sign", get(TutorialViews::form).post(TutorialViews::sign))
        .route("/forget", post(TutorialViews::forget))
        .layer(from_fn(uncached::page))
        .layer(from_fn_with_state(cookie, sessions::layer))
        .layer(from_fn(csrf::reject_cross_site))
        .layer(from_fn(isolate_cookies)))
}
