use crate::{csrf, sessions::Unavailable};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Form, FromRequest, Request, rejection::FormRejection};
use axum::response::{IntoResponse, Response};
use axum::{RequestExt, http::StatusCode};
use serde::{Deserialize, de::DeserializeOwned};
use tower_sessions::Session;

/// Why a form was not taken, and what to do.
#[derive(Template, WebTemplate)]
#[template(path = "refusal.html")]
struct RefusalPage {
    reason: &'static str,
}

pub fn refuse(status: StatusCode, reason: &'static str) -> Response {
    (status, RefusalPage { reason }).into_response()
}

/// A form with its session's token. Any other is refused with a page.
#[derive(Deserialize)]
pub struct OwnForm<T> {
    #[serde(default)]
    csrf_token: String,
    #[serde(flatten)]
    pub fields: T,
}

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequest<S> for OwnForm<T> {
    type Rejection = Response;

    async fn from_request(mut request: Request, state: &S) -> Result<Self, Response> {
        let session =
            request.extract_parts::<Session>().await.map_err(IntoResponse::into_response)?;
        let form = Form::<Self>::from_request(request, state).await;
        let Form(form) = form.map_err(|rejection| refuse(rejection.status(), why(&rejection)))?;
        match csrf::accepts(&session, &form.csrf_token).await {
            Ok(true) => Ok(form),
            Ok(false) => Err(refuse(StatusCode::FORBIDDEN, FOREIGN)),
            Err(error) => Err(Unavailable::from(error).into_response()),
        }
    }
}

const FOREIGN: &str =
    "The form is not of your session, or that has ended: load its page again and send it anew.";

fn why(rejection: &FormRejection) -> &'static str {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => "The form is larger than 16 KiB: send less.",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "That is no form: use the one on the page.",
        _ => "The form cannot be read: load its page again and send it anew.",
    }
}
