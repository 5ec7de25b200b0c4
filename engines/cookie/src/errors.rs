use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use std::error::Error as StdError;
use std::fmt;

/// Why an engine can't be made.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ConfigError {
    /// A secret that others know or can guess, and why.
    WeakSecret(&'static str),
    /// A cookie that browsers would drop.
    Cookie {
        /// The cookie's name.
        name: String,
        /// The rule that its attributes break.
        why: &'static str,
    },
}

impl fmt::Display for ConfigError {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::WeakSecret(why) => write!(
                formatter,
                "the secret is weak ({why}): make one with `openssl rand -hex 32`"
            ),
            Self::Cookie { name, why } => write!(
                formatter,
                "browsers would not keep the cookie {name:?} as it is meant: change its options, {why}"
            ),
        }
    }
}

impl StdError for ConfigError {}

/// Why a session was not read or not changed. After an error it is as it was before.
///
/// As a response it is a page of status 500 without details, which go to the log. Handle
/// [`Error::TooLarge`] yourself if visitors decide how much a session holds.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// With this change, the cookie would be larger than browsers keep.
    TooLarge {
        /// Octets that its value would have.
        size: usize,
        /// Octets that its value may have.
        limit: usize,
    },
    /// A value in the session doesn't fit the type that was asked for.
    Deserialize {
        /// The key of the value, or `None` if the data as a whole was asked for.
        key: Option<String>,
        /// What doesn't fit.
        source: serde_json::Error,
    },
    /// JSON can't hold a value.
    Serialize {
        /// The key that it was meant for, or `None` if it was the data as a whole.
        key: Option<String>,
        /// What JSON can't hold.
        source: serde_json::Error,
    },
    /// The response is on its way, so a change would be lost.
    AlreadySent,
    /// Another handle changed the session while an update ran, so one of both changes would be lost.
    ConcurrentUpdate,
    /// The system gave no random bytes.
    NoRandomness(getrandom::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::TooLarge { size, limit } => write!(
                formatter,
                "the session's cookie would have {size} octets of at most {limit}: keep less in it"
            ),
            Self::Deserialize { key, .. } => write!(
                formatter,
                "{} of the session doesn't fit the type: read it as the type that was written",
                part(key)
            ),
            Self::Serialize { key, .. } => write!(
                formatter,
                "{} of the session can't be written as JSON: give it another type",
                part(key)
            ),
            Self::AlreadySent => formatter
                .write_str("the response is on its way: change the session before you return it"),
            Self::ConcurrentUpdate => formatter.write_str(
                "the session was changed while an update ran: make both changes in one update",
            ),
            Self::NoRandomness(_) => formatter
                .write_str("the system gave no random bytes: see getrandom's list of platforms"),
        }
    }
}

fn part(key: &Option<String>) -> String {
    match key {
        Some(key) => format!("the value {key:?}"),
        None => "the data".to_owned(),
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Deserialize { source, .. } | Self::Serialize { source, .. } => Some(source),
            Self::NoRandomness(source) => Some(source),
            Self::TooLarge { .. } | Self::AlreadySent | Self::ConcurrentUpdate => None,
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        match self.source() {
            Some(source) => tracing::error!("a request failed: {self} ({source})"),
            None => tracing::error!("a request failed: {self}"),
        }
        let text = "Your session could not be used. Reload the page, and try again later if that \
                    doesn't help.";
        (StatusCode::INTERNAL_SERVER_ERROR, text).into_response()
    }
}
