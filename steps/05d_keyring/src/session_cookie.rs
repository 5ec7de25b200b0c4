//! From a request to the record that its cookie holds, and back.

// ANCHOR: imports
use crate::error::Error;
use crate::keyring::{Keyring, Opened};
use crate::lifetime::Lifetime;
use crate::record::Record;
use crate::signed::Key;
use axum::http::{HeaderMap, HeaderValue, header::COOKIE};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use cookie::{Cookie, SameSite, time::Duration};
use step_serve::Secret;
// ANCHOR_END: imports

const NAME: &str = "session";

/// The most octets of name and value that browsers keep (RFC 6265bis section 5.6).
const MAX_COOKIE_SIZE: usize = 4096;

// ANCHOR: keys
/// The cookie that holds a session.
#[derive(Clone)]
pub struct SessionCookie {
    keys: Keyring<Key>,
    pub lifetime: Lifetime,
}

impl SessionCookie {
    pub fn new(secrets: &Keyring<Secret>, lifetime: Lifetime) -> Self {
        Self { keys: secrets.map(|secret| Key::new(secret.as_bytes())), lifetime }
    }
    // ANCHOR_END: keys

    // ANCHOR: read
    /// The session of a request, or `None` if it has no cookie of a session that is alive.
    pub fn read(&self, headers: &HeaderMap) -> Option<Opened<Record>> {
        let bytes = URL_SAFE_NO_PAD.decode(value(headers)?).ok()?;
        let opened = self.keys.open(|key| key.verify(&bytes))?;
        match Record::from_json(&opened.value) {
            Ok(record) if self.lifetime.is_alive(record.accessed) => {
                Some(Opened { value: record, by_newest: opened.by_newest })
            }
            Ok(_) => None,
            Err(error) => {
                tracing::warn!("a session has our signature but cannot be read: {error}");
                None
            }
        }
    }
    // ANCHOR_END: read

    // ANCHOR: write
    /// The cookie for a session.
    pub fn write(&self, record: &Record) -> Result<Cookie<'static>, Error> {
        let value = URL_SAFE_NO_PAD.encode(self.keys.newest().sign(&record.to_json()?));
        let size = NAME.len() + value.len();
        if size > MAX_COOKIE_SIZE {
            return Err(Error::TooLarge { size });
        }
        let mut cookie = cookie(value);
        cookie.set_max_age(Duration::seconds(self.lifetime.idle.into()));
        Ok(cookie)
    }
    // ANCHOR_END: write
}

/// The cookie that makes a browser delete its own. It needs the same attributes.
pub fn removal() -> Cookie<'static> {
    let mut cookie = cookie(String::new());
    cookie.make_removal();
    cookie
}

/// Whether a request has our cookie, whatever it holds.
pub fn is_in(headers: &HeaderMap) -> bool {
    value(headers).is_some()
}

/// The value of our cookie. The other cookies may hold any octets.
fn value(headers: &HeaderMap) -> Option<&[u8]> {
    let lines = headers.get_all(COOKIE).into_iter().map(HeaderValue::as_bytes);
    let mut pairs = lines.flat_map(|line| line.split(|octet| *octet == b';'));
    pairs.find_map(|pair| pair.trim_ascii().strip_prefix(NAME.as_bytes())?.strip_prefix(b"="))
}

fn cookie(value: String) -> Cookie<'static> {
    Cookie::build((NAME, value))
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Lax)
        .build()
}
