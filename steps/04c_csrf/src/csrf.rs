// ANCHOR: token
use crate::refusal::refuse;
use axum::http::uri::Authority;
use axum::http::{StatusCode, header::HOST};
use axum::{extract::Request, middleware::Next, response::Response};
use step_serve::{Error, Secret};
use subtle::ConstantTimeEq;
use tower_sessions::{Session, session};

/// The token of the session's forms, which no page of another origin can read.
pub async fn token(session: &Session) -> Result<String, Error> {
    if let Some(token) = stored(session).await? {
        return Ok(token);
    }
    let token = String::from_utf8_lossy(Secret::generate()?.as_bytes()).into_owned();
    session.insert("_csrft_", &token).await?;
    Ok(token)
}
// ANCHOR_END: token

// ANCHOR: verify
/// Whether this is the session's token. The time it takes does not depend on how much of it is right.
pub async fn verify(session: &Session, sent: &str) -> Result<bool, session::Error> {
    let token = stored(session).await?;
    Ok(token.is_some_and(|token| token.as_bytes().ct_eq(sent.as_bytes()).into()))
}

async fn stored(session: &Session) -> Result<Option<String>, session::Error> {
    let value = session.get_value("_csrft_").await?;
    Ok(value.and_then(|value| Some(value.as_str()?.to_owned())))
}
// ANCHOR_END: verify

// ANCHOR: reject
/// Refuses a form that a page of another origin sent, if the browser says so.
pub async fn reject_cross_origin(request: Request, next: Next) -> Response {
    if !request.method().is_safe() && is_cross_origin(&request) {
        let reason = "Another site sent this form. Please use the form on this site.";
        return refuse(StatusCode::FORBIDDEN, reason);
    }
    next.run(request).await
}

/// `Sec-Fetch-Site` decides. Browsers that do not send it send `Origin`; other programs send neither.
fn is_cross_origin(request: &Request) -> bool {
    let header = |name| request.headers().get(name).map(|value| value.to_str().unwrap_or_default());
    match (header("sec-fetch-site"), header("origin")) {
        (Some(site), _) => !matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => !is_own(origin, request),
        (None, None) => false,
    }
}
// ANCHOR_END: reject

// ANCHOR: own
/// Whether an origin has the host and port that the request was sent to. Its scheme may differ: a
/// proxy may have ended TLS before this program.
fn is_own(origin: &str, request: &Request) -> bool {
    let Some((scheme, origin)) = origin.split_once("://") else { return false };
    let default_port = match scheme {
        "https" => 443,
        "http" => 80,
        _ => return false,
    };
    let place = |authority: Authority| {
        let port = authority.port_u16().unwrap_or(default_port);
        (authority.host().to_ascii_lowercase(), port)
    };
    // HTTP/2 has no `Host`: the authority is part of the address.
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()?.parse().ok());
    let own = request.uri().authority().cloned().or(host);
    origin.parse().is_ok_and(|origin| Some(place(origin)) == own.map(place))
}
// ANCHOR_END: own
