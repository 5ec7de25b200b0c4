// ANCHOR: modules
//! Step 04a: a shop. Products are in a table, the ids of those in the cart in the session.

mod catalogue;
mod flash;
mod guarded;
mod guestbook;
mod head;
mod shop;
// ANCHOR_END: modules
mod store;
mod uncached;
mod views;

#[cfg(test)]
mod tests;

use axum::middleware::{from_fn, from_fn_with_state};
// ANCHOR: imports
use axum::{Router, response::Redirect, routing::get};
use catalogue::Catalogue;
// ANCHOR_END: imports
use cookie::{Key, SameSite, time::Duration};
use guestbook::Guestbook;
use std::process::ExitCode;
use step_serve::{Error, Setup, isolate_cookies};
use tower_sessions::{Expiry, SessionManagerLayer};
use views::TutorialViews;

#[tokio::main]
async fn main() -> ExitCode {
    step_serve::serve(app).await
}

async fn app(setup: &Setup) -> Result<Router, Error> {
    let store = store::open(&setup.state_dir).await?;
    let sessions = SessionManagerLayer::new(store.clone())
        .with_same_site(SameSite::Lax)
        .with_expiry(Expiry::OnInactivity(Duration::minutes(20)))
        .with_signed(Key::derive_from(setup.secret.as_bytes()));
    // ANCHOR: routes
    let guestbook = Guestbook::open(&setup.state_dir).await?;
    let catalogue = Catalogue::open(&setup.state_dir).await?;
    Ok(Router::new()
        .route("/", get(TutorialViews::home))
        .route("/howdy", get(TutorialViews::hello))
        .route("/shop", get(TutorialViews::shop))
        // INSECURE until step-csrf: a page on another port or subdomain can send this form with the
        // visitor's cookie.
        .route("/cart", get(Redirect::to("/shop")).post(TutorialViews::change_cart))
        .with_state(catalogue)
        // INSECURE until step-csrf: a page on another port or subdomain can send this form with the
        // visitor's cookie.
        .route("/sign", get(Redirect::to("/guestbook")).post(TutorialViews::sign))
        .layer(from_fn(uncached::page))
        .route("/guestbook", get(TutorialViews::guestbook))
        .with_state(guestbook)
        // ANCHOR_END: routes
        // ANCHOR: layers
        .layer(from_fn_with_state(store, head::isolate_head))
        .layer(sessions)
        .layer(from_fn(guarded::answer_outages))
        .layer(from_fn(isolate_cookies))
        .route("/shop.css", get(shop::style)))
}
// ANCHOR_END: layers
