use crate::id::Id;
use axum::http::{HeaderMap, HeaderValue, header::COOKIE};
use cookie::{Cookie, SameSite, time::Duration};
use std::time::SystemTime;

const NAME: &str = "__Host-id";

/// The id that a request came with, or `None` if it has no cookie with an id.
pub fn read(headers: &HeaderMap) -> Option<Id> {
    Id::parse(value(headers)?)
}

/// Browsers cut longer lifetimes (RFC 6265bis section 5.5).
const MAX_AGE_LIMIT: Duration = Duration::days(400);

/// The cookie that gives a browser an id until the session ends.
pub fn write(id: &Id, expires: SystemTime) -> Cookie<'static> {
    let left = expires.duration_since(SystemTime::now()).unwrap_or_default();
    let left = Duration::try_from(left).unwrap_or(MAX_AGE_LIMIT);
    // Browsers count whole seconds, and the cookie must not end before the session.
    let max_age = left.saturating_add(Duration::milliseconds(999)).min(MAX_AGE_LIMIT);
    let mut cookie = cookie(id.value());
    cookie.set_max_age(max_age);
    cookie
}

/// The cookie that makes a browser delete its own. It needs the same attributes.
pub fn removal() -> Cookie<'static> {
    let mut cookie = cookie(String::new());
    cookie.make_removal();
    cookie
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
