use crate::csrf;
use crate::error::Error;
use crate::sessions::Session;
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Form, FromRequestParts};
use axum::http::{StatusCode, request::Parts};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use step_serve::Failure;

const NOT_YOURS: &str = "This form doesn't belong to your session, or your session has expired. \
    Send it again. If this page comes back, allow cookies for this site.";
const TOO_LONG: &str = "Your message is too long for a cookie: shorten it.";

/// The page of both views.
#[derive(Template, WebTemplate)]
#[template(path = "home.html")]
pub struct Page {
    pub name: &'static str,
    pub count: u64,
    pub messages: Vec<String>,
}

/// The page with the form, and what is wrong with the last one.
#[derive(Template, WebTemplate)]
#[template(path = "sign.html")]
pub struct FormPage {
    pub csrf_token: String,
    pub message: String,
    pub problem: Option<&'static str>,
}

/// What the form sends.
#[derive(Deserialize)]
pub struct SignForm {
    pub message: String,
    #[serde(default)]
    pub csrf_token: String,
}

/// What the button that ends the session sends.
#[derive(Deserialize)]
pub struct ForgetForm {
    #[serde(default)]
    pub csrf_token: String,
}

/// What the views share: the session.
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
        Ok(self.page("Home View")?)
    }

    pub async fn hello(self) -> Result<Page, Failure> {
        Ok(self.page("Hello View")?)
    }

    fn page(mut self, name: &'static str) -> Result<Page, Error> {
        self.session.update(|data| {
            // In one update: without its messages, the session has room for the count.
            let messages = data.remove("_f_")?.unwrap_or_default();
            let count = data.get("counter")?.unwrap_or(0) + 1;
            data.insert("counter", count)?;
            Ok(Page { name, count, messages })
        })
    }

    pub async fn form(mut self) -> Result<FormPage, Failure> {
        let csrf_token = csrf::token(&mut self.session)?;
        Ok(FormPage { csrf_token, message: String::new(), problem: None })
    }

    pub async fn sign(mut self, Form(form): Form<SignForm>) -> Result<Response, Failure> {
        if !csrf::verify(&self.session.read(), &form.csrf_token)? {
            return self.offer_again(StatusCode::FORBIDDEN, form.message, NOT_YOURS);
        }
        let added = self.session.update(|data| {
            let mut messages: Vec<String> = data.get("_f_")?.unwrap_or_default();
            messages.push(form.message.clone());
            Ok(data.insert("_f_", messages)?)
        });
        match added {
            Ok(()) => Ok(Redirect::to("/").into_response()),
            Err(Error::TooLarge { .. }) => {
                self.offer_again(StatusCode::UNPROCESSABLE_ENTITY, form.message, TOO_LONG)
            }
            Err(error) => Err(error.into()),
        }
    }

    pub async fn forget(mut self, Form(form): Form<ForgetForm>) -> Result<Response, Failure> {
        if !csrf::verify(&self.session.read(), &form.csrf_token)? {
            return self.offer_again(StatusCode::FORBIDDEN, String::new(), NOT_YOURS);
        }
        self.session.invalidate()?;
        Ok(Redirect::to("/").into_response())
    }

    fn offer_again(
        mut self,
        status: StatusCode,
        message: String,
        problem: &'static str,
    ) -> Result<Response, Failure> {
        let csrf_token = csrf::token(&mut self.session)?;
        let page = FormPage { csrf_token, message, problem: Some(problem) };
        Ok((status, page).into_response())
    }
}
