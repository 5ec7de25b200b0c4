use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use std::fmt;

/// What keeps an engine from being made.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Refused {
    /// A secret that others know or may guess, and why.
    WeakSecret(&'static str),
    /// Attributes with which browsers drop the cookie, and why.
    Cookie {
        /// The cookie's name.
        name: String,
        /// What is wrong with it.
        why: &'static str,
    },
}

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::WeakSecret(why) => {
                write!(
                    formatter,
                    "the secret is weak ({why}): make one with `openssl rand -hex 32`"
                )
            }
            Self::Cookie { name, why } => {
                write!(formatter, "browsers would drop the cookie {name:?}: {why}")
            }
        }
    }
}

impl std::error::Error for Refused {}

/// Why a session was not read or not changed. After an error it is as it was before.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The change would make the cookie larger than browsers keep. Both are octets of its value.
    TooLarge {
        /// What the value would have.
        size: usize,
        /// What it may have.
        limit: usize,
    },
    /// A value in the session does not fit the type that was asked for.
    Mismatch {
        /// The value's key; empty: the state as a whole.
        key: String,
        /// What does not fit.
        why: serde_json::Error,
    },
    /// A value cannot be put into a session.
    NotJson {
        /// The key it was meant for; empty: the state as a whole.
        key: String,
        /// What is wrong with it.
        why: String,
    },
    /// The response has been sent: a change would be lost.
    Answered,
    /// Another handle changed the session while the update ran: one of both changes would be lost.
    Changed,
    /// The system gave no random bytes.
    NoRandomness,
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::TooLarge { size, limit } => write!(
                formatter,
                "the session's cookie would have {size} octets of at most {limit}: keep less in it"
            ),
            Self::Mismatch { key, why } => write!(
                formatter,
                "the session's value {key:?} is not of this type ({why}): read it as it was written"
            ),
            Self::NotJson { key, why } => write!(
                formatter,
                "the value {key:?} cannot be put into a session ({why}): make it JSON"
            ),
            Self::Answered => formatter.write_str(
                "the response has been sent, so its cookie cannot change: update before you answer",
            ),
            Self::Changed => formatter.write_str(
                "the session was changed while this update ran: make both changes in one update",
            ),
            Self::NoRandomness => formatter
                .write_str("the system gave no random bytes: look at what getrandom says there"),
        }
    }
}

impl std::error::Error for Error {}

/// A page without details: they go to the log.
impl IntoResponse for Error {
    fn into_response(self) -> Response {
        tracing::error!("the session failed: {self}");
        (StatusCode::INTERNAL_SERVER_ERROR, "Your session could not be used: try again.")
            .into_response()
    }
}
