// ANCHOR: modules
//! Step 06g: a locked file and a full disk, and visitors who don't wait for ever.

mod data;
mod deadline;
mod engine;
// ANCHOR_END: modules
mod error;
mod id;
mod layer;
mod limits;
#[cfg(test)]
mod memory;
mod place;
mod queues;
mod record;
mod rows;
mod session_cookie;
mod sessions;
mod sqlite;
mod store;
mod uncached;
mod views;

#[cfg(test)]
mod tests;

use axum::{
    Router, middleware::from_fn, middleware::from_fn_with_state, routing::get, routing::post,
};
use engine::Engine;
use limits::Limits;
use sqlite::SqliteStore;
use std::{process::ExitCode, sync::Arc, time::Duration};
use step_serve::{Error, Setup, isolate_cookies};
use views::TutorialViews;

#[tokio::main]
async fn main() -> ExitCode {
    step_serve::serve(app).await
}

async fn app(setup: &Setup) -> Result<Router, Error> {
    let store = Box::new(SqliteStore::open(&setup.state_dir.join("sessions.sqlite"))?);
    let engine = Arc::new(Engine::new(store, Limits::from_environment()?));
    tokio::spawn(sweep(Arc::clone(&engine)));
    Ok(Router::new()
        .route("/", get(TutorialViews::home))
        .route("/howdy", get(TutorialViews::hello))
        .route("/slow", get(TutorialViews::slow))
        .route("/logout", post(TutorialViews::logout))
        .route("/rotate", post(TutorialViews::rotate))
        .layer(from_fn(uncached::page))
        .layer(from_fn_with_state(engine, layer::sessions))
        .layer(from_fn(isolate_cookies)))
}

async fn sweep(engine: Arc<Engine>) {
    let mut minutes = tokio::time::interval(Duration::from_secs(60));
    loop {
        minutes.tick().await;
        if let Err(error) = engine.sweep().await {
            tracing::warn!("expired sessions stay for another minute: {error}");
        }
    }
}
