//! The `Cookie` lines of a request. BIS is draft-ietf-httpbis-rfc6265bis.

use axum::http::{HeaderMap, HeaderValue, header};

/// The cookies of one name in a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Found<'a> {
    Nothing,
    One(&'a [u8]),
    /// Their order means nothing, so none of them can be trusted (BIS section 4.2.2).
    Several,
}

/// Finds a cookie by its name, in all `Cookie` lines of a request (BIS section 4.2.1 allows several).
///
/// Cookies are octets: nothing is decoded, and only spaces and tabs around a name or value are
/// removed (BIS section 5.6). So no other cookie can pass for this one, and none can hide it.
pub(crate) fn find<'a>(headers: &'a HeaderMap, name: &str) -> Found<'a> {
    let lines = headers.get_all(header::COOKIE).into_iter().map(HeaderValue::as_bytes);
    let pairs = lines.flat_map(|line| line.split(|octet| *octet == b';'));
    let mut values = pairs.filter_map(|pair| {
        let equals = pair.iter().position(|octet| *octet == b'=')?;
        let is_ours = trim(&pair[..equals]) == name.as_bytes();
        is_ours.then(|| trim(&pair[equals + 1..]))
    });
    match (values.next(), values.next()) {
        (None, _) => Found::Nothing,
        (Some(value), None) => Found::One(value),
        (Some(_), Some(_)) => Found::Several,
    }
}

fn trim(mut octets: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = octets {
        octets = rest;
    }
    octets
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[&'static [u8]]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::COOKIE, HeaderValue::from_bytes(line).unwrap());
        }
        headers
    }

    #[test]
    fn req_48_several_cookie_lines_are_read() {
        let headers = headers(&[b"a=1; b=2", b" id=x=y ; c;\tb d=3"]);
        assert_eq!(find(&headers, "id"), Found::One(b"x=y"));
        assert_eq!(find(&headers, "b"), Found::One(b"2"));
        assert_eq!(find(&headers, "b d"), Found::One(b"3"));
        assert_eq!(find(&headers, "c"), Found::Nothing);
        assert_eq!(find(&headers, "ID"), Found::Nothing);
    }

    #[test]
    fn req_49_two_cookies_of_one_name_are_ignored() {
        assert_eq!(find(&headers(&[b"id=1; id=2"]), "id"), Found::Several);
        assert_eq!(find(&headers(&[b"id=1", b"id=1"]), "id"), Found::Several);
    }

    #[test]
    fn name_in_another_spelling_is_another_name() {
        assert_eq!(find(&headers(&[b"%69d=2; id=1; \xa0id=3; \"id\"=4"]), "id"), Found::One(b"1"));
    }

    #[test]
    fn no_other_cookie_hides_the_session() {
        for line in [
            b"id=1; lang=de; lang=en".as_slice(),
            b"id=1;; a=1;",
            b"name=Jos\xe9; id=1",
            b"a=\"b; id=1; c=d\"",
            b"=; id=1",
        ] {
            let headers =
                HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_bytes(line).unwrap())]);
            assert_eq!(find(&headers, "id"), Found::One(b"1"), "{}", line.escape_ascii());
        }
    }
}
