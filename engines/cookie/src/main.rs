//! Step 05: the counter and the flash messages of the steps before, on an engine of our own.

mod sessions;
mod uncached;
mod views;

#[cfg(test)]
mod tests;

use axum::{Router, middleware::from_fn, routing::get};
use std::process::ExitCode;
use step_cookie_engine::Engine;
use step_serve::{Error, Setup, isolate_cookies};
use views::TutorialViews;

#[tokio::main]
async fn main() -> ExitCode {
    step_serve::serve(app).await
}

// ANCHOR: routes
async fn app(setup: &Setup) -> Result<Router, Error> {
    Ok(routes(sessions::engine(setup)?))
}

fn routes(engine: Engine) -> Router {
    Router::new()
        .route("/", get(TutorialViews::home))
        .route("/howdy", get(TutorialViews::hello))
        .route("/sign", get(TutorialViews::form).post(TutorialViews::sign))
        .layer(from_fn(uncached::page))
        .layer(engine)
        .layer(from_fn(isolate_cookies))
}
// ANCHOR_END: routes
