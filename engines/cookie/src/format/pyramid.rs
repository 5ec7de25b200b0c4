//! `base64url(HMAC(salt + secret, json) + json)`: WebOb's `SignedSerializer`, which Pyramid's
//! `SignedCookieSessionFactory` uses (`webob/cookies.py`, `pyramid/session.py`).

use super::Record;
use crate::Secret;
use crate::json::Spelling;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Sha224, Sha256, Sha384, Sha512};

/// A hash for HMAC. Python offers more of them; these are the ones to choose from today.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Hash {
    /// SHA-224.
    Sha224,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512, Pyramid's default.
    Sha512,
}

/// An HMAC that has taken its key in already.
pub(crate) enum Key {
    Sha224(Hmac<Sha224>),
    Sha256(Hmac<Sha256>),
    Sha384(Hmac<Sha384>),
    Sha512(Hmac<Sha512>),
}

impl Key {
    pub(super) fn new(hash: Hash, salt: &str, secret: &Secret) -> Self {
        let key = salted(salt, secret.text());
        match hash {
            Hash::Sha224 => Self::Sha224(keyed(&key)),
            Hash::Sha256 => Self::Sha256(keyed(&key)),
            Hash::Sha384 => Self::Sha384(keyed(&key)),
            Hash::Sha512 => Self::Sha512(keyed(&key)),
        }
    }

    pub(super) fn sign(&self, json: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha224(mac) => signed(mac, json),
            Self::Sha256(mac) => signed(mac, json),
            Self::Sha384(mac) => signed(mac, json),
            Self::Sha512(mac) => signed(mac, json),
        }
    }

    // ANCHOR: verify
    pub(super) fn verify(&self, bytes: &[u8]) -> Option<Record> {
        let (signature, json) = bytes.split_at_checked(self.signature_size())?;
        let signed = match self {
            Self::Sha224(mac) => is_signed(mac, json, signature),
            Self::Sha256(mac) => is_signed(mac, json, signature),
            Self::Sha384(mac) => is_signed(mac, json, signature),
            Self::Sha512(mac) => is_signed(mac, json, signature),
        };
        if signed { Record::read(json, Spelling::Python) } else { None }
    }
    // ANCHOR_END: verify

    /// Bytes of the signature.
    pub(super) fn signature_size(&self) -> usize {
        match self {
            Self::Sha224(_) => 28,
            Self::Sha256(_) => 32,
            Self::Sha384(_) => 48,
            Self::Sha512(_) => 64,
        }
    }
}

/// Salt and secret, one after the other: both latin-1, or both UTF-8 when one of them has a letter
/// that latin-1 lacks (`SignedSerializer.__init__`).
// ANCHOR: salted
fn salted(salt: &str, secret: &str) -> Vec<u8> {
    let letters = || salt.chars().chain(secret.chars());
    let latin1: Result<Vec<u8>, _> =
        letters().map(|letter| u8::try_from(u32::from(letter))).collect();
    latin1.unwrap_or_else(|_| letters().collect::<String>().into_bytes())
}
// ANCHOR_END: salted

fn keyed<M: KeyInit>(key: &[u8]) -> M {
    let Ok(mac) = M::new_from_slice(key) else { unreachable!("HMAC takes keys of any length") };
    mac
}

fn signed<M: Mac + Clone>(mac: &M, json: &[u8]) -> Vec<u8> {
    let signature = mac.clone().chain_update(json).finalize().into_bytes();
    [&signature, json].concat()
}

// ANCHOR: is_signed
/// Compares in constant time.
fn is_signed<M: Mac + Clone>(mac: &M, json: &[u8], signature: &[u8]) -> bool {
    mac.clone().chain_update(json).verify_slice(signature).is_ok()
}
// ANCHOR_END: is_signed
