use crate::codec::{Codec, Record};
use crate::cookie_header::{self, Found};
use crate::cookies::{CookieTemplate, MAX_COOKIE_SIZE};
use crate::keyring::{Keyring, Opened};
use crate::rejection::Rejection;
use crate::session::Loaded;
use crate::{ConfigError, Options, Secret, Session};
use axum::http::HeaderMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// How many seconds the clock of another server may be ahead of ours.
const MAX_CLOCK_SKEW: f64 = 60.0;

/// Opens the sessions of requests and makes the cookies of responses. As a [`tower::Layer`] it does
/// both for a router, see [`SessionService`](crate::SessionService). A clone is the same engine.
#[derive(Clone)]
pub struct Engine(pub(crate) Arc<Shared>);

/// What all sessions of an engine share.
pub(crate) struct Shared {
    pub(crate) codec: Codec,
    pub(crate) cookie: CookieTemplate,
    timeout: Option<Duration>,
    pub(crate) reissue_time: Option<Duration>,
    pub(crate) set_on_exception: bool,
    clock: Box<dyn Fn() -> SystemTime + Send + Sync>,
}

impl Engine {
    /// An engine with the system's clock. The newest secret makes the cookies, and every secret of
    /// the keyring opens them.
    ///
    /// # Errors
    /// [`ConfigError::Cookie`] if browsers would drop the cookie.
    pub fn new(secrets: &Keyring<Secret>, options: &Options) -> Result<Self, ConfigError> {
        Self::with_clock(secrets, options, system_clock)
    }

    /// An engine with another clock, for tests.
    ///
    /// # Errors
    /// As [`Engine::new`].
    pub fn with_clock(
        secrets: &Keyring<Secret>,
        options: &Options,
        clock: impl Fn() -> SystemTime + Send + Sync + 'static,
    ) -> Result<Self, ConfigError> {
        Ok(Self(Arc::new(Shared {
            codec: Codec::new(&options.format, secrets, &options.cookie.name),
            cookie: CookieTemplate::new(&options.cookie)?,
            timeout: options.timeout,
            reissue_time: options.reissue_time,
            set_on_exception: options.set_on_exception,
            clock: Box::new(clock),
        })))
    }

    /// The session of a request with these headers. It's a new one if there is no session cookie,
    /// more than one, or one that was changed, has expired, or belongs to somebody else.
    ///
    /// Handlers take a [`Session`] instead. Without the layer, [`Session::close`] gives the
    /// `Set-Cookie` header.
    pub fn open(&self, headers: &HeaderMap) -> Session {
        let now = self.0.now();
        let found = cookie_header::find(headers, self.0.cookie.name());
        let has_cookie = found != Found::Nothing;
        let loaded = match self.0.load(found, now) {
            Ok(Opened { value, by_newest }) => Loaded {
                data: Arc::new(value.data),
                accessed: value.accessed,
                created: value.created,
                renewed: value.accessed,
                has_cookie,
                by_newest,
                is_new: false,
            },
            Err(rejection) => {
                rejection.log(self.0.cookie.name());
                self.0.new_session(now, has_cookie)
            }
        };
        Session::new(Arc::clone(&self.0), loaded)
    }
}

impl Shared {
    /// Seconds since 1970.
    pub(crate) fn now(&self) -> f64 {
        let since = (self.clock)().duration_since(SystemTime::UNIX_EPOCH);
        since.unwrap_or_default().as_secs_f64()
    }

    pub(crate) fn new_session(&self, now: f64, has_cookie: bool) -> Loaded {
        Loaded {
            data: Arc::new(self.codec.new_data()),
            accessed: now,
            created: self.codec.new_created(now),
            renewed: now,
            has_cookie,
            by_newest: true,
            is_new: true,
        }
    }

    fn load(&self, found: Found, now: f64) -> Result<Opened<Record>, Rejection> {
        let value = match found {
            Found::Nothing => return Err(Rejection::NoCookie),
            Found::Several => return Err(Rejection::SeveralCookies),
            // We never send one that is longer, so it isn't worth a hash.
            Found::One(value) if value.len() > MAX_COOKIE_SIZE => return Err(Rejection::TooLarge),
            Found::One(value) => value,
        };
        let opened = self.codec.decode(value)?;
        self.check_time(opened.value.accessed, now)?;
        Ok(opened)
    }

    /// A session is alive from its last use until the timeout has passed. Pyramid accepts one from
    /// the future, however far; here it ends after the time by which clocks may differ.
    // ANCHOR: check_time
    fn check_time(&self, accessed: f64, now: f64) -> Result<(), Rejection> {
        let idle = now - accessed;
        if self.timeout.is_some_and(|timeout| idle > timeout.as_secs_f64()) {
            Err(Rejection::Idle)
        } else if idle < -MAX_CLOCK_SKEW {
            Err(Rejection::FromTheFuture)
        } else {
            Ok(())
        }
    }
    // ANCHOR_END: check_time
}

/// The system's time in milliseconds, because more digits would only make each cookie longer.
fn system_clock() -> SystemTime {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    SystemTime::UNIX_EPOCH + Duration::from_millis(since.as_millis() as u64)
}
