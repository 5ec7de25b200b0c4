/// Why a request starts with a new session.
#[derive(Debug, PartialEq)]
pub(crate) enum Rejection {
    NoCookie,
    SeveralCookies,
    TooLarge,
    /// No key of the ring made the cookie.
    NoKeyOpens,
    /// A key of the ring made the cookie, but what is inside isn't a session.
    Unreadable,
    Idle,
    FromTheFuture,
}

impl Rejection {
    /// Warns of what an operator can do something about. The rest is everyday, or anyone on the
    /// internet can cause it.
    pub(crate) fn log(&self, name: &str) {
        match self {
            Self::NoCookie => tracing::debug!("a session is new: no cookie {name} came"),
            Self::TooLarge => tracing::debug!("a session is new: its cookie {name} is too large"),
            Self::NoKeyOpens => tracing::debug!("a session is new: no key opens its cookie {name}"),
            Self::Idle => tracing::debug!("a session is new: the one in {name} was idle too long"),
            Self::SeveralCookies => tracing::warn!(
                "several cookies named {name} came, so all are ignored: look for another program that \
                 sets this cookie on the same host or a parent domain"
            ),
            Self::Unreadable => tracing::warn!(
                "the cookie {name} opens but cannot be read, so its session is ignored: look at what \
                 the program that wrote it keeps there, since NaN and Infinity are not JSON"
            ),
            Self::FromTheFuture => tracing::warn!(
                "the session in the cookie {name} is from the future, so it is ignored: set the \
                 clocks of your servers"
            ),
        }
    }
}
