//! The counter on `store-engine`, with the pages that the tests in `tests/walks/tests/frameworks` need.
//!
//! The caching rules are step 02's own file. The engine keeps other cookies apart from its own, so the
//! layer that does that for tower-sessions isn't needed here.

#[path = "../../../../steps/02_sessions/src/uncached.rs"]
mod uncached;
mod views;

use axum::{Router, middleware::from_fn, routing::get, routing::post};
use std::process::ExitCode;
use step_serve::{Error, Setup};
use store_engine::{Engine, Options, SqliteStore};

#[tokio::main]
async fn main() -> ExitCode {
    step_serve::serve(app).await
}

async fn app(setup: &Setup) -> Result<Router, Error> {
    let store = SqliteStore::open(setup.state_dir.join("sessions.sqlite"))?;
    let engine = Engine::new(store, &Options::default())?;
    tokio::spawn(engine.clone().sweep_forever());
    Ok(Router::new()
        .route("/", get(views::home))
        .route("/howdy", get(views::hello))
        .route("/slow", get(views::slow))
        .route("/logout", post(views::logout))
        .route("/rotate", post(views::rotate))
        .route("/rotate-and-fail", post(views::rotate_and_fail))
        .route("/limit", post(views::limit))
        .layer(from_fn(uncached::page))
        .layer(engine))
}
