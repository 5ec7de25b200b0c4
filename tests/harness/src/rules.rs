//! What browsers enforce and a cookie jar in a test does not.

use cookie::{Cookie, SameSite};

/// Longest name and value together that a browser keeps, in octets (RFC 6265bis section 5.6).
const LONGEST: usize = 4096;

/// Why a browser would drop one of an answer's cookies, or may do as it likes with them.
pub fn why_refused(set_cookies: &[String]) -> Option<String> {
    let mut names: Vec<&str> = Vec::new();
    for header in set_cookies {
        let name = header.split('=').next().unwrap_or_default();
        if names.contains(&name) {
            return Some(format!("two Set-Cookie headers for {name} (RFC 6265bis section 4.1.1)"));
        }
        names.push(name);
        if let Some(why) = why_one_refused(header) {
            return Some(format!("{why}: {name}"));
        }
    }
    None
}

fn why_one_refused(header: &str) -> Option<&'static str> {
    let Ok(cookie) = Cookie::parse(header) else { return Some("not a cookie at all") };
    let secure = cookie.secure() == Some(true);
    let name = cookie.name().to_ascii_lowercase();
    let host_only = secure && cookie.path() == Some("/") && cookie.domain().is_none();
    if cookie.name().len() + cookie.value().len() > LONGEST {
        Some("name and value are over 4096 octets (RFC 6265bis section 5.6)")
    } else if name.starts_with("__host-") && !host_only {
        Some("`__Host-` asks for Secure, Path=/ and no Domain (RFC 6265bis section 4.1.3.2)")
    } else if name.starts_with("__secure-") && !secure {
        Some("`__Secure-` asks for Secure (RFC 6265bis section 4.1.3.1)")
    } else if cookie.same_site() == Some(SameSite::None) && !secure {
        Some("SameSite=None asks for Secure (RFC 6265bis section 5.7)")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(header: &str) -> bool {
        why_refused(&[header.to_owned()]).is_some()
    }

    #[test]
    fn cookies_that_browsers_keep_pass() {
        assert!(!refused("id=1; Path=/; HttpOnly"));
        assert!(!refused("__Host-id=1; Path=/; Secure"));
        assert!(!refused(&format!("id={}; Path=/", "x".repeat(4094))));
    }

    #[test]
    fn cookies_that_browsers_drop_are_refused() {
        assert!(refused(&format!("id={}; Path=/", "x".repeat(4095))));
        assert!(refused("__Host-id=1; Path=/"));
        assert!(refused("__Host-id=1; Secure"));
        assert!(refused("__Host-id=1; Path=/; Secure; Domain=localhost"));
        assert!(refused("__HOST-id=1; Path=/"));
        assert!(refused("__Secure-id=1"));
        assert!(refused("id=1; SameSite=None"));
    }

    #[test]
    fn two_cookies_of_one_name_in_an_answer_are_refused() {
        assert!(why_refused(&["id=1".to_owned(), "id=2".to_owned()]).is_some());
    }
}
