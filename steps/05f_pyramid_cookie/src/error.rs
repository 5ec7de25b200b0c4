/// Why a session was not changed. It is as it was before.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    // ANCHOR: too_large
    /// Pyramid would answer each visit with an error page.
    #[error(
        "the cookie's value would have {size} octets of at most 4064: keep less in the session"
    )]
    TooLarge { size: usize },
    // ANCHOR_END: too_large
    /// The change would be lost.
    #[error("the response has been sent: change the session before you answer")]
    AlreadySent,
    /// One of the two changes would be lost.
    #[error("the session is being changed already: make both changes in one update")]
    ConcurrentUpdate,
    #[error("a value of the session has another type than the program asked for")]
    Json(#[from] serde_json::Error),
    #[error("the system gave no random bytes: {0}")]
    NoRandomness(#[from] std::io::Error),
}
