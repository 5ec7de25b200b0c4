use crate::ConfigError;
use std::collections::HashSet;
use std::fmt;

/// Least bytes that a secret has. RFC 2104 section 3 discourages keys that are shorter than the hash.
pub const MIN_SECRET_LEN: usize = 32;

/// Least different bytes that a secret has: one with fewer was typed, not drawn at random.
pub const MIN_DISTINCT_BYTES: usize = 8;

/// Parts of secrets from tutorials and templates, in lower case. Attackers try these first
/// (CVE-2023-27524).
pub const WELL_KNOWN: [&str; 5] =
    ["itsaseekreet", "changeme", "change-me", "keyboard cat", "your-secret"];

/// The text that an engine derives its keys from: at least 32 bytes that only you know.
///
/// It is text because Pyramid's is. `openssl rand -hex 32` makes a good one.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Takes a secret and refuses a weak one (ASVS 13.3.1).
    ///
    /// # Errors
    /// [`ConfigError::WeakSecret`] if it is shorter than [`MIN_SECRET_LEN`], has fewer different bytes
    /// than [`MIN_DISTINCT_BYTES`], or contains one of the [`WELL_KNOWN`] secrets.
    pub fn new(text: &str) -> Result<Self, ConfigError> {
        let lower_case = text.to_lowercase();
        let distinct = text.bytes().collect::<HashSet<_>>().len();
        if WELL_KNOWN.iter().any(|known| lower_case.contains(known)) {
            Err(ConfigError::WeakSecret("it is known from tutorials"))
        } else if text.len() < MIN_SECRET_LEN {
            Err(ConfigError::WeakSecret("it is shorter than 32 bytes"))
        } else if distinct < MIN_DISTINCT_BYTES {
            Err(ConfigError::WeakSecret("it has fewer than 8 different bytes"))
        } else {
            Ok(Self(text.to_owned()))
        }
    }

    /// Takes any secret, for tests and for the cookies of an application whose secret is weak.
    ///
    /// Make such a secret a [fallback](crate::Keyring::with_fallback) until its cookies are out of
    /// use, and let a strong one be the newest.
    pub fn weak(text: &str) -> Self {
        Self(text.to_owned())
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

/// Doesn't show the secret.
impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("Secret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn req_69_weak_secrets_are_refused() {
        for weak in ["", "itsaseekreet", "itsaseekreet-ItsASeekreet-itsaseekreet"] {
            assert!(Secret::new(weak).is_err(), "{weak}");
        }
        assert!(Secret::new(&"abc".repeat(20)).is_err());
        assert!(Secret::new("0123456789abcdef0123456789abcde").is_err());
        assert!(Secret::new("0123456789abcdef0123456789abcdef").is_ok());
    }

    #[test]
    fn secret_is_not_shown_by_debug() {
        let secret = Secret::weak("0123456789abcdef");
        assert_eq!(format!("{secret:?}"), "Secret(..)");
    }
}
