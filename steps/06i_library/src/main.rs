// ANCHOR: modules
//! Step 06i: the same sessions, on the library.

mod limits;
mod prefetch;
mod views;
// ANCHOR_END: modules

#[cfg(test)]
mod tests;

// ANCHOR: imports
use axum::{Router, middleware::from_fn, routing::get, routing::post};
use std::process::ExitCode;
use step_serve::{Error, Setup};
use store_engine::{Engine, SqliteStore};
use views::TutorialViews;
// ANCHOR_END: imports

#[tokio::main]
async fn main() -> ExitCode {
    step_serve::serve(app).await
}

// ANCHOR: app
async fn app(setup: &Setup) -> Result<Router, Error> {
    let store = SqliteStore::open(setup.state_dir.join("sessions.sqlite"))?;
    let engine = Engine::new(store, &limits::from_environment()?)?;
    tokio::spawn(engine.clone().sweep_forever());
    Ok(Router::new()
        .route("/", get(TutorialViews::home))
        .route("/howdy", get(TutorialViews::hello))
        .route("/slow", get(TutorialViews::slow))
        .route("/logout", post(TutorialViews::logout))
        .route("/rotate", post(TutorialViews::rotate))
        .layer(from_fn(prefetch::refuse))
        .layer(engine))
}
// ANCHOR_END: app
