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
