// ANCHOR: key
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Bytes of a signature.
const SIGNATURE_SIZE: usize = 32;

/// Signs texts with HMAC-SHA-256 (RFC 2104).
#[derive(Clone)]
pub struct Key(Hmac<Sha256>);
// ANCHOR_END: key

// ANCHOR: sign
impl Key {
    /// A key that is made from the secret.
    pub fn new(secret: &[u8]) -> Self {
        Self(Hmac::new_from_slice(secret).expect("HMAC takes a key of any length"))
    }

    /// Puts the signature in front of a text.
    pub fn sign(&self, text: &[u8]) -> Vec<u8> {
        let signature = self.0.clone().chain_update(text).finalize().into_bytes();
        [signature.as_slice(), text].concat()
    }

    /// The text behind a signature, or `None` if this key did not sign it.
    pub fn verify(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let (signature, text) = bytes.split_at_checked(SIGNATURE_SIZE)?;
        // In constant time: `==` would tell an attacker how much of a guess was right.
        self.0.clone().chain_update(text).verify_slice(signature).ok()?;
        Some(text.to_owned())
    }
}
// ANCHOR_END: sign
