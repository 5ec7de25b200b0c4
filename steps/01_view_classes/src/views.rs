// ANCHOR: page
use askama::Template;
use askama_web::WebTemplate;
use axum::{extract::FromRequestParts, http::request::Parts};
use std::convert::Infallible;

/// The page of both views.
#[derive(Template, WebTemplate)]
#[template(path = "home.html")]
pub struct Page {
    pub name: &'static str,
}
// ANCHOR_END: page

// ANCHOR: extractor
/// What the two views share: nothing, so far.
pub struct TutorialViews {}

impl<S: Send + Sync> FromRequestParts<S> for TutorialViews {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self {})
    }
}
// ANCHOR_END: extractor

// ANCHOR: views
impl TutorialViews {
    pub async fn home(self) -> Page {
        Page { name: "Home View" }
    }

    pub async fn hello(self) -> Page {
        Page { name: "Hello View" }
    }
}
// ANCHOR_END: views
