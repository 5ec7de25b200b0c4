// ANCHOR: token
use crate::refusal::refuse;
use axum::http::{StatusCode, header};
use axum::{extract::Request, middleware::Next, response::Response};
use step_serve::{Error, Secret};
use subtle::ConstantTimeEq;
use tower_sessions::{Session, session};

/// The token of the session's own forms, which no other site can read.
pub async fn token(session: &Session) -> Result<String, Error> {
    if let Some(token) = stored(session).await? {
        return Ok(token);
    }
    let token = String::from_utf8_lossy(Secret::generate()?.as_bytes()).into_owned();
    session.insert("_csrft_", &token).await?;
    Ok(token)
}
// ANCHOR_END: token

// ANCHOR: accepts
/// Whether a form came with the session's token. The time that takes tells nothing of the token.
pub async fn accepts(session: &Session, sent: &str) -> Result<bool, session::Error> {
    let token = stored(session).await?;
    Ok(token.is_some_and(|token| token.as_bytes().ct_eq(sent.as_bytes()).into()))
}

async fn stored(session: &Session) -> Result<Option<String>, session::Error> {
    let value = session.get_value("_csrft_").await?;
    Ok(value.and_then(|value| Some(value.as_str()?.to_owned())))
}
// ANCHOR_END: accepts

// ANCHOR: sites
/// Refuses what a browser says that another site sent. What says nothing has the token to pass.
pub async fn refuse_other_sites(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let said = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let by_site =
        said("sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none"));
    let host = said(header::HOST.as_str());
    let by_origin = said(header::ORIGIN.as_str())
        .is_some_and(|origin| origin.split_once("://").map(|(_, host)| host) != host);
    if !request.method().is_safe() && (by_site || by_origin) {
        return refuse(StatusCode::FORBIDDEN, "Another site sent this form: send it from here.");
    }
    next.run(request).await
}
// ANCHOR_END: sites
