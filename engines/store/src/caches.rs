//! The rules of caches, which keep one visitor's page from another visitor.

use axum::http::{HeaderMap, HeaderValue, header};

/// Says that the page depends on the visitor's cookies, because a cookie in the request doesn't keep
/// a shared cache from storing the response (RFC 9111 section 3; CVE-2023-30861).
pub(crate) fn vary_by_cookie(headers: &mut HeaderMap) {
    let values = headers.get_all(header::VARY).into_iter().filter_map(|value| value.to_str().ok());
    let mut names = values.flat_map(|value| value.split(',')).map(str::trim);
    if !names.any(|name| name.eq_ignore_ascii_case("cookie") || name == "*") {
        headers.append(header::VARY, HeaderValue::from_static("Cookie"));
    }
}

/// Says that no cache may keep the page, whatever the handler said: it shows a session, and a stored
/// `Set-Cookie` would be given to others (RFC 9111 section 7.3).
pub(crate) fn forbid_storing(headers: &mut HeaderMap) {
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
}
