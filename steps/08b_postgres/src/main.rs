// ANCHOR: modules
//! Step 08b: the sessions in PostgreSQL, one statement for each write.

mod connections;
mod limits;
mod migrations;
mod postgres_store;
mod prefetch;
mod statements;
mod views;
// ANCHOR_END: modules

#[cfg(test)]
mod tests;

// ANCHOR: imports
use axum::{Router, middleware::from_fn, routing::get, routing::post};
use postgres_store::PostgresStore;
use std::{env, process::ExitCode};
use step_serve::{Error, Setup};
use store_engine::Engine;
use views::TutorialViews;
// ANCHOR_END: imports

#[tokio::main]
async fn main() -> ExitCode {
    step_serve::serve(app).await
}

// ANCHOR: app
async fn app(_: &Setup) -> Result<Router, Error> {
    let engine = Engine::new(store().await?, &limits::from_environment()?)?;
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

// ANCHOR: store
async fn store() -> Result<PostgresStore, Error> {
    let advice = "write it as postgres://user@127.0.0.1:5432/database, without sslmode=require";
    let url = env::var("POSTGRES_URL").unwrap_or_default();
    if url.is_empty() {
        return Err(format!("POSTGRES_URL is not set: {advice}").into());
    }
    // The address may have a password in it, and what the client says about it may repeat that.
    let store = PostgresStore::open(&url);
    let store = store.ok_or(format!("POSTGRES_URL is no usable address: {advice}"))?;
    store.prepare().await.map_err(|why| format!("PostgreSQL can't keep the sessions: {why}"))?;
    Ok(store)
}
// ANCHOR_END: store
