//! `base64url(version + nonce + sealed json)`, sealed with XChaCha20-Poly1305.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | the version of the format: 1 |
//! | 24 | the nonce: random, and long enough that chance never draws one twice |
//! | as the state | `[accessed,created,state]` in compact JSON, encrypted |
//! | 16 | the tag: one changed bit anywhere, and nothing opens |
//!
//! The key is HKDF-SHA-256 of the secret (RFC 5869). Version and purpose, which is the cookie's
//! name, are HKDF's `info`: a value made for another purpose or version has another key. The length
//! of the state can be told from the cookie, as with every encryption that does not pad.

use super::Record;
use crate::json::Spelling;
use crate::{Error, Secret};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use sha2::Sha256;

const VERSION: u8 = 1;
const NONCE: usize = 24;
const TAG: usize = 16;

/// Bytes of a value beside those of the JSON.
pub(super) const AROUND: usize = 1 + NONCE + TAG;

pub(crate) struct Key(XChaCha20Poly1305);

impl Key {
    // ANCHOR: key
    pub(super) fn new(secret: &Secret, purpose: &str) -> Self {
        let mut key = [0; 32];
        let info: [&[u8]; 3] =
            [b"step-cookie-engine sealed session ", &[VERSION], purpose.as_bytes()];
        let Ok(()) =
            Hkdf::<Sha256>::new(None, secret.text().as_bytes()).expand_multi_info(&info, &mut key)
        else {
            unreachable!("HKDF makes keys of up to 8160 bytes")
        };
        Self(XChaCha20Poly1305::new(&key.into()))
    }
    // ANCHOR_END: key

    // ANCHOR: seal
    pub(super) fn seal(&self, json: &[u8]) -> Result<Vec<u8>, Error> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(|_| Error::NoRandomness)?;
        let payload = Payload { msg: json, aad: &[VERSION] };
        let Ok(sealed) = self.0.encrypt(&XNonce::from(nonce), payload) else {
            unreachable!("XChaCha20-Poly1305 seals up to 256 GB")
        };
        Ok([&[VERSION], nonce.as_slice(), &sealed].concat())
    }
    // ANCHOR_END: seal

    // ANCHOR: open
    pub(super) fn open(&self, bytes: &[u8]) -> Option<Record> {
        let (version, rest) = bytes.split_first()?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE>()?;
        if *version != VERSION {
            return None;
        }
        let payload = Payload { msg: sealed, aad: &[VERSION] };
        let json = self.0.decrypt(&XNonce::from(*nonce), payload).ok()?;
        Record::read(&json, Spelling::Compact)
    }
    // ANCHOR_END: open
}
