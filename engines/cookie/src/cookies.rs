//! The rules of cookies, whatever they hold. BIS is draft-ietf-httpbis-rfc6265bis.

use crate::Refused;
use axum::http::{HeaderMap, HeaderValue, header};

/// Most octets of a cookie's name and value together that browsers keep (BIS section 5.6).
pub const LARGEST: usize = 4096;

/// Longest lifetime that browsers keep, 400 days in seconds (BIS section 5.5).
pub const LONGEST: u64 = 400 * 24 * 60 * 60;

/// When a browser sends the cookie with a request that another site caused (BIS section 5.6.7).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SameSite {
    /// Never.
    Strict,
    /// When the visitor follows a link.
    Lax,
    /// Always; asks for Secure.
    None,
}

/// A cookie's name and attributes.
#[derive(Clone, Debug, PartialEq)]
pub struct Attributes {
    /// The name, which may begin with `__Host-` or `__Secure-`.
    pub name: String,
    /// Seconds that browsers keep the cookie, at most [`LONGEST`]; none: until the browser quits.
    pub max_age: Option<u64>,
    /// The path it is sent for, with all below.
    pub path: String,
    /// The domain it is sent to, with all below; none: only the host that set it.
    pub domain: Option<String>,
    /// Whether it is sent over https alone (and to loopback, by most browsers).
    pub secure: bool,
    /// Whether it is kept from the page's scripts.
    pub http_only: bool,
    /// Whether it is sent from other sites; none: as the browser likes.
    pub same_site: Option<SameSite>,
}

/// The cookies of one name in a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Found<'a> {
    /// There is no such cookie.
    Nothing,
    /// The value of the only one.
    One(&'a [u8]),
    /// There are several: their order means nothing (BIS section 4.2.2), so none can be trusted.
    Several,
}

/// Finds a cookie by its name, in all `Cookie` header lines (BIS section 4.2.1 allows several).
pub fn find<'a>(headers: &'a HeaderMap, name: &str) -> Found<'a> {
    let lines = headers.get_all(header::COOKIE).into_iter().map(HeaderValue::as_bytes);
    let pairs = lines.flat_map(pairs);
    let mut values = pairs.filter_map(|pair| {
        let equals = pair.iter().position(|octet| *octet == b'=')?;
        let (own, value) = (&pair[..equals], &pair[equals + 1..]);
        (own.trim_ascii() == name.as_bytes()).then_some(value.trim_ascii())
    });
    // ANCHOR: found
    match (values.next(), values.next()) {
        (None, _) => Found::Nothing,
        (Some(value), None) => Found::One(value),
        (Some(_), Some(_)) => Found::Several,
    }
    // ANCHOR_END: found
}

/// What stands between the semicolons of a line.
fn pairs(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut start = 0;
    memchr::memchr_iter(b';', line).chain([line.len()]).map(move |end| {
        let pair = &line[start..end];
        start = end + 1;
        pair
    })
}

/// A cookie that browsers keep: its attributes were checked.
#[derive(Clone, Debug)]
pub struct Cookie {
    name: String,
    /// All attributes, as `; Max-Age=1200; Path=/; HttpOnly`.
    attributes: String,
    removal: HeaderValue,
}

impl Cookie {
    /// Checks the attributes.
    ///
    /// # Errors
    /// [`Refused::Cookie`] when browsers would drop the cookie or read it otherwise.
    pub fn new(attributes: &Attributes) -> Result<Self, Refused> {
        let no = |why| Refused::Cookie { name: attributes.name.clone(), why };
        if let Some(why) = why_refused(attributes) {
            return Err(no(why));
        }
        let (name, scope) = (attributes.name.clone(), scope(attributes));
        // Both: Max-Age counts for browsers, Expires for what is older than RFC 6265.
        let dead = "Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
        let removal = HeaderValue::try_from(format!("{name}=; {dead}{scope}"))
            .map_err(|_| no("an attribute is no text for a header"))?;
        let max_age = attributes.max_age.map(|seconds| seconds.min(LONGEST));
        let lifetime = max_age.map(|age| format!("; Max-Age={age}")).unwrap_or_default();
        Ok(Self { name, attributes: lifetime + &scope, removal })
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Octets that the value may have.
    pub fn room(&self) -> usize {
        LARGEST.saturating_sub(self.name.len())
    }

    /// The `Set-Cookie` header for a value; none when the value is too large, or no text for a
    /// header.
    pub fn issue(&self, value: &str) -> Option<HeaderValue> {
        if value.len() > self.room() || value.contains(';') {
            return None;
        }
        HeaderValue::try_from([&self.name, "=", value, &self.attributes].concat()).ok()
    }

    /// The `Set-Cookie` header that removes it. Browsers keep a `__Host-` cookie unless its removal
    /// has the same attributes (BIS section 4.1.3.2).
    pub fn removal(&self) -> HeaderValue {
        self.removal.clone()
    }
}

fn scope(attributes: &Attributes) -> String {
    let mut scope = String::new();
    if let Some(domain) = &attributes.domain {
        scope.push_str(&format!("; Domain={domain}"));
    }
    scope.push_str(&format!("; Path={}", attributes.path));
    if attributes.secure {
        scope.push_str("; Secure");
    }
    if attributes.http_only {
        scope.push_str("; HttpOnly");
    }
    scope.push_str(match attributes.same_site {
        Some(SameSite::Strict) => "; SameSite=Strict",
        Some(SameSite::Lax) => "; SameSite=Lax",
        Some(SameSite::None) => "; SameSite=None",
        None => "",
    });
    scope
}

fn why_refused(attributes: &Attributes) -> Option<&'static str> {
    let Attributes { name, path, domain, secure, .. } = attributes;
    let domain = domain.as_deref();
    let prefix = name.to_ascii_lowercase();
    if name.is_empty() || !name.bytes().all(is_token) {
        Some("a name is letters, digits and !#$%&'*+-.^_`|~ (RFC 6265 section 4.1.1)")
    } else if !path.starts_with('/') || !path.bytes().all(is_attribute) {
        Some("a path begins with / and is visible ASCII without ; (RFC 6265 section 4.1.1)")
    } else if domain.is_some_and(|domain| domain.is_empty() || !domain.bytes().all(is_attribute)) {
        Some("a domain is visible ASCII without ; (RFC 6265 section 4.1.1)")
    } else if prefix.starts_with("__host-") && !(*secure && path == "/" && domain.is_none()) {
        Some("`__Host-` asks for Secure, the path / and no domain (BIS section 4.1.3.2)")
    } else if prefix.starts_with("__secure-") && !secure {
        Some("`__Secure-` asks for Secure (BIS section 4.1.3.1)")
    } else if attributes.same_site == Some(SameSite::None) && !secure {
        Some("SameSite=None asks for Secure (BIS section 5.7)")
    } else {
        None
    }
}

