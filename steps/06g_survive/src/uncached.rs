use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header::CACHE_CONTROL};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Makes a page that is good for one visit: no cache keeps it, and no browser fetches it ahead.
pub async fn page(request: Request, next: Next) -> Response {
    let mut response = if is_prefetch(request.headers()) {
        let text = "This page changes with each visit, so it cannot be fetched ahead of one.";
        (StatusCode::SERVICE_UNAVAILABLE, text).into_response()
    } else {
        next.run(request).await
    };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
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
