use crate::data::SessionData;
use crate::error::Error;
use crate::sessions::Session;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use step_serve::Secret;
use subtle::ConstantTimeEq;

const TOKEN: &str = "_csrft_";

/// The token of the session's forms, made when the first one is shown.
pub fn token(session: &mut Session) -> Result<String, Error> {
    if let Some(token) = session.read().get(TOKEN)? {
        return Ok(token);
    }
    let token = String::from_utf8_lossy(Secret::generate()?.as_bytes()).into_owned();
    session.update(|data| Ok(data.insert(TOKEN, &token)?))?;
    Ok(token)
}

/// Whether a form has the session's token, in constant time.
pub fn verify(data: &SessionData, sent: &str) -> Result<bool, Error> {
    let token: Option<String> = data.get(TOKEN)?;
    Ok(token.is_some_and(|token| token.as_bytes().ct_eq(sent.as_bytes()).into()))
}

/// Refuses a form that another site sent, if the browser says so. A session that is made for such a
/// form would take the place of the visitor's own.
pub async fn reject_cross_site(request: Request, next: Next) -> Response {
    let site = request.headers().get("sec-fetch-site");
    let is_foreign = site.is_some_and(|site| site != "same-origin" && site != "none");
    if is_foreign && !request.method().is_safe() {
        let reason = "Another site sent this form. Please use the form on this site.";
        return (StatusCode::FORBIDDEN, reason).into_response();
    }
    next.run(request).await
}
