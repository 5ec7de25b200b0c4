// ANCHOR: session
use crate::error::Error;
use crate::sessions::Session;
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use step_serve::Failure;

/// The page of both views.
#[derive(Template, WebTemplate)]
#[template(path = "home.html")]
pub struct Page {
    pub name: &'static str,
    pub count: u64,
}

/// What the two views share: the session.
pub struct TutorialViews {
    pub session: Session,
}

impl<S: Send + Sync> FromRequestParts<S> for TutorialViews {
    type Rejection = <Session as FromRequestParts<S>>::Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        Ok(Self { session: Session::from_request_parts(parts, state).await? })
    }
}
// ANCHOR_END: session

// ANCHOR: views
impl TutorialViews {
    pub async fn home(mut self) -> Result<Page, Failure> {
        Ok(Page { name: "Home View", count: self.counter()? })
    }

    pub async fn hello(mut self) -> Result<Page, Failure> {
        Ok(Page { name: "Hello View", count: self.counter()? })
    }

    fn counter(&mut self) -> Result<u64, Error> {
        self.session.update(|data| {
            let count = data.get("counter")?.unwrap_or(0) + 1;
            data.insert("counter", count)?;
            Ok(count)
        })
    }
}
// ANCHOR_END: views
