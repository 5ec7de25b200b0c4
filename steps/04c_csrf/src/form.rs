// ANCHOR: form
use crate::csrf;
use crate::refusal::{SentForm, offer_again, refuse};
use axum::body::{Bytes, to_bytes};
use axum::extract::{Form, FromRequest, FromRequestParts, Request};
use axum::http::{StatusCode, request::Parts};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use step_serve::{Error, Failure};
use tower_sessions::Session;

/// A form that came with its session's token. Any other is refused with a page.
pub struct CsrfForm<T>(pub T);
// ANCHOR_END: form

// ANCHOR: extract
impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for CsrfForm<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let session = Session::from_request_parts(&mut parts, state).await;
        let session = session.map_err(IntoResponse::into_response)?;
        let body = match to_bytes(body, MAX_READ).await {
            Ok(body) if body.len() <= MAX_FORM => body,
            _ => return Err(refuse(StatusCode::PAYLOAD_TOO_LARGE, TOO_LARGE)),
        };
        let fields = read(&parts, &body).await?;
        match check(&session, parts.uri.path(), fields).await {
            Ok(None) => Ok(Self(read(&parts, &body).await?)),
            Ok(Some(refusal)) => Err(refusal),
            Err(error) => Err(Failure::from(error).into_response()),
        }
    }
}
// ANCHOR_END: extract

// ANCHOR: check
/// The refusal of a form without the session's token: it has everything that was typed, and a new
/// token, so that its visitor can send it again.
async fn check(
    session: &Session,
    path: &str,
    mut fields: Vec<(String, String)>,
) -> Result<Option<Response>, Error> {
    // Asked first: loading a session that has expired takes its id away.
    let reason = if session.id().is_some() { EXPIRED } else { NO_COOKIE };
    let sent = fields.extract_if(.., |(name, _)| name == "csrf_token").next();
    let sent = sent.map(|(_, token)| token).unwrap_or_default();
    if csrf::verify(session, &sent).await? {
        return Ok(None);
    }
    let form = SentForm { action: path.to_owned(), token: csrf::token(session).await?, fields };
    Ok(Some(offer_again(reason, form)))
}
// ANCHOR_END: check

// ANCHOR: read
/// Reads the body again as another type: axum takes the request apart when it reads a form.
async fn read<T: DeserializeOwned>(parts: &Parts, body: &Bytes) -> Result<T, Response> {
    let request = Request::from_parts(parts.clone(), body.clone().into());
    let form = Form::from_request(request, &()).await;
    form.map(|Form(form)| form).map_err(|rejection| refuse(rejection.status(), NOT_A_FORM))
}
// ANCHOR_END: read

// ANCHOR: texts
const MAX_FORM: usize = 16 * 1024;
/// A browser shows no answer that comes before it has sent everything, so more is read than taken.
const MAX_READ: usize = 2 * 1024 * 1024;

const TOO_LARGE: &str = "The form is larger than 16 KiB. Please send less.";
const NOT_A_FORM: &str = "This is not a form of this site. Please use the one on the page.";
const EXPIRED: &str = "This form doesn't belong to your session, or your session has expired. This \
     is what you sent. Please check it and send it again.";
const NO_COOKIE: &str = "No session came with this form. It may have expired. Please check what you \
     sent and send it again. If this page comes back, allow cookies for this site: forms need them.";
// ANCHOR_END: texts
