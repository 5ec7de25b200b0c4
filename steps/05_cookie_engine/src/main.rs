//! Step 05: the counter and the flash messages of the steps before, on an engine of our own.

mod sessions;
mod views;

#[cfg(test)]
mod tests;

use axum::{Router, routing::get};
use std::process::ExitCode;
use step_cookie_engine::Engine;
use step_serve::{Error, Setup};
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
        .layer(engine)
}
// ANCHOR_END: routes
