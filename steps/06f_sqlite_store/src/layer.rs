use crate::engine::Engine;
use crate::sessions::Session;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{CACHE_CONTROL, SET_COOKIE, VARY};
use axum::http::{HeaderValue, Method, request::Parts};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;
use step_serve::Failure;

impl<S: Send + Sync> FromRequestParts<S> for Session {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let session = parts.extensions.get::<Self>().cloned();
        let session = session.ok_or("the session layer is missing: add it after the routes")?;
        session.take();
        Ok(session)
    }
}

/// Opens the session of a request, and sets its cookie if it is new.
pub async fn sessions(
    State(engine): State<Arc<Engine>>,
    mut request: Request,
    next: Next,
) -> Response {
    // axum answers HEAD with the view for GET, but HEAD must not change anything (RFC 9110 9.2.1).
    let is_head = request.method() == Method::HEAD;
    let session = Session::open(engine, request.headers(), is_head);
    request.extensions_mut().insert(session.clone());
    let mut response = next.run(request).await;
    if let Some(closed) = session.close().await {
        let headers = response.headers_mut();
        headers.append(VARY, HeaderValue::from_static("Cookie"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(cookie) = closed.set_cookie {
            let header = HeaderValue::try_from(cookie.to_string());
            headers.append(SET_COOKIE, header.expect("base64 and our attributes are ASCII"));
        }
    }
    response
}
