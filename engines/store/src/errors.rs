use crate::contract::StoreError;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::error::Error as StdError;
use std::time::Duration;

/// Why an engine can't be made.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A name that no cookie can have (RFC 6265 section 4.1.1).
    #[error("no cookie can be named {0:?}: use letters, digits and any of !#$%&'*+-.^_`|~")]
    CookieName(String),
    /// A duration that makes no sense.
    #[error("`{option}` can't be {value:?}: {why}")]
    Duration {
        /// The field of [`Options`](crate::Options).
        option: &'static str,
        /// What it was set to.
        value: Duration,
        /// What is wrong with that, and what to do.
        why: &'static str,
    },
}

/// Why a session was not read or not changed. After an error it is as it was before, unless it is a
/// [`StoreError`] after which nobody knows.
///
/// As a response it is a page of status 409 for [`Error::Gone`], 503 with `Retry-After` for what the
/// store or the system could not do, and 500 for mistakes in the program. The details go to the log.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The session has ended or got another id while the request ran. It must not come back to life,
    /// and a new one would displace the one that the browser may have by now.
    #[error("your session has ended or has changed meanwhile: load the page again")]
    Gone,
    /// The response is on its way without the new id, so the browser would never learn it.
    #[error("the response is on its way: begin or rotate the session before you return it")]
    AlreadySent,
    /// A value in the session doesn't fit the type that was asked for.
    #[error(
        "{} of the session doesn't fit the type: read it as the type that was written",
        part(key)
    )]
    Deserialize {
        /// The key of the value, or `None` if the data as a whole was asked for.
        key: Option<String>,
        /// What doesn't fit.
        source: serde_json::Error,
    },
    /// JSON can't hold a value.
    #[error("{} of the session can't be written as JSON: give it another type", part(key))]
    Serialize {
        /// The key that it was meant for, or `None` if it was the data as a whole.
        key: Option<String>,
        /// What JSON can't hold.
        source: serde_json::Error,
    },
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The system gave no random bytes.
    #[error("the system gave no random bytes: see getrandom's list of platforms")]
    NoRandomness(#[from] getrandom::Error),
}

fn part(key: &Option<String>) -> String {
    match key {
        Some(key) => format!("the value {key:?}"),
        None => "the data".to_owned(),
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        match &self {
            Self::Gone => {
                let text = "Your session has ended or has changed meanwhile: load the page again.";
                page(StatusCode::CONFLICT, text)
            }
            Self::Store(_) | Self::NoRandomness(_) => {
                tracing::error!("answered with 503: {}", with_source(&self));
                let retry = [(header::RETRY_AFTER, "10")];
                let text = "Out of order: try again soon.";
                (retry, page(StatusCode::SERVICE_UNAVAILABLE, text)).into_response()
            }
            Self::AlreadySent | Self::Deserialize { .. } | Self::Serialize { .. } => {
                // The source stays out of the log, because it may quote what is in the session.
                tracing::error!("answered with 500: {self}");
                let text = "Your session could not be used. Reload the page, and try again later if \
                            that doesn't help.";
                page(StatusCode::INTERNAL_SERVER_ERROR, text)
            }
        }
    }
}

fn page(status: StatusCode, text: &'static str) -> Response {
    (status, [(header::CACHE_CONTROL, "no-store")], text).into_response()
}

/// An error and what caused it, for the log.
pub(crate) fn with_source(error: &dyn StdError) -> String {
    match error.source() {
        Some(source) => format!("{error} ({source})"),
        None => error.to_string(),
    }
}
