//! `base64url(version + nonce + sealed json)`, sealed with AES-256-GCM-SIV (RFC 8452).
//!
//! | bytes | what |
//! |---|---|
//! | 1 | the version of the format: 1 |
//! | 12 | the nonce: random; one that is drawn twice shows no more than whether two states are equal |
//! | as the state | `[accessed,created,state]` in compact JSON, encrypted |
//! | 16 | the tag: one changed bit anywhere, and nothing opens |
//!
//! The key is HKDF-SHA-256 of the secret (RFC 5869). Version and purpose, which is the cookie's
//! name, are HKDF's `info`: a value made for another purpose or version has another key. The length
//! of the state can be told from the cookie, as with every encryption that does not pad.

use super::Record;
use crate::json::Spelling;
use crate::{Error, Secret};
use aes_gcm_siv::aead::{Aead, AeadInOut, Payload};
use aes_gcm_siv::{Aes256GcmSiv, KeyInit, Nonce};
use hkdf::Hkdf;
use sha2::Sha256;

const VERSION: u8 = 1;
const NONCE: usize = 12;
const TAG: usize = 16;

/// Bytes of a value beside those of the JSON.
pub(super) const AROUND: usize = 1 + NONCE + TAG;

pub(crate) struct Key(Aes256GcmSiv);

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
        Self(Aes256GcmSiv::new(&key.into()))
    }
    // ANCHOR_END: key

    // ANCHOR: seal
    pub(super) fn seal(&self, json: &[u8]) -> Result<Vec<u8>, Error> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(|_| Error::NoRandomness)?;
        let mut bytes = Vec::with_capacity(AROUND + json.len());
        bytes.push(VERSION);
        bytes.extend(nonce);
        bytes.extend(json);
        let sealed = bytes[1 + NONCE..].as_mut().into();
        let Ok(tag) = self.0.encrypt_inout_detached(&nonce.into(), &[VERSION], sealed) else {
            unreachable!("AES-GCM-SIV seals up to 64 GB")
        };
        bytes.extend(tag);
        Ok(bytes)
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
        let json = self.0.decrypt(&Nonce::from(*nonce), payload).ok()?;
        Record::read(&json, Spelling::Compact)
    }
    // ANCHOR_END: open
}
