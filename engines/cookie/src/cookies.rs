//! The rules of cookies, whatever they hold. BIS is draft-ietf-httpbis-rfc6265bis.

use crate::ConfigError;
use axum::http::HeaderValue;
use cookie::{Cookie, CookieBuilder, SameSite};
use std::time::Duration;

/// Most octets that a cookie's name and value have together: browsers drop larger ones (BIS section
/// 5.6).
pub const MAX_COOKIE_SIZE: usize = 4096;

/// The longest lifetime that browsers give a cookie, 400 days (BIS section 5.5).
pub const MAX_AGE_LIMIT: Duration = Duration::from_secs(400 * 24 * 60 * 60);

/// A cookie's name and attributes.
#[derive(Clone, Debug, PartialEq)]
pub struct Attributes {
    /// The name. `__Host-` and `__Secure-` in front of it make browsers check the attributes.
    pub name: String,
    /// How long browsers keep the cookie, in whole seconds and at most [`MAX_AGE_LIMIT`]. `None` means
    /// until the browser quits.
    pub max_age: Option<Duration>,
    /// The path that it's sent for, and all paths below.
    pub path: String,
    /// The domain that it's sent to, and all domains below. `None` means only the host that set it.
    pub domain: Option<String>,
    /// Whether it's sent over https only (most browsers also send it to the machine they run on).
    pub secure: bool,
    /// Whether it's out of the reach of page scripts.
    pub http_only: bool,
    /// Whether it's sent with requests that come from other sites (BIS section 5.6.7). `None` leaves
    /// that to the browser.
    pub same_site: Option<SameSite>,
}

/// A cookie that browsers keep, without its value.
pub(crate) struct CookieTemplate {
    name: String,
    /// What follows the value, such as `; HttpOnly; Path=/`.
    attributes: String,
    removal: HeaderValue,
}

impl CookieTemplate {
    pub(crate) fn new(attributes: &Attributes) -> Result<Self, ConfigError> {
        let refused = |why| ConfigError::Cookie { name: attributes.name.clone(), why };
        if let Some(why) = why_refused(attributes) {
            return Err(refused(why));
        }
        let cookie = cookie_of(attributes);
        // Browsers keep a `__Host-` cookie unless its removal has the same attributes (BIS section
        // 4.1.3.2).
        let removal = HeaderValue::try_from(cookie.clone().removal().to_string())
            .map_err(|_| refused("its attributes don't fit into a header"))?;
        let empty = cookie.to_string();
        let start = attributes.name.len() + "=".len();
        Ok(Self { name: attributes.name.clone(), attributes: empty[start..].to_owned(), removal })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Octets that the value may have.
    pub(crate) fn room(&self) -> usize {
        MAX_COOKIE_SIZE.saturating_sub(self.name.len())
    }

    /// The `Set-Cookie` header for a value in base64url.
    pub(crate) fn issue(&self, value: &str) -> HeaderValue {
        let header = [&self.name, "=", value, &self.attributes].concat();
        HeaderValue::try_from(header).expect("base64url and checked attributes fit into a header")
    }

    /// The `Set-Cookie` header that removes the cookie.
    pub(crate) fn removal(&self) -> HeaderValue {
        self.removal.clone()
    }
}

/// The cookie with an empty value.
fn cookie_of(attributes: &Attributes) -> CookieBuilder<'static> {
    let mut cookie = Cookie::build((attributes.name.clone(), ""))
        .path(attributes.path.clone())
        .secure(attributes.secure)
        .http_only(attributes.http_only);
    if let Some(domain) = &attributes.domain {
        cookie = cookie.domain(domain.clone());
    }
    if let Some(same_site) = attributes.same_site {
        cookie = cookie.same_site(same_site);
    }
    if let Some(max_age) = attributes.max_age {
        let seconds = max_age.min(MAX_AGE_LIMIT).as_secs();
        cookie = cookie.max_age(cookie::time::Duration::seconds(seconds as i64));
    }
    cookie
}