fn is_token(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&octet)
}

fn is_attribute(octet: u8) -> bool {
    (b' '..=b'~').contains(&octet) && octet != b';'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attributes(name: &str) -> Attributes {
        Attributes {
            name: name.to_owned(),
            max_age: None,
            path: "/".to_owned(),
            domain: None,
            secure: true,
            http_only: true,
            same_site: Some(SameSite::Lax),
        }
    }

    fn headers(lines: &[&'static str]) -> HeaderMap {
        let lines = lines.iter().map(|line| (header::COOKIE, HeaderValue::from_static(line)));
        let mut headers = HeaderMap::new();
        lines.for_each(|(name, line)| {
            headers.append(name, line);
        });
        headers
    }

    #[test]
    fn req_48_several_cookie_lines_are_read() {
        let headers = headers(&["a=1; b=2", " id=x=y ; c"]);
        assert_eq!(find(&headers, "id"), Found::One(b"x=y"));
        assert_eq!(find(&headers, "b"), Found::One(b"2"));
        assert_eq!(find(&headers, "c"), Found::Nothing);
        assert_eq!(find(&headers, "ID"), Found::Nothing);
    }

    #[test]
    fn req_49_two_cookies_of_one_name_are_nobodys() {
        assert_eq!(find(&headers(&["id=1; id=2"]), "id"), Found::Several);
        assert_eq!(find(&headers(&["id=1", "id=1"]), "id"), Found::Several);
    }

    #[test]
    fn req_43_name_and_value_have_4096_octets_at_most() {
        let cookie = Cookie::new(&attributes("id")).unwrap();
        assert!(cookie.issue(&"x".repeat(4094)).is_some());
        assert!(cookie.issue(&"x".repeat(4095)).is_none());
    }

    #[test]
    fn req_47_removal_has_the_attributes_of_the_cookie() {
        let cookie = Cookie::new(&attributes("__Host-id")).unwrap();
        let (issue, removal) = (cookie.issue("1").unwrap(), cookie.removal());
        let attributes = "; Path=/; Secure; HttpOnly; SameSite=Lax";
        assert_eq!(issue.to_str().unwrap(), format!("__Host-id=1{attributes}"));
        assert!(removal.to_str().unwrap().starts_with("__Host-id=; Max-Age=0; "));
        assert!(removal.to_str().unwrap().ends_with(attributes));
    }

    #[test]
    fn req_23_lifetime_is_cut_at_400_days() {
        let long = Attributes { max_age: Some(u64::MAX), ..attributes("id") };
        let header = Cookie::new(&long).unwrap().issue("1").unwrap();
        assert!(header.to_str().unwrap().contains("; Max-Age=34560000;"));
    }

    #[test]
    fn cookies_that_browsers_drop_are_refused() {
        let refused = |attributes| Cookie::new(&attributes).is_err();
        let open = |name| Attributes { secure: false, ..attributes(name) };
        assert!(refused(open("__Host-id")) && refused(open("__SECURE-id")));
        assert!(refused(Attributes { path: "/a".into(), ..attributes("__host-id") }));
        assert!(refused(Attributes {
            domain: Some("a.example".into()),
            ..attributes("__Host-id")
        }));
        assert!(refused(Attributes { same_site: Some(SameSite::None), ..open("id") }));
        for name in ["", "a b", "a=b", "a;b", "ä"] {
            assert!(refused(attributes(name)), "{name}");
        }
        for path in ["", "a", "/;", "/\n", "/ä"] {
            assert!(refused(Attributes { path: path.into(), ..attributes("id") }), "{path}");
        }
    }
}
