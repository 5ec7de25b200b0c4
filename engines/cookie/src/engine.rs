use crate::cookies::{self, Attributes, Cookie, Found, SameSite};
use crate::format::{Codec, Record};
use crate::session::Opened;
use crate::{Format, Hash, Refused, Ring, Secret, Session};
use axum::http::HeaderMap;
use std::sync::Arc;
use std::time::SystemTime;

/// How far ahead of ours the clock of another server may be, in seconds.
const SKEW: f64 = 60.0;

/// What an engine may be told. Times are in seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// What the cookie's value is.
    pub format: Format,
    /// The cookie.
    pub cookie: Attributes,
    /// How long a session lives unused; none: for ever. It ends when it was unused for longer.
    pub timeout: Option<u64>,
    /// Age from which a session that is read gets a new cookie, which is when it counts as used;
    /// `None` means that only a change counts. An older cookie is sent again.
    pub reissue_time: Option<u64>,
    /// Whether an answer of status 500 or above sets the cookie too.
    pub set_on_exception: bool,
}

impl Options {
    /// The defaults of Pyramid's `SignedCookieSessionFactory` (`pyramid/session.py`): a cookie that
    /// page scripts can read and that also goes over plain http.
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
            timeout: Some(1200),
            reissue_time: Some(0),
            set_on_exception: true,
        }
    }

    /// What we recommend: encrypted; only this host, only https, no page scripts (ASVS 3.3.1 to
    /// 3.3.4); 20 minutes idle, and a new cookie for a session that is read after one minute.
    pub fn sealed() -> Self {
        Self {
            // ANCHOR: sealed
            format: Format::Sealed,
            cookie: Attributes {
                name: "__Host-id".to_owned(),
                max_age: Some(1200),
                path: "/".to_owned(),
                domain: None,
                secure: true,
                http_only: true,
                same_site: Some(SameSite::Lax),
            },
            timeout: Some(1200),
            reissue_time: Some(60),
            set_on_exception: true,
            // ANCHOR_END: sealed
        }
    }
}

/// Opens the sessions of requests and makes the cookies of answers. A clone is the same engine.
#[derive(Clone)]
pub struct Engine(Arc<Parts>);

pub(crate) struct Parts {
    pub(crate) codec: Codec,
    pub(crate) cookie: Cookie,
    pub(crate) timeout: Option<u64>,
    pub(crate) reissue_time: Option<u64>,
    pub(crate) set_on_exception: bool,
    clock: Box<dyn Fn() -> f64 + Send + Sync>,
}

impl Engine {
    /// An engine that goes by the system's clock, in milliseconds.
    ///
    /// # Errors
    /// [`Refused::Cookie`] when browsers would drop the cookie.
    pub fn new(secrets: &Ring<Secret>, options: &Options) -> Result<Self, Refused> {
        Self::with_clock(secrets, options, || {
            let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
            // More digits would say nothing and make each cookie longer.
            since.map_or(0.0, |since| since.as_millis() as f64 / 1000.0)
        })
    }

    /// An engine that goes by another clock, for tests: it gives seconds since 1970.
    ///
    /// # Errors
    /// As [`Engine::new`].
    pub fn with_clock(
        secrets: &Ring<Secret>,
        options: &Options,
        clock: impl Fn() -> f64 + Send + Sync + 'static,
    ) -> Result<Self, Refused> {
        Ok(Self(Arc::new(Parts {
            codec: Codec::new(&options.format, secrets, &options.cookie.name),
            cookie: Cookie::new(&options.cookie)?,
            timeout: options.timeout,
            reissue_time: options.reissue_time,
            set_on_exception: options.set_on_exception,
            clock: Box::new(clock),
        })))
    }

    /// The session of a request with these headers: that of its cookie, or a new one for a cookie
    /// that is missing, changed, dead, foreign or not alone. [`Session::close`] ends it.
    pub fn open(&self, headers: &HeaderMap) -> Session {
        let now = self.0.now();
        let found = cookies::find(headers, self.0.cookie.name());
        let has_cookie = found != Found::Nothing;
        let opened = match self.0.read(found, now) {
            Ok((record, by_newest_key)) => {
                let renewed = record.accessed;
                Opened { record, renewed, has_cookie, by_newest_key, is_new: false }
            }
            Err(why) => {
                match found {
                    Found::Several => tracing::warn!("a session cookie was refused: {why}"),
                    _ => tracing::debug!("a session is new: {why}"),
                }
                let record = self.0.codec.new_record(now);
                Opened { record, renewed: now, has_cookie, by_newest_key: true, is_new: true }
            }
        };
        Session::new(Arc::clone(&self.0), opened)
    }

    pub(crate) fn parts(&self) -> &Parts {
        &self.0
    }
}

impl Parts {
    pub(crate) fn now(&self) -> f64 {
        (self.clock)()
    }

    /// The record of a living session and whether the newest key made its cookie, or why there
    /// isn't one.
    fn read(&self, found: Found, now: f64) -> Result<(Record, bool), &'static str> {
        let value = match found {
            Found::Nothing => return Err("no cookie came"),
            Found::Several => return Err("several cookies of its name came"),
            // Nothing longer was ever sent: it is not worth a hash.
            Found::One(value) if value.len() > cookies::LARGEST => return Err("it is too large"),
            Found::One(value) => value,
        };
        // ANCHOR: alive
        let (record, by_newest_key) = self.codec.decode(value).ok_or("no key opens its cookie")?;
        let idle = now - record.accessed;
        if self.timeout.is_some_and(|timeout| idle > timeout as f64) {
            Err("it was idle too long")
        } else if idle < -SKEW {
            Err("it is from the future")
        } else {
            Ok((record, by_newest_key))
        }
        // ANCHOR_END: alive
    }
}