/// Why browsers would drop the cookie, or understand it otherwise than it's meant.
fn why_refused(attributes: &Attributes) -> Option<&'static str> {
    let Attributes { name, path, domain, secure, .. } = attributes;
    let domain = domain.as_deref();
    let prefix = name.to_ascii_lowercase();
    if name.is_empty() || !name.bytes().all(is_token) {
        Some("a name is made of letters, digits and !#$%&'*+-.^_`|~ (RFC 6265 section 4.1.1)")
    } else if !path.starts_with('/') || !path.bytes().all(is_attribute) {
        Some("a path starts with / and is printable ASCII without ; (RFC 6265 section 4.1.1)")
    } else if domain.is_some_and(|domain| !is_domain(domain)) {
        Some("a domain is printable ASCII without ; (RFC 6265 section 4.1.1)")
    } else if prefix.starts_with("__host-") && !(*secure && path == "/" && domain.is_none()) {
        Some("`__Host-` needs Secure, the path / and no domain (BIS section 4.1.3.2)")
    } else if prefix.starts_with("__secure-") && !secure {
        Some("`__Secure-` needs Secure (BIS section 4.1.3.1)")
    } else if attributes.same_site == Some(SameSite::None) && !secure {
        Some("SameSite=None needs Secure (BIS section 5.7)")
    } else if attributes.max_age.is_some_and(|max_age| max_age.as_secs() == 0) {
        Some("a Max-Age of less than a second removes the cookie (BIS section 5.6.2)")
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

/// Browsers ignore a dot in front of a domain (BIS section 5.6.3).
fn is_domain(domain: &str) -> bool {
    let domain = domain.strip_prefix('.').unwrap_or(domain);
    !domain.is_empty() && domain.bytes().all(is_attribute)
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

    #[test]
    fn req_43_name_and_value_have_room_for_4096_octets() {
        let template = CookieTemplate::new(&attributes("id")).unwrap();
        assert_eq!(template.room() + "id".len(), 4096);
    }

    #[test]
    fn req_47_removal_has_the_attributes_of_the_cookie() {
        let template = CookieTemplate::new(&attributes("__Host-id")).unwrap();
        let issue = template.issue("1");
        let removal = template.removal();
        let attributes = "HttpOnly; SameSite=Lax; Secure; Path=/";
        assert_eq!(issue.to_str().unwrap(), format!("__Host-id=1; {attributes}"));
        let start = format!("__Host-id=; {attributes}; Max-Age=0; Expires=");
        assert!(removal.to_str().unwrap().starts_with(&start), "{removal:?}");
    }

    #[test]
    fn req_23_lifetime_is_cut_at_400_days() {
        let long = Attributes { max_age: Some(Duration::MAX), ..attributes("id") };
        let header = CookieTemplate::new(&long).unwrap().issue("1");
        assert!(header.to_str().unwrap().ends_with("; Max-Age=34560000"), "{header:?}");
    }

    #[test]
    fn cookies_that_browsers_drop_are_refused() {
        let refused = |attributes| CookieTemplate::new(&attributes).is_err();
        let open = |name| Attributes { secure: false, ..attributes(name) };
        assert!(!refused(attributes("__Host-id")) && !refused(open("id")));
        assert!(refused(open("__Host-id")) && refused(open("__SECURE-id")));
        assert!(refused(Attributes { path: "/a".into(), ..attributes("__host-id") }));
        let domain =
            |name, domain: &str| Attributes { domain: Some(domain.into()), ..attributes(name) };
        assert!(refused(domain("__Host-id", "a.example")) && !refused(domain("id", "a.example")));
        assert!(refused(Attributes {
            max_age: Some(Duration::from_millis(999)),
            ..attributes("id")
        }));
        for name in ["", "a b", "a=b", "a;b", "ä"] {
            assert!(refused(attributes(name)), "{name}");
        }
        for path in ["", "a", "/;", "/\n", "/ä"] {
            assert!(refused(Attributes { path: path.into(), ..attributes("id") }), "{path}");
        }
        for name in ["", ".", "a;b", "ä"] {
            assert!(refused(domain("id", name)), "{name}");
        }
    }

    #[test]
    fn req_52_same_site_none_asks_for_secure() {
        let cookie =
            |secure| Attributes { same_site: Some(SameSite::None), secure, ..attributes("id") };
        assert!(CookieTemplate::new(&cookie(false)).is_err());
        assert!(CookieTemplate::new(&cookie(true)).is_ok());
    }
}
