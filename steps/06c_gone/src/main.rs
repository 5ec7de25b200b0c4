// ANCHOR: modules
//! Step 06c: a session that has ended stays ended.

mod data;
mod engine;
mod error;
mod id;
mod layer;
mod memory;
mod place;
// ANCHOR_END: modules
mod queues;
mod record;
mod session_cookie;
mod sessions;
mod uncached;
mod views;

#[cfg(test)]
mod tests;

// ANCHOR: imports
use axum::{
    Router, middleware::from_fn, middleware::from_fn_with_state, routing::get, routing::post,
};
// ANCHOR_END: imports
use engine::Engine;
use std::{process::ExitCode, sync::Arc};
use step_serve::{Error, Setup, isolate_cookies};
use views::TutorialViews;

#[tokio::main]
async fn main() -> ExitCode {
    step_serve::serve(app).await
}

async fn app(_: &Setup) -> Result<Router, Error> {
    let engine = Arc::new(Engine::default());
    Ok(Router::new()
        .route("/", get(TutorialViews::home))
        .route("/howdy", get(TutorialViews::hello))
        .route("/slow", get(TutorialViews::slow))
        // ANCHOR: routes
        .route("/logout", post(TutorialViews::logout))
        .route("/rotate", post(TutorialViews::rotate))
        // ANCHOR_END: routes
        .layer(from_fn(uncached::page))
        .layer(from_fn_with_state(engine, layer::sessions))
        .layer(from_fn(isolate_cookies)))
}
