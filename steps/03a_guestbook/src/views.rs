// ANCHOR: page
use crate::guestbook::Guestbook;
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Form, FromRequestParts, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{http::StatusCode, http::request::Parts};
use serde::Deserialize;
use step_serve::Failure;
use tower_sessions::Session;

/// The page of both views.
#[derive(Template, WebTemplate)]
#[template(path = "home.html")]
pub struct Page {
    pub name: &'static str,
    pub count: u64,
}

/// The guest book, and the form as its visitor filled it in.
#[derive(Template, WebTemplate, Default)]
#[template(path = "guestbook.html")]
pub struct GuestbookPage {
    pub notes: Vec<String>,
    pub note: String,
    pub error: Option<&'static str>,
}
// ANCHOR_END: page

// ANCHOR: form
/// What the form sends.
#[derive(Deserialize)]
pub struct SignForm {
    #[serde(default)]
    pub note: String,
}

/// What the views share: the session.
pub struct TutorialViews {
    pub session: Session,
}
// ANCHOR_END: form

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

    // ANCHOR: guestbook
    pub async fn guestbook(self, guestbook: State<Guestbook>) -> Result<GuestbookPage, Failure> {
        Ok(GuestbookPage { notes: guestbook.notes().await?, ..Default::default() })
    }
    // ANCHOR_END: guestbook

    // ANCHOR: sign
    pub async fn sign(
        self,
        guestbook: State<Guestbook>,
        Form(form): Form<SignForm>,
    ) -> Result<Response, Failure> {
        let note = form.note.trim().to_owned();
        let error = match note.chars().count() {
            0 => "Write something first.",
            1..=80 => {
                guestbook.add(note).await?;
                return Ok(Redirect::to("/").into_response());
            }
            _ => "Your note is longer than 80 characters: shorten it.",
        };
        // ANCHOR_END: sign
        // ANCHOR: refuse
        let page = GuestbookPage { notes: guestbook.notes().await?, note, error: Some(error) };
        Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
    }
    // ANCHOR_END: refuse

    async fn counter(&self) -> Result<u64, Failure> {
        let count = self.session.get("counter").await?.unwrap_or(0) + 1;
        self.session.insert("counter", count).await?;
        Ok(count)
    }
}
