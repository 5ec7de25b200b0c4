use crate::id::Id;

/// What a request knows about its session.
#[derive(Clone)]
pub enum Place {
    /// There is no session.
    None,
    /// The cookie has this id. The store hasn't shown a session for it.
    Claimed(Id),
    /// The store had this session when this request looked.
    Live(Id),
    /// It was there and has ended, or it has another id by now.
    Gone,
}
