//! The rules of caches: what keeps one visitor's page from another visitor.

use axum::http::{HeaderMap, HeaderValue, header};

/// Says that the page depends on the visitor's cookies. Cookies alone do not keep a shared cache
/// from storing a page (RFC 6265 section 3; CVE-2023-30861).
pub fn vary_by_cookie(headers: &mut HeaderMap) {
    let said = headers.get_all(header::VARY).into_iter().filter_map(|value| value.to_str().ok());
    let mut names = said.flat_map(|value| value.split(','));
    if !names.any(|name| name.trim().eq_ignore_ascii_case("cookie") || name.trim() == "*") {
        headers.append(header::VARY, HeaderValue::from_static("Cookie"));
    }
}

/// Says that no cache may keep the page, in place of what the handler said: a stored `Set-Cookie`
/// would be given to others (RFC 9111 section 7.3).
pub fn never_store(headers: &mut HeaderMap) {
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn req_54_cookie_joins_what_the_page_varies_by_once() {
        for (said, varies) in [
            (None, vec!["Cookie"]),
            (Some("Accept"), vec!["Accept", "Cookie"]),
            (Some("Accept, cookie"), vec!["Accept, cookie"]),
            (Some("*"), vec!["*"]),
        ] {
            let mut headers = HeaderMap::new();
            headers.extend(said.map(|said| (header::VARY, HeaderValue::from_static(said))));
            vary_by_cookie(&mut headers);
            assert_eq!(headers.get_all(header::VARY).iter().collect::<Vec<_>>(), varies);
        }
    }
}
