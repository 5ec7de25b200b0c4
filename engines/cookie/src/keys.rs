//! The rules of keys, whatever they are for: a ring of them, rotation, and no weak secrets.

use crate::Refused;

/// Least bytes of a secret: RFC 2104 section 3 discourages keys shorter than the hash.
const SHORTEST: usize = 32;

/// Least different characters: fewer were typed, not drawn at random.
const FEWEST_DIFFERENT: usize = 8;

/// Out of tutorials and templates: what attackers try first (CVE-2023-27524).
const KNOWN: [&str; 5] = ["itsaseekreet", "changeme", "change-me", "keyboard cat", "your-secret"];

/// What keys are made from: at least 32 bytes that nobody else knows. It has no `Debug`.
///
/// It is text, as Pyramid's is. Bytes that are no text have a text of their own: that of which they
/// are the latin-1.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Takes a secret that is not known to be weak (ASVS 13.3.1).
    ///
    /// # Errors
    /// [`Refused::WeakSecret`] when it is short, dull, or out of a tutorial.
    // ANCHOR: secret
    pub fn new(text: &str) -> Result<Self, Refused> {
        let different = text.chars().collect::<std::collections::HashSet<_>>().len();
        if KNOWN.iter().any(|known| text.to_lowercase().contains(known)) {
            Err(Refused::WeakSecret("it is known from tutorials"))
        } else if text.len() < SHORTEST {
            Err(Refused::WeakSecret("it is shorter than 32 bytes"))
        } else if different < FEWEST_DIFFERENT {
            Err(Refused::WeakSecret("it has fewer than 8 different characters"))
        } else {
            Ok(Self(text.to_owned()))
        }
    }
    // ANCHOR_END: secret

    /// Takes any secret, for tests and for reading the cookies of an application that has a weak
    /// one: make it an older key of the ring until its cookies are out of use.
    pub fn weak(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The secret.
    pub fn text(&self) -> &str {
        &self.0
    }
}

/// Keys in the order of their age. The newest makes what is sent; every key of the ring checks
/// what comes back; a key that was taken out is dead.
///
/// To rotate: put the new key in as the newest, and take the old one out after as long as a session
/// lives idle (CVE-2025-47278 is a framework that made cookies with the oldest).
#[derive(Clone)]
pub struct Ring<K> {
    newest: K,
    older: Vec<K>,
}

impl<K> Ring<K> {
    /// A ring of one key.
    pub fn new(newest: K) -> Self {
        Self { newest, older: Vec::new() }
    }

    /// The ring with one more key, older than the others.
    #[must_use]
    pub fn with_older(mut self, key: K) -> Self {
        self.older.push(key);
        self
    }

    /// The key to make things with.
    pub fn newest(&self) -> &K {
        &self.newest
    }

    /// A ring of what is made from each key.
    pub fn map<L>(&self, make: impl Fn(&K) -> L) -> Ring<L> {
        Ring { newest: make(&self.newest), older: self.older.iter().map(make).collect() }
    }

    /// What the first key that succeeds makes of something, newest first, and whether it was the
    /// newest: if not, the caller has to make the thing again with the newest.
    // ANCHOR: open
    pub fn open<T>(&self, open: impl Fn(&K) -> Option<T>) -> Option<(T, bool)> {
        let newest = open(&self.newest).map(|opened| (opened, true));
        newest.or_else(|| self.older.iter().find_map(|key| Some((open(key)?, false))))
    }
    // ANCHOR_END: open
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn req_69_weak_secrets_are_refused() {
        for weak in ["", "itsaseekreet", "itsaseekreet-itsaseekreet-itsaseekreet"] {
            assert!(Secret::new(weak).is_err(), "{weak}");
        }
        assert!(Secret::new(&"abc".repeat(20)).is_err());
        assert!(Secret::new("0123456789abcdef0123456789abcde").is_err());
        assert!(Secret::new("0123456789abcdef0123456789abcdef").is_ok());
    }

    #[test]
    fn req_67_newest_key_makes_and_every_key_opens() {
        let ring = Ring::new(3).with_older(2).with_older(1);
        let open = |wanted| ring.open(|key| (*key == wanted).then_some(*key));
        assert_eq!(*ring.newest(), 3);
        assert_eq!(open(3), Some((3, true)));
        assert_eq!(open(2), Some((2, false)));
        assert_eq!(open(1), Some((1, false)));
        assert_eq!(open(0), None);
    }
}
