//! What the log says about a session's life (OWASP Session Management Cheat Sheet, "Logging Sessions Life
//! Cycle"). It never has an id, a key or what is in a session, because anyone who reads an id has the
//! session (ASVS 16.2.5).

use crate::{Error, StoreError};

/// A change in a session's life that waits for the store: `created`, `rotated` or `destroyed`.
pub(crate) struct Pending {
    change: &'static str,
    is_answered: bool,
}

impl Pending {
    pub(crate) fn new(change: &'static str) -> Self {
        Self { change, is_answered: false }
    }

    /// The store has answered, and this came of it.
    pub(crate) fn end<R>(mut self, result: Result<R, Error>) -> Result<R, Error> {
        use StoreError::{Failed, NotCommitted};
        // Of these two, nobody knows what was done.
        self.is_answered = !matches!(result, Err(Error::Store(NotCommitted(_) | Failed(_))));
        if result.is_ok() {
            tracing::info!(event = self.change, "a session was {}", self.change);
        }
        result
    }
}

/// Without an answer, the store may go on with what it has begun.
impl Drop for Pending {
    fn drop(&mut self) {
        if !self.is_answered {
            tracing::info!(event = self.change, "a session may have been {}", self.change);
        }
    }
}

/// A sweep has marked or deleted some sessions.
pub(crate) fn expired(count: usize) {
    if count > 0 {
        tracing::info!(event = "expired", count, "expired sessions were marked or deleted");
    }
}

/// Why a request doesn't get the session of its cookie.
pub(crate) enum Refusal<'a> {
    SeveralCookies(&'a str),
    NoId(&'a str),
    Unknown,
    Renamed,
}

impl Refusal<'_> {
    /// Warns of what an operator can do something about. The rest is everyday, or anyone on the
    /// internet can cause it.
    pub(crate) fn log(self) {
        match self {
            Self::SeveralCookies(name) => tracing::warn!(
                event = "refused",
                "several cookies named {name} came, so all are ignored: look for another program that \
                 sets this cookie on the same host or a parent domain"
            ),
            Self::NoId(name) => {
                tracing::debug!(event = "refused", "the value of the cookie {name} is no id");
            }
            Self::Unknown => {
                tracing::debug!(event = "refused", "the store has no session for a cookie's id");
            }
            Self::Renamed => {
                tracing::debug!(event = "refused", "a late request came with a replaced id");
            }
        }
    }
}

/// A request got an error instead of its session, or may not change it.
pub(crate) fn refused(error: &Error) {
    match error {
        Error::Gone => {
            tracing::info!(event = "refused", "a change was refused: its session is gone");
        }
        Error::Store(StoreError::Newer) => {
            tracing::warn!(event = "refused", "a session was refused: a newer version wrote it");
        }
        _ => {}
    }
}
