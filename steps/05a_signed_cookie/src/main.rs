//! Step 05a: the counter in a cookie that this program signs.

mod data;
mod session_cookie;
mod signed;
mod uncached;
mod views;

#[cfg(test)]
mod tests;

use axum::{Router, middleware::from_fn, routing::get};
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
        .with_state(cookie)
        .layer(from_fn(uncached::page))
        .layer(from_fn(isolate_cookies)))
}
