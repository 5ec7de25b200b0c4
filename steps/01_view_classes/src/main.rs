//! Step 01: two views, one struct, one template.

mod views;

#[cfg(test)]
mod tests;

use axum::{Router, routing::get};
use std::process::ExitCode;
use views::TutorialViews;

#[tokio::main]
async fn main() -> ExitCode {
    step_serve::serve(async |_| Ok(app())).await
}

fn app() -> Router {
    Router::new().route("/", get(TutorialViews::home)).route("/howdy", get(TutorialViews::hello))
}
