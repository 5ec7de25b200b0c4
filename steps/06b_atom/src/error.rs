use axum::response::{IntoResponse, Response};
use step_serve::Failure;

/// Why a session could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The browser would never learn the id.
    #[error("the response has been sent, without the new id: do this before you answer")]
    AlreadySent,
    #[error("a value of the session has another type than the program asked for")]
    Json(#[from] serde_json::Error),
    #[error("the system gave no random bytes: {0}")]
    NoRandomness(#[from] getrandom::Error),
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        Failure::from(self).into_response()
    }
}
