// ANCHOR: key
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha512;

/// Bytes of a signature.
const SIGNATURE_SIZE: usize = 64;

/// What Pyramid puts before the secret (`pyramid/session.py`, `SignedCookieSessionFactory`).
const SALT: &str = "pyramid.session.";

/// Signs texts with HMAC-SHA-512 (RFC 2104), as Pyramid does.
#[derive(Clone)]
pub struct Key(Hmac<Sha512>);

impl Key {
    /// A key that is made from the secret.
    pub fn new(secret: &str) -> Self {
        Self(Hmac::new_from_slice(&salted(secret)).expect("HMAC takes a key of any length"))
    }
    // ANCHOR_END: key

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

// ANCHOR: salted
/// Salt and secret in Latin-1, or in UTF-8 if a character isn't in Latin-1 (`webob/cookies.py`,
/// `SignedSerializer`).
fn salted(secret: &str) -> Vec<u8> {
    let text = format!("{SALT}{secret}");
    let latin_1: Result<Vec<u8>, _> = text.chars().map(u8::try_from).collect();
    latin_1.unwrap_or_else(|_| text.into_bytes())
}
// ANCHOR_END: salted
