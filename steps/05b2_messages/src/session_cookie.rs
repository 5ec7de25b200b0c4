// ANCHOR: size
use crate::data::SessionData;
use crate::error::Error;
use crate::signed::Key;
use axum::http::{HeaderMap, HeaderValue, header::COOKIE};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use cookie::{Cookie, SameSite};

const NAME: &str = "session";

/// The most octets of name and value that browsers keep (RFC 6265bis section 5.6).
const MAX_COOKIE_SIZE: usize = 4096;
// ANCHOR_END: size

/// The cookie that holds a session.
#[derive(Clone)]
pub struct SessionCookie {
    key: Key,
}

impl SessionCookie {
    pub fn new(key: Key) -> Self {
        Self { key }
    }

    /// The session of a request, or `None` if it has no cookie that our key signed.
    pub fn read(&self, headers: &HeaderMap) -> Option<SessionData> {
        let bytes = URL_SAFE_NO_PAD.decode(value(headers)?).ok()?;
        let json = self.key.verify(&bytes)?;
        serde_json::from_slice(&json).ok()
    }

    // ANCHOR: write
    /// The cookie for a session.
    pub fn write(&self, data: &SessionData) -> Result<Cookie<'static>, Error> {
        let json = serde_json::to_vec(data)?;
        let value = URL_SAFE_NO_PAD.encode(self.key.sign(&json));
        let size = NAME.len() + value.len();
        if size > MAX_COOKIE_SIZE {
            return Err(Error::TooLarge { size });
        }
        Ok(cookie(value))
    }
    // ANCHOR_END: write
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
