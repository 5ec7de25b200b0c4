/// Keys in the order of their age. The newest one makes what is sent, and every key may open what
/// comes back.
///
/// To rotate, put the new key in as the newest and keep the old one as a fallback for as long as a
/// session may be idle (CVE-2025-47278: Flask signed with the oldest key instead of the newest).
#[derive(Clone)]
pub struct Keyring<K> {
    newest: K,
    fallbacks: Vec<K>,
}

/// What a key of the keyring opened.
#[derive(Debug, PartialEq)]
pub struct Opened<T> {
    /// What was inside.
    pub value: T,
    /// Whether the newest key opened it. If not, it has to be made again with the newest.
    pub by_newest: bool,
}

impl<K> Keyring<K> {
    /// A keyring with one key.
    pub fn new(newest: K) -> Self {
        Self { newest, fallbacks: Vec::new() }
    }

    /// Adds a key that is older than the others.
    #[must_use]
    pub fn with_fallback(mut self, key: K) -> Self {
        self.fallbacks.push(key);
        self
    }

    /// The key that makes what is sent.
    pub fn newest(&self) -> &K {
        &self.newest
    }

    /// A keyring of what is made from each key.
    pub fn map<L>(&self, make: impl Fn(&K) -> L) -> Keyring<L> {
        Keyring { newest: make(&self.newest), fallbacks: self.fallbacks.iter().map(make).collect() }
    }

    /// Tries the keys, newest first. Returns `None` if none of them opens it.
    pub fn open<T>(&self, open: impl Fn(&K) -> Option<T>) -> Option<Opened<T>> {
        if let Some(value) = open(&self.newest) {
            return Some(Opened { value, by_newest: true });
        }
        let value = self.fallbacks.iter().find_map(open)?;
        Some(Opened { value, by_newest: false })
    }
}
