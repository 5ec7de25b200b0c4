//! `base64url(HMAC(salt + secret, json) + json)`: WebOb's `SignedSerializer`, which Pyramid's
//! `SignedCookieSessionFactory` uses (`webob/cookies.py`, `pyramid/session.py`).

use crate::Secret;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Sha224, Sha256, Sha384, Sha512};
use subtle::ConstantTimeEq;

/// The hash of an HMAC. Python has more of them; these are the ones to choose from today.
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

/// From a text to its signature.
type Signer = dyn Fn(&[u8]) -> Vec<u8> + Send + Sync;

/// An HMAC that has taken its key in already.
pub(crate) struct Key {
    hmac: Box<Signer>,
    /// Bytes of its signature.
    pub(crate) signature_size: usize,
}

impl Key {
    pub(crate) fn new(hash: Hash, salt: &str, secret: &Secret) -> Self {
        let key = salted(salt, secret.text());
        match hash {
            Hash::Sha224 => Self::with::<Hmac<Sha224>>(&key),
            Hash::Sha256 => Self::with::<Hmac<Sha256>>(&key),
            Hash::Sha384 => Self::with::<Hmac<Sha384>>(&key),
            Hash::Sha512 => Self::with::<Hmac<Sha512>>(&key),
        }
    }

    fn with<M: Mac + KeyInit + Clone + Send + Sync + 'static>(key: &[u8]) -> Self {
        let mac = <M as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
        let hmac =
            move |json: &[u8]| mac.clone().chain_update(json).finalize().into_bytes().to_vec();
        Self { hmac: Box::new(hmac), signature_size: M::output_size() }
    }

    /// The signature of a text, followed by the text.
    pub(crate) fn sign(&self, json: &[u8]) -> Vec<u8> {
        [(self.hmac)(json).as_slice(), json].concat()
    }

    /// The text after the signature, or `None` if this key did not sign it. The comparison takes
    /// the same time wherever the first difference is.
    pub(crate) fn verify(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let (signature, json) = bytes.split_at_checked(self.signature_size)?;
        let is_ours = bool::from((self.hmac)(json).ct_eq(signature));
        is_ours.then(|| json.to_vec())
    }
}

/// Salt and secret, one after the other. Both are encoded as Latin-1 if every character fits, and as
/// UTF-8 otherwise (`SignedSerializer.__init__`).
fn salted(salt: &str, secret: &str) -> Vec<u8> {
    let text = [salt, secret].concat();
    let latin1: Result<Vec<u8>, _> = text.chars().map(u8::try_from).collect();
    latin1.unwrap_or_else(|_| text.into_bytes())
}
