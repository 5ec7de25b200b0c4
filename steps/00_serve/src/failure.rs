use crate::Error;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// An error in a view. The log gets the error, and the visitor a page that says to try again (503).
// ANCHOR: failure
#[derive(Debug)]
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
        tracing::error!("answered with 503: {}", self.0);
        let retry = [("retry-after", "10")];
        (StatusCode::SERVICE_UNAVAILABLE, retry, "Out of order: try again soon.").into_response()
    }
    // ANCHOR_END: failure_page
}
