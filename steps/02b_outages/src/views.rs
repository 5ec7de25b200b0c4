use askama::Template;
use askama_web::WebTemplate;
use axum::{extract::FromRequestParts, http::request::Parts};
use step_serve::Failure;
use tower_sessions::Session;

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

impl TutorialViews {
    pub async fn home(self) -> Result<Page, Failure> {
        Ok(Page { name: "Home View", count: self.counter().await? })
    }

    pub async fn hello(self) -> Result<Page, Failure> {
        Ok(Page { name: "Hello View", count: self.counter().await? })
    }

    async fn counter(&self) -> Result<u64, Failure> {
        let count = self.session.get("counter").await?.unwrap_or(0) + 1;
        self.session.insert("counter", count).await?;
        Ok(count)
    }
}
