use axum::http::{HeaderMap, HeaderValue, header::COOKIE};
use axum::{extract::Request, middleware::Next, response::Response};
use std::collections::{BTreeSet, HashMap};

/// Removes the cookies that a program could mistake for one another. Add it outside the session layer.
///
/// Two cookies of one name carry nothing that tells them apart (RFC 6265bis section 4.2.2), and a
/// library that decodes or trims names takes `%69d` for `id`. So a cookie is removed if its name
/// has a `%` or an octet outside 0x21 to 0x7E, and so are all cookies of a name that comes more
/// than once. The others are passed on unchanged, and a line that is not UTF-8, which some
/// libraries skip, never holds a second cookie.
// ANCHOR: isolate
pub async fn isolate_cookies(mut request: Request, next: Next) -> Response {
    let lines: Vec<HeaderValue> = request.headers().get_all(COOKIE).iter().cloned().collect();
    request.headers_mut().remove(COOKIE);
    let pairs: Vec<&[u8]> = lines
        .iter()
        .flat_map(|line| line.as_bytes().split(|octet| *octet == b';'))
        .map(trimmed)
        .filter(|pair| !pair.is_empty())
        .collect();
    let mut times = HashMap::new();
    for name in pairs.iter().filter_map(|pair| name(pair)) {
        *times.entry(name).or_insert(0) += 1;
    }
    let is_safe = |name: &[u8]| times[name] == 1 && name.iter().all(is_plain);
    let (kept, removed): (Vec<&[u8]>, Vec<&[u8]>) =
        pairs.into_iter().partition(|pair| name(pair).is_none_or(is_safe));
    pass_on(request.headers_mut(), &kept);
    warn(&removed);
    next.run(request).await
}
// ANCHOR_END: isolate

// ANCHOR: names
/// A cookie's name: what comes before the first `=`, without the space around it.
fn name(pair: &[u8]) -> Option<&[u8]> {
    let end = pair.iter().position(|octet| *octet == b'=')?;
    Some(trimmed(&pair[..end]))
}

fn trimmed(mut octets: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = octets {
        octets = rest;
    }
    octets
}

/// Whether every library reads this octet of a name as it stands.
fn is_plain(octet: &u8) -> bool {
    matches!(octet, 0x21..=0x7E) && *octet != b'%'
}
// ANCHOR_END: names

// ANCHOR: pass_on
/// One line for all cookies that are UTF-8, and a line for each of the others.
fn pass_on(headers: &mut HeaderMap, cookies: &[&[u8]]) {
    let is_text = |cookie: &&&[u8]| std::str::from_utf8(cookie).is_ok();
    let (text, other): (Vec<&[u8]>, Vec<&[u8]>) = cookies.iter().partition(is_text);
    let text = Some(text.join(b"; ".as_slice())).filter(|line| !line.is_empty());
    for line in text.into_iter().chain(other.into_iter().map(<[u8]>::to_vec)) {
        let line = HeaderValue::from_bytes(&line).expect("parts of a header make a header");
        headers.append(COOKIE, line);
    }
}

/// Names the removed cookies in the log: escaped and cut, since anybody can choose them. Their
/// values may be secrets.
fn warn(removed: &[&[u8]]) {
    let shown = |name: &[u8]| name.escape_ascii().take(64).map(char::from).collect::<String>();
    let names: BTreeSet<String> = removed.iter().filter_map(|pair| name(pair)).map(shown).collect();
    if !names.is_empty() {
        let names = Vec::from_iter(names).join(", ");
        tracing::warn!("cookies ignored because their names are not safe to compare: {names}");
    }
}
// ANCHOR_END: pass_on

#[cfg(test)]
mod tests {
    use super::*;

    /// The `Cookie` lines that are passed on for these.
    async fn isolated(lines: &[&[u8]]) -> Vec<Vec<u8>> {
        use axum::{Router, body::Body, middleware::from_fn, routing::get};
        use tower::ServiceExt;
        let echo = async |headers: HeaderMap| {
            let lines = headers.get_all(COOKIE).iter().map(|line| line.as_bytes().to_vec());
            let lines: Vec<Vec<u8>> = lines.collect();
            lines.join(b"\n".as_slice())
        };
        let app = Router::new().route("/", get(echo)).layer(from_fn(isolate_cookies));
        let mut request = Request::get("/").body(Body::empty()).unwrap();
        for line in lines {
            request.headers_mut().append(COOKIE, HeaderValue::from_bytes(line).unwrap());
        }
        let response = app.oneshot(request).await.unwrap();
        let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        if body.is_empty() {
            Vec::new()
        } else {
            body.split(|o| *o == b'\n').map(Vec::from).collect()
        }
    }

    #[tokio::test]
    async fn safe_cookies_pass_unchanged() {
        for line in ["id=A", "id=A; lang=de", "id=\"A=B\"; x=%20 y", "id=A; flag", "flag; flag"] {
            assert_eq!(isolated(&[line.as_bytes()]).await, [line.as_bytes()]);
        }
        assert_eq!(isolated(&[b";; id=A ;\t; lang = de;"]).await, [b"id=A; lang = de"]);
        assert_eq!(isolated(&[b"id=A", b"lang=de"]).await, [b"id=A; lang=de"]);
        assert_eq!(isolated(&[]).await, Vec::<Vec<u8>>::new());
    }

    #[tokio::test]
    async fn names_that_come_twice_are_removed() {
        let twice: [&[&[u8]]; 6] = [
            &[b"id=A; lang=de; id=B"],
            &[b"id=A; lang=de; id=A"],
            &[b"id=A", b"lang=de; id=B"],
            &[b"id=A; lang=de;\tid =B"],
            &[b"id=A; lang=de; id=\xE9"],
            &[b"=A; lang=de; =B"],
        ];
        for lines in twice {
            assert_eq!(isolated(lines).await, [b"lang=de"], "{lines:?}");
        }
        assert_eq!(isolated(&[b"id=A; lang=de; lang=en"]).await, [b"id=A"]);
    }

    #[tokio::test]
    async fn names_that_can_be_read_in_another_way_are_removed() {
        for name in ["%69d", "id%20", "i\u{64}\u{a0}", "\u{200b}id", "i d", "i\td", "%"] {
            assert_eq!(
                isolated(&[format!("id=A; {name}=B").as_bytes()]).await,
                [b"id=A"],
                "{name}"
            );
        }
        assert_eq!(isolated(&[b"id=A; i\xE9=B"]).await, [b"id=A"]);
    }

    #[tokio::test]
    async fn values_that_are_not_utf_8_get_a_line_each() {
        let lines = isolated(&[b"a=\xE9; id=A; b=\xE8; lang=de"]).await;
        assert_eq!(lines, [b"id=A; lang=de".as_slice(), b"a=\xE9", b"b=\xE8"]);
    }
}
