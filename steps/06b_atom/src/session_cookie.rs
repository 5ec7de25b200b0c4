use crate::id::Id;
use axum::http::{HeaderMap, HeaderValue, header::COOKIE};
use cookie::{Cookie, SameSite};

const NAME: &str = "__Host-id";

/// The id that a request came with, or `None` if it has no cookie with an id.
pub fn read(headers: &HeaderMap) -> Option<Id> {
    Id::parse(value(headers)?)
}

/// The cookie that gives a browser an id.
pub fn write(id: &Id) -> Cookie<'static> {
    cookie(id.value())
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
