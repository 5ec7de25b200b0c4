// ANCHOR: modules
//! Step 08c: one of several nodes behind a load balancer.

mod health;
mod limits;
mod node;
mod prefetch;
mod redis_store;
mod scripts;
mod views;
// ANCHOR_END: modules

#[cfg(test)]
mod tests;

use axum::{Router, middleware::from_fn, routing::get, routing::post};
use redis_store::RedisStore;
use std::{env, process::ExitCode};
use step_serve::{Error, Setup};
use store_engine::Engine;
use views::TutorialViews;

#[tokio::main]
async fn main() -> ExitCode {
    step_serve::serve(app).await
}

// ANCHOR: app
async fn app(_: &Setup) -> Result<Router, Error> {
    let store = store()?;
    let engine = Engine::new(store.clone(), &limits::from_environment()?)?;
    Ok(Router::new()
        .route("/", get(TutorialViews::home))
        .route("/howdy", get(TutorialViews::hello))
        .route("/slow", get(TutorialViews::slow))
        .route("/logout", post(TutorialViews::logout))
        .route("/rotate", post(TutorialViews::rotate))
        .route("/health", get(health::answer).with_state(store))
        .layer(from_fn(prefetch::refuse))
        .layer(engine))
}
// ANCHOR_END: app

fn store() -> Result<RedisStore, Error> {
    let advice = "write it as redis://127.0.0.1:6379/";
    let url = env::var("REDIS_URL").unwrap_or_default();
    if url.is_empty() {
        return Err(format!("REDIS_URL is not set: {advice}").into());
    }
    // The address may have a password in it, so the message doesn't repeat it.
    RedisStore::open(&url)
        .map_err(|error| format!("REDIS_URL is no address of a Redis ({error}): {advice}").into())
}
