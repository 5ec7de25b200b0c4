// ANCHOR: main
//! Step 01: two views, one struct, one template.

mod views;

#[cfg(test)]
mod tests;

use axum::{Router, routing::get};
use std::process::ExitCode;
use step_serve::{Error, Setup};
use views::TutorialViews;

#[tokio::main]
async fn main() -> ExitCode {
    step_serve::serve(app).await
}
// ANCHOR_END: main

// ANCHOR: app
async fn app(_: &Setup) -> Result<Router, Error> {
    Ok(Router::new()
        .route("/", get(TutorialViews::home))
        .route("/howdy", get(TutorialViews::hello)))
}
// ANCHOR_END: app
