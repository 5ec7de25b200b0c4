use crate::{Attributes, Format, Hash, SameSite};
use std::time::Duration;

/// Engine configuration: start from [`Options::sealed`] or [`Options::pyramid`].
///
/// ```
/// use cookie_engine::Options;
/// use std::time::Duration;
///
/// let mut options = Options::sealed();
/// options.timeout = Some(Duration::from_secs(60 * 60));
/// options.cookie.max_age = options.timeout;
/// ```
///
/// These are all options of Pyramid's `SignedCookieSessionFactory` but one: `serializer`, because
/// the data is always JSON, as it is by default there.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// What the cookie's value looks like.
    pub format: Format,
    /// The cookie's name and attributes.
    pub cookie: Attributes,
    /// Idle timeout: a session ends when it wasn't used for longer than this. `None` means that
    /// sessions never end.
    pub timeout: Option<Duration>,
    /// How old the cookie is when a request that only reads the session renews it. A session counts
    /// as used only when its cookie is renewed or its data changes. `None` means that reading never
    /// renews it.
    pub reissue_time: Option<Duration>,
    /// Whether a response with a status of 500 or above sets the cookie too.
    pub set_on_exception: bool,
}

impl Options {
    /// The defaults of Pyramid's `SignedCookieSessionFactory` (`pyramid/session.py`). Page scripts can
    /// read this cookie, and it's sent over plain http too.
    pub fn pyramid() -> Self {
        Self {
            format: Format::Pyramid { hash: Hash::Sha512, salt: "pyramid.session.".to_owned() },
            cookie: Attributes {
                name: "session".to_owned(),
                max_age: None,
                path: "/".to_owned(),
                domain: None,
                secure: false,
                http_only: false,
                same_site: Some(SameSite::Lax),
            },
            timeout: Some(Duration::from_secs(1200)),
            reissue_time: Some(Duration::ZERO),
            set_on_exception: true,
        }
    }

    /// What we recommend: encrypted; for this host only, over https only, and out of the reach of
    /// page scripts (ASVS 3.3.1 to 3.3.4). A session ends after 20 idle minutes, and reading it
    /// renews a cookie that is older than a minute.
    pub fn sealed() -> Self {
        Self {
            // ANCHOR: sealed
            format: Format::Sealed,
            cookie: Attributes {
                name: "__Host-id".to_owned(),
                max_age: Some(Duration::from_secs(1200)),
                path: "/".to_owned(),
                domain: None,
                secure: true,
                http_only: true,
                same_site: Some(SameSite::Lax),
            },
            timeout: Some(Duration::from_secs(1200)),
            reissue_time: Some(Duration::from_secs(60)),
            set_on_exception: true,
            // ANCHOR_END: sealed
        }
    }
}
