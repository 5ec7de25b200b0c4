use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// A session's id: 128 random bits (ASVS 7.2.3). Only the visitor's browser keeps it, so an engine has
/// no use for one. Tests of a store need them to make keys: `Id::random()?.key()`.
#[derive(Clone)]
pub struct Id([u8; 16]);

/// Where a store keeps a session: the SHA-256 of its id, from which nobody gets the id back.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct Key([u8; 32]);

impl Id {
    /// A new id.
    ///
    /// # Errors
    /// The system's, when it gives no random bytes.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bits = [0; 16];
        getrandom::fill(&mut bits)?;
        Ok(Self(bits))
    }

    /// The id that a cookie's value holds, or `None` if the value has another shape.
    pub fn parse(value: &[u8]) -> Option<Self> {
        let bits = URL_SAFE_NO_PAD.decode(value).ok()?;
        Some(Self(bits.try_into().ok()?))
    }

    /// The cookie's value: 22 characters.
    pub fn value(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// Where a store keeps the session.
    pub fn key(&self) -> Key {
        Key(Sha256::digest(self.0).into())
    }
}

impl Key {
    /// The 32 octets of the key, for a store to find the record by.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Some bits of the key, to sort sessions into queues.
    pub fn number(&self) -> usize {
        usize::from(u16::from_le_bytes([self.0[0], self.0[1]]))
    }
}
