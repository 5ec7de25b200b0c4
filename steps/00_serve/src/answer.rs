use crate::Error;
use axum::response::{IntoResponse, Response};
use axum::{extract::Request, http::StatusCode, http::header::COOKIE, middleware::Next};
use std::{collections::HashSet, time::Instant};

/// An error in a view: the log learns what it was, the visitor that a retry may help (503).
// ANCHOR: failure
pub struct Failure(Error);

impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}
// ANCHOR_END: failure

impl IntoResponse for Failure {
    // ANCHOR: failure_page
    fn into_response(self) -> Response {
        tracing::error!("a view failed: {}", self.0);
        let retry = [("retry-after", "10")];
        (StatusCode::SERVICE_UNAVAILABLE, retry, "Out of order: try again soon.").into_response()
    }
    // ANCHOR_END: failure_page
}

/// Two cookies of one name are nobody's: their order means nothing (RFC 6265bis section 4.2.2), so
/// a request that brings such a pair is served as if it brought no cookie.
// ANCHOR: duplicates
pub(crate) async fn refuse_duplicates(mut request: Request, next: Next) -> Response {
    let lines = request.headers().get_all(COOKIE).iter();
    let cookies = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
    let names = cookies.filter_map(|cookie| cookie.split(|byte| *byte == b'=').next());
    let mut seen = HashSet::new();
    if !names.map(<[u8]>::trim_ascii).all(|name| seen.insert(name)) {
        tracing::warn!("two cookies of one name: the request's cookies are left out");
        request.headers_mut().remove(COOKIE);
    }
    next.run(request).await
}
// ANCHOR_END: duplicates

/// A line a request. Query and headers stay out of it: they may hold what a log must not keep.
// ANCHOR: log_line
pub(crate) async fn log(request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let began = Instant::now();
    let response = next.run(request).await;
    tracing::info!("{method} {path} {} in {:.1?}", response.status().as_u16(), began.elapsed());
    response
}
// ANCHOR_END: log_line
