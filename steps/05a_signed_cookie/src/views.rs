// ANCHOR: page
use crate::data::SessionData;
use crate::session_cookie::SessionCookie;
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::FromRequestParts;
use axum::http::{HeaderName, header::SET_COOKIE, request::Parts};
use std::convert::Infallible;
use step_serve::Failure;

/// The page of both views.
#[derive(Template, WebTemplate)]
#[template(path = "home.html")]
pub struct Page {
    pub name: &'static str,
    pub count: u64,
}

/// A page, and the header that sets the cookie.
type PageWithCookie = ([(HeaderName, String); 1], Page);
// ANCHOR_END: page

// ANCHOR: extractor
/// What the two views share: the session, and the cookie that holds it.
pub struct TutorialViews {
    pub data: SessionData,
    pub cookie: SessionCookie,
}

impl FromRequestParts<SessionCookie> for TutorialViews {
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        cookie: &SessionCookie,
    ) -> Result<Self, Self::Rejection> {
        let data = cookie.read(&parts.headers).unwrap_or_default();
        Ok(Self { data, cookie: cookie.clone() })
    }
}
// ANCHOR_END: extractor

// ANCHOR: views
impl TutorialViews {
    pub async fn home(mut self) -> Result<PageWithCookie, Failure> {
        let count = self.counter()?;
        let cookie = self.cookie.write(&self.data)?;
        Ok(([(SET_COOKIE, cookie.to_string())], Page { name: "Home View", count }))
    }

    pub async fn hello(mut self) -> Result<PageWithCookie, Failure> {
        let count = self.counter()?;
        let cookie = self.cookie.write(&self.data)?;
        Ok(([(SET_COOKIE, cookie.to_string())], Page { name: "Hello View", count }))
    }

    fn counter(&mut self) -> Result<u64, Failure> {
        let count = self.data.get("counter")?.unwrap_or(0) + 1;
        self.data.insert("counter", count)?;
        Ok(count)
    }
}
// ANCHOR_END: views
