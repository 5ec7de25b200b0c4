use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header::CACHE_CONTROL};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Each visit changes the session, so a browser must not fetch a page ahead of a visit.
pub async fn refuse(request: Request, next: Next) -> Response {
    if is_prefetch(request.headers()) {
        let text = "This page changes with each visit, so it cannot be fetched ahead of one.";
        let refused = (StatusCode::SERVICE_UNAVAILABLE, [(CACHE_CONTROL, "no-store")], text);
        return refused.into_response();
    }
    next.run(request).await
}

/// Whether a browser loads a page that nobody has asked for yet: `prefetch;prerender` is one too.
fn is_prefetch(headers: &HeaderMap) -> bool {
    let purposes = headers.get_all("sec-purpose").iter().chain(headers.get_all("purpose"));
    let mut tokens = purposes
        .filter_map(|purpose| purpose.to_str().ok())
        .flat_map(|purpose| purpose.split(','))
        .filter_map(|purpose| purpose.split(';').next());
    tokens.any(|token| token.trim().eq_ignore_ascii_case("prefetch"))
}
