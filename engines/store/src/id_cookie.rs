use crate::cookie_header::{self, Found};
use crate::events::Refusal;
use crate::id::Id;
use crate::{ConfigError, Options};
use axum::http::{HeaderMap, HeaderValue};
use cookie::{Cookie, SameSite, time::Duration};
use std::time::SystemTime;

/// The longest lifetime that browsers give a cookie (draft-ietf-httpbis-rfc6265bis section 5.5).
const MAX_AGE_LIMIT: Duration = Duration::days(400);

/// The cookie that holds an id.
pub(crate) struct IdCookie {
    name: String,
    same_site: SameSite,
}

impl IdCookie {
    pub(crate) fn new(options: &Options) -> Result<Self, ConfigError> {
        let name = options.cookie_name.clone();
        if name.is_empty() || !name.bytes().all(is_token) {
            return Err(ConfigError::CookieName(name));
        }
        Ok(Self { name, same_site: options.same_site })
    }

    /// The id that a request came with, or `None` if it has no cookie with an id, or two.
    pub(crate) fn read(&self, headers: &HeaderMap) -> Option<Id> {
        match cookie_header::find(headers, &self.name) {
            Found::Nothing => None,
            Found::One(value) => {
                let id = Id::parse(value);
                if id.is_none() {
                    Refusal::NoId(&self.name).log();
                }
                id
            }
            Found::Several => {
                Refusal::SeveralCookies(&self.name).log();
                None
            }
        }
    }

    /// The `Set-Cookie` header that gives a browser an id until the session ends.
    pub(crate) fn write(&self, id: &Id, expires: SystemTime) -> HeaderValue {
        let left = expires.duration_since(SystemTime::now()).unwrap_or_default();
        let left = Duration::try_from(left).unwrap_or(MAX_AGE_LIMIT);
        // Browsers count whole seconds, and the cookie must not end before the session.
        let max_age = left.saturating_add(Duration::milliseconds(999)).min(MAX_AGE_LIMIT);
        let mut cookie = self.cookie(id.value());
        cookie.set_max_age(max_age);
        header(&cookie)
    }

    /// The `Set-Cookie` header that makes a browser delete the cookie. Browsers keep a `__Host-` cookie
    /// unless its removal has the same attributes (draft-ietf-httpbis-rfc6265bis section 4.1.3.2).
    pub(crate) fn removal(&self) -> HeaderValue {
        let mut cookie = self.cookie(String::new());
        cookie.make_removal();
        header(&cookie)
    }

    /// For this host alone, over https only, and out of the reach of page scripts (ASVS 3.3.1 to 3.3.4).
    fn cookie(&self, value: String) -> Cookie<'static> {
        Cookie::build((self.name.clone(), value))
            .path("/")
            .secure(true)
            .http_only(true)
            .same_site(self.same_site)
            .build()
    }
}

fn is_token(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&octet)
}

fn header(cookie: &Cookie) -> HeaderValue {
    HeaderValue::try_from(cookie.to_string()).expect("a token, base64 and our attributes are ASCII")
}
