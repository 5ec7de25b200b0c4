use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Form, FromRequestParts};
use axum::http::{StatusCode, request::Parts};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use step_cookie_engine::{Error, NoLayer, Session};

/// The page of both views.
#[derive(Template, WebTemplate)]
#[template(path = "home.html")]
pub struct Page {
    pub name: &'static str,
    pub count: u64,
    pub messages: Vec<String>,
}

/// The page with the form.
#[derive(Template, WebTemplate)]
#[template(path = "sign.html")]
pub struct FormPage {
    pub csrf_token: String,
}

/// What the form sends.
#[derive(Deserialize)]
pub struct SignForm {
    pub message: String,
    #[serde(default)]
    pub csrf_token: String,
}

/// What the views share: the session.
pub struct TutorialViews {
    pub session: Session,
}

impl<S: Send + Sync> FromRequestParts<S> for TutorialViews {
    type Rejection = NoLayer;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, NoLayer> {
        Ok(Self { session: Session::from_request_parts(parts, state).await? })
    }
}

impl TutorialViews {
    pub async fn home(self) -> Result<Page, Error> {
        self.page("Home View")
    }

    pub async fn hello(self) -> Result<Page, Error> {
        self.page("Hello View")
    }

    // ANCHOR: page
    fn page(mut self, name: &'static str) -> Result<Page, Error> {
        Ok(Page { name, count: self.counter()?, messages: self.session.pop_flash("")? })
    }
    // ANCHOR_END: page

    pub async fn form(mut self) -> Result<FormPage, Error> {
        Ok(FormPage { csrf_token: self.session.csrf_token()? })
    }

    pub async fn sign(mut self, Form(form): Form<SignForm>) -> Result<Response, Error> {
        // ANCHOR: sign
        if !self.session.is_csrf_token(&form.csrf_token) {
            let text = "This form is not from your session: load it again.";
            return Ok((StatusCode::FORBIDDEN, text).into_response());
        }
        match self.session.flash(form.message, "") {
            Err(Error::TooLarge { .. }) => {
                let text = "Your message is too long for a cookie: shorten it.";
                Ok((StatusCode::UNPROCESSABLE_ENTITY, text).into_response())
            }
            flashed => flashed.map(|()| Redirect::to("/").into_response()),
        }
        // ANCHOR_END: sign
    }

    // ANCHOR: counter
    fn counter(&mut self) -> Result<u64, Error> {
        self.session.update(|state| {
            let count = state.get("counter")?.unwrap_or(0) + 1;
            state.insert("counter", count)?;
            Ok(count)
        })
    }
    // ANCHOR_END: counter
}
