// ANCHOR: page
use crate::csrf;
use askama::Template;
use askama_web::WebTemplate;
use axum::body::to_bytes;
use axum::extract::{Form, FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, de::DeserializeOwned};
use step_serve::Failure;
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
// ANCHOR_END: page

// ANCHOR: form
/// A form with its session's token. Any other is refused with a page.
#[derive(Deserialize)]
pub struct OwnForm<T> {
    #[serde(default)]
    csrf_token: String,
    #[serde(flatten)]
    pub fields: T,
}
// ANCHOR_END: form

// ANCHOR: read
impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequest<S> for OwnForm<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let session = Session::from_request_parts(&mut parts, state).await;
        let session = session.map_err(IntoResponse::into_response)?;
        let sent = match to_bytes(body, READ_AT_MOST).await {
            Ok(sent) if sent.len() <= LARGEST => sent,
            _ => return Err(refuse(StatusCode::PAYLOAD_TOO_LARGE, TOO_LARGE)),
        };
        // ANCHOR_END: read
        // ANCHOR: check
        let form = Form::<Self>::from_request(Request::from_parts(parts, sent.into()), state).await;
        let Form(form) = form.map_err(|rejection| refuse(rejection.status(), NO_FORM))?;
        match csrf::accepts(&session, &form.csrf_token).await {
            Ok(true) => Ok(form),
            Ok(false) => Err(refuse(StatusCode::FORBIDDEN, FOREIGN)),
            Err(error) => Err(Failure::from(error).into_response()),
        }
    }
}
// ANCHOR_END: check

// ANCHOR: texts
const LARGEST: usize = 16 * 1024;
/// A browser shows no answer that comes before it has sent everything: more is read than is taken.
const READ_AT_MOST: usize = 2 * 1024 * 1024;

const TOO_LARGE: &str = "The form is larger than 16 KiB: send less.";
const NO_FORM: &str = "That is no form that this shop knows: use the one on the page.";
const FOREIGN: &str =
    "The form is not of your session, or that has ended: load its page again and send it anew.";
// ANCHOR_END: texts
