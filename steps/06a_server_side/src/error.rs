use axum::response::{IntoResponse, Response};
use step_serve::Failure;

/// Why a session could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The change would be lost.
    #[error("the response has been sent: change the session before you answer")]
    AlreadySent,
    /// One of the two changes would be lost.
    #[error("the session is being changed already: make both changes in one update")]
    ConcurrentUpdate,
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
