//! Step 04a: a shop. Products are in a table, the ids of those in the cart in the session.

mod catalogue;
mod flash;
mod guestbook;
mod sessions;
mod shop;
mod views;

#[cfg(test)]
mod tests;

use axum::middleware::{from_fn, from_fn_with_state};
use axum::{Router, response::Redirect, routing::get};
use catalogue::Catalogue;
use guestbook::Guestbook;
use std::process::ExitCode;
use step_serve::{Error, Setup};
use views::TutorialViews;

#[tokio::main]
async fn main() -> ExitCode {
    step_serve::serve(app).await
}

async fn app(setup: &Setup) -> Result<Router, Error> {
    let store = sessions::store(&setup.state_dir).await?;
    let guestbook = Guestbook::open(&setup.state_dir).await?;
    let catalogue = Catalogue::open(&setup.state_dir).await?;
    tokio::spawn(sessions::sweep(store.clone()));
    Ok(Router::new()
        .route("/", get(TutorialViews::home))
        .route("/howdy", get(TutorialViews::hello))
        .route("/guestbook", get(TutorialViews::guestbook))
        // INSECURE until step-csrf: a page of any other site can send this form.
        .route("/sign", get(Redirect::to("/guestbook")).post(TutorialViews::sign))
        .with_state(guestbook)
        .route("/shop", get(TutorialViews::shop))
        // INSECURE until step-csrf: a page of any other site can send this form.
        .route("/cart", get(Redirect::to("/shop")).post(TutorialViews::change_cart))
        .with_state(catalogue)
        .layer(from_fn_with_state(store.clone(), sessions::forget_on_head))
        .layer(sessions::layer(store, &setup.secret))
        .layer(from_fn(sessions::refuse_duplicates))
        .route("/shop.css", get(shop::style)))
}
