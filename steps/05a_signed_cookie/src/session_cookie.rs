// ANCHOR: cookie
use crate::data::SessionData;
use crate::signed::Key;
use axum::http::{HeaderMap, HeaderValue, header::COOKIE};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use cookie::{Cookie, SameSite};

const NAME: &str = "session";

/// The cookie that holds a session.
#[derive(Clone)]
pub struct SessionCookie {
    key: Key,
}
// ANCHOR_END: cookie

// ANCHOR: read_and_write
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

    /// The cookie for a session.
    pub fn write(&self, data: &SessionData) -> serde_json::Result<Cookie<'static>> {
        let json = serde_json::to_vec(data)?;
        let value = URL_SAFE_NO_PAD.encode(self.key.sign(&json));
        Ok(cookie(value))
    }
}
// ANCHOR_END: read_and_write

// ANCHOR: value
/// The value of our cookie. The other cookies may hold any octets.
fn value(headers: &HeaderMap) -> Option<&[u8]> {
    let lines = headers.get_all(COOKIE).into_iter().map(HeaderValue::as_bytes);
    let mut pairs = lines.flat_map(|line| line.split(|octet| *octet == b';'));
    pairs.find_map(|pair| pair.trim_ascii().strip_prefix(NAME.as_bytes())?.strip_prefix(b"="))
}
// ANCHOR_END: value

// ANCHOR: attributes
fn cookie(value: String) -> Cookie<'static> {
    Cookie::build((NAME, value))
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Lax)
        .build()
}
// ANCHOR_END: attributes
