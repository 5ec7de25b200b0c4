//! The two formats of a cookie's value, over one record.
//!
//! An engine has one format and never tries the other: a value that does not open is ignored
//! (CVE-2026-39324 is a framework that went on to read it unencrypted).

mod pyramid;
mod record;
mod sealed;

pub use pyramid::Hash;
pub(crate) use record::Record;

use crate::json::Spelling;
use crate::{Dict, Error, Ring, Secret};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use std::sync::Arc;

/// Largest value that Pyramid sends (`CookieSession._set_cookie`), in octets.
const PYRAMID_LARGEST: usize = 4064;

/// What the cookie's value is.
#[derive(Clone, Debug, PartialEq)]
pub enum Format {
    /// What Pyramid's `SignedCookieSessionFactory` makes, byte for byte: signed, and readable by
    /// anyone who has the cookie.
    Pyramid {
        /// The hash of its HMAC.
        hash: Hash,
        /// What the secret is salted with: another one for each purpose of the secret.
        salt: String,
    },
    /// Encrypted and authenticated; see the source of `format/sealed.rs` for its bytes.
    Sealed,
}

/// A format with its keys.
pub(crate) enum Codec {
    Pyramid(Box<Ring<pyramid::Key>>),
    Sealed(Box<Ring<sealed::Key>>),
}

impl Codec {
    /// The purpose is what the cookie is for: its name.
    pub(crate) fn new(format: &Format, secrets: &Ring<Secret>, purpose: &str) -> Self {
        match format {
            Format::Pyramid { hash, salt } => Self::Pyramid(Box::new(
                secrets.map(|secret| pyramid::Key::new(*hash, salt, secret)),
            )),
            Format::Sealed => {
                Self::Sealed(Box::new(secrets.map(|secret| sealed::Key::new(secret, purpose))))
            }
        }
    }

    /// A record without state.
    pub(crate) fn new_record(&self, now: f64) -> Record {
        Record { accessed: now, created: now, dict: Arc::new(Dict::new(self.spelling())) }
    }

    /// A record as this format spells it.
    pub(crate) fn json(&self, record: &Record) -> String {
        record.text(self.spelling())
    }

    fn spelling(&self) -> Spelling {
        match self {
            Self::Pyramid(_) => Spelling::Python,
            Self::Sealed(_) => Spelling::Compact,
        }
    }

    /// The value for a record's JSON, made with the newest key.
    pub(crate) fn encode(&self, json: &str) -> Result<String, Error> {
        let bytes = match self {
            Self::Pyramid(ring) => ring.newest().sign(json.as_bytes()),
            Self::Sealed(ring) => ring.newest().seal(json.as_bytes())?,
        };
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The record of a value, and whether the newest key made it; none for anybody else's value.
    ///
    /// The base64 is strict: Python's decoder passes over what is not of its alphabet, so that
    /// there a changed cookie may still be accepted.
    // ANCHOR: decode
    pub(crate) fn decode(&self, value: &[u8]) -> Option<(Record, bool)> {
        let bytes = URL_SAFE_NO_PAD.decode(value).ok()?;
        match self {
            Self::Pyramid(ring) => ring.open(|key| key.verify(&bytes)),
            Self::Sealed(ring) => ring.open(|key| key.open(&bytes)),
        }
    }
    // ANCHOR_END: decode

    /// Octets of the value for a record's JSON.
    pub(crate) fn size(&self, json: &str) -> usize {
        let around = match self {
            Self::Pyramid(ring) => ring.newest().signature_size(),
            Self::Sealed(_) => sealed::AROUND,
        };
        ((around + json.len()) * 4).div_ceil(3)
    }

    /// Octets that a value may have in a cookie that has room for so many.
    pub(crate) fn limit(&self, room: usize) -> usize {
        match self {
            Self::Pyramid(_) => room.min(PYRAMID_LARGEST),
            Self::Sealed(_) => room,
        }
    }
}
