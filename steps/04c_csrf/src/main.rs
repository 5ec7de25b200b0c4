// ANCHOR: modules
//! Step 04c: only forms of the same session are accepted, by a token and by what the browser says.

mod cart;
mod catalogue;
mod csrf;
mod flash;
mod form;
mod guarded;
mod guestbook;
mod head;
mod refusal;
mod shop;
mod store;
mod uncached;
mod views;

#[cfg(test)]
mod tests;

use axum::middleware::{from_fn, from_fn_with_state};
// ANCHOR_END: modules
use axum::{Router, response::Redirect, routing::get};
use catalogue::Catalogue;
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
    let guestbook = Guestbook::open(&setup.state_dir).await?;
    let catalogue = Catalogue::open(&setup.state_dir).await?;
    // ANCHOR: routes
    Ok(Router::new()
        .route("/", get(TutorialViews::home))
        .route("/howdy", get(TutorialViews::hello))
        .route("/shop", get(TutorialViews::shop))
        .route("/cart", get(Redirect::to("/shop")).post(TutorialViews::change_cart))
        .with_state(catalogue)
        .route("/sign", get(Redirect::to("/guestbook")).post(TutorialViews::sign))
        .route("/guestbook", get(TutorialViews::guestbook))
        .layer(from_fn(uncached::page))
        .with_state(guestbook)
        .layer(from_fn_with_state(store, head::isolate_head))
        .layer(sessions)
        .layer(from_fn(guarded::answer_outages))
        .layer(from_fn(isolate_cookies))
        .layer(from_fn(csrf::reject_cross_origin))
        .route("/shop.css", get(shop::style)))
}
// ANCHOR_END: routes
