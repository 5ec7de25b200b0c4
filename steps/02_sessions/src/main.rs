//! Step 02: a counter in a session, shared by both views and alive after a restart.

mod sessions;
mod views;

#[cfg(test)]
mod tests;

use axum::{Router, middleware::from_fn, routing::get};
use std::process::ExitCode;
use step_serve::{Error, Setup};
use views::TutorialViews;

#[tokio::main]
async fn main() -> ExitCode {
    step_serve::serve(app).await
}

async fn app(setup: &Setup) -> Result<Router, Error> {
    let store = sessions::store(&setup.state_dir).await?;
    tokio::spawn(sessions::sweep(store.clone()));
    Ok(Router::new()
        .route("/", get(TutorialViews::home))
        .route("/howdy", get(TutorialViews::hello))
        .layer(sessions::layer(store, &setup.secret))
        .layer(from_fn(sessions::refuse_duplicates)))
}
