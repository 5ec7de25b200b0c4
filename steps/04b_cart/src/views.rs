use crate::flash::{Flash, Message};
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
    pub messages: Vec<Message>,
}

/// The guest book, and the form as its visitor filled it in.
#[derive(Template, WebTemplate, Default)]
#[template(path = "guestbook.html")]
pub struct GuestbookPage {
    pub notes: Vec<String>,
    pub note: String,
    pub error: Option<&'static str>,
    pub messages: Vec<Message>,
}

/// What the form sends.
#[derive(Deserialize)]
pub struct SignForm {
    #[serde(default)]
    pub note: String,
}

/// What the views share: the session, and the messages in it.
pub struct TutorialViews {
    pub session: Session,
    pub flash: Flash,
}

impl<S: Send + Sync> FromRequestParts<S> for TutorialViews {
    type Rejection = <Session as FromRequestParts<S>>::Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::new(Session::from_request_parts(parts, state).await?))
    }
}

impl TutorialViews {
    pub fn new(session: Session) -> Self {
        Self { flash: Flash::new(session.clone()), session }
    }

    pub async fn home(self) -> Result<Page, Failure> {
        self.page("Home View").await
    }

    pub async fn hello(self) -> Result<Page, Failure> {
        self.page("Hello View").await
    }

    async fn page(mut self, name: &'static str) -> Result<Page, Failure> {
        Ok(Page { name, count: self.counter().await?, messages: self.messages().await? })
    }

    pub async fn messages(&mut self) -> Result<Vec<Message>, Failure> {
        let mut messages = self.flash.pop_flash("").await?;
        messages.extend(self.flash.pop_flash("warn").await?);
        Ok(messages)
    }

    pub async fn guestbook(self, guestbook: State<Guestbook>) -> Result<GuestbookPage, Failure> {
        Ok(GuestbookPage { notes: guestbook.notes().await?, ..Default::default() })
    }

    pub async fn sign(
        mut self,
        guestbook: State<Guestbook>,
        Form(form): Form<SignForm>,
    ) -> Result<Response, Failure> {
        let note = form.note.trim().to_owned();
        let error = match note.chars().count() {
            0 => "Write something first.",
            1..=80 => {
                // A note that is already there was most likely sent by a double click: its visitor
                // gets the same message, and gets it once.
                let is_new = guestbook.add(note).await?;
                let message = Message::new("info", "Your note was added.");
                self.flash.flash(message, "", is_new).await?;
                return Ok(Redirect::to("/").into_response());
            }
            _ => "Your note is longer than 80 characters: shorten it.",
        };
        self.flash.now(Message::new("warn", "Your note was not added."), "warn");
        let (notes, messages) = (guestbook.notes().await?, self.messages().await?);
        let page = GuestbookPage { notes, note, error: Some(error), messages };
        Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
    }

    async fn counter(&self) -> Result<u64, Failure> {
        let count = self.session.get("counter").await?.unwrap_or(0) + 1;
        self.session.insert("counter", count).await?;
        Ok(count)
    }
}
