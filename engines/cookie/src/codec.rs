use crate::keyring::{Keyring, Opened};
use crate::rejection::Rejection;
use crate::session_data::Values;
use crate::spelling::Spelling;
use crate::{Error, Hash, Secret, SessionData, pyramid, sealed};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::value::RawValue;
use std::time::{Duration, SystemTime};

/// Octets of the largest value that Pyramid sends (`CookieSession._set_cookie`).
const PYRAMID_MAX_VALUE: usize = 4064;

/// Bytes that sealing adds: the version, the nonce and the tag.
const SEALED_OVERHEAD: usize = 1 + 12 + 16;

/// What the value of the cookie looks like.
#[derive(Clone, Debug, PartialEq)]
pub enum Format {
    /// As Pyramid's `SignedCookieSessionFactory` makes it, byte for byte: signed, and readable by
    /// anyone who has the cookie. The value is
    /// `base64url(HMAC(salt + secret, json) + json)`, and the JSON is `[accessed, created, data]`.
    Pyramid {
        /// The hash of the HMAC, Pyramid's `hashalg`.
        hash: Hash,
        /// What the secret is salted with. Use another one for each purpose of the secret.
        salt: String,
    },
    /// Encrypted and authenticated with AES-256-GCM-SIV (RFC 8452). The value is
    /// `base64url(1 + nonce + ciphertext + tag)`, in which the first byte is the format's version.
    ///
    /// The key is derived from the secret and the cookie's name with HKDF-SHA-256 (RFC 5869), so a
    /// value that was made for another cookie doesn't open. The length of the data can be told from
    /// the length of the cookie.
    Sealed,
}

/// What a cookie holds.
pub(crate) struct Record {
    /// When the session was last used, in seconds since 1970.
    pub(crate) accessed: f64,
    pub(crate) created: Created,
    pub(crate) data: SessionData,
}

/// When a session began. The JSON is kept, so that it goes back as it came.
pub(crate) struct Created {
    pub(crate) time: SystemTime,
    json: Box<RawValue>,
}

impl Created {
    /// Seconds since 1970, or `None` if the system has no such time.
    fn new(json: Box<RawValue>) -> Option<Self> {
        let seconds: f64 = json.get().parse().ok()?;
        let since = Duration::try_from_secs_f64(seconds).ok()?;
        Some(Self { time: SystemTime::UNIX_EPOCH.checked_add(since)?, json })
    }
}

/// A format with its keys. It never tries another format (CVE-2026-39324: a framework went on to
/// read the cookie unencrypted).
pub(crate) enum Codec {
    Pyramid(Keyring<pyramid::Key>),
    Sealed(Box<Keyring<sealed::Key>>),
}

impl Codec {
    /// The purpose is the cookie's name.
    pub(crate) fn new(format: &Format, secrets: &Keyring<Secret>, purpose: &str) -> Self {
        match format {
            Format::Pyramid { hash, salt } => {
                Self::Pyramid(secrets.map(|secret| pyramid::Key::new(*hash, salt, secret)))
            }
            Format::Sealed => {
                let key = |secret: &Secret| sealed::Key::new(secret.text().as_bytes(), purpose);
                Self::Sealed(Box::new(secrets.map(key)))
            }
        }
    }

    pub(crate) fn new_data(&self) -> SessionData {
        SessionData::new(Values::new(), self.spelling())
    }

    /// For a session that begins now, in seconds since 1970.
    pub(crate) fn new_created(&self, now: f64) -> Created {
        let json = self.spelling().to_json(&now).and_then(RawValue::from_string);
        let created = json.ok().and_then(Created::new);
        created.expect("the clock gave a time of the system's")
    }

    fn spelling(&self) -> Spelling {
        match self {
            Self::Pyramid(_) => Spelling::Python,
            Self::Sealed(_) => Spelling::Compact,
        }
    }

    /// The record of a value, and whether the newest key made it.
    ///
    /// The base64 is strict. Python's decoder skips what isn't in its alphabet, so there a changed
    /// cookie may still be accepted.
    // ANCHOR: decode
    pub(crate) fn decode(&self, value: &[u8]) -> Result<Opened<Record>, Rejection> {
        let bytes = URL_SAFE_NO_PAD.decode(value).map_err(|_| Rejection::NoKeyOpens)?;
        let opened = match self {
            Self::Pyramid(keys) => keys.open(|key| key.verify(&bytes)),
            Self::Sealed(keys) => keys.open(|key| key.open(&bytes)),
        };
        let Opened { value: json, by_newest } = opened.ok_or(Rejection::NoKeyOpens)?;
        let json = String::from_utf8(json).map_err(|_| Rejection::Unreadable)?;
        let record = serde_json::from_str(&json).map_err(|_| Rejection::Unreadable)?;
        let (accessed, created, values): (f64, Box<RawValue>, Values) = record;
        let created = Created::new(created).ok_or(Rejection::Unreadable)?;
        let data = SessionData::new(values, self.spelling());
        Ok(Opened { value: Record { accessed, created, data }, by_newest })
    }
    // ANCHOR_END: decode

    /// `[accessed, created, data]`, with `accessed` in whole seconds as in Pyramid's
    /// `CookieSession._set_cookie`.
    pub(crate) fn json(&self, accessed: f64, created: &Created, data: &SessionData) -> String {
        let record = (accessed as i64, &created.json, data);
        self.spelling().to_json(&record).expect("two numbers and a map of JSON are JSON")
    }

    /// The value for a record's JSON, made with the newest key.
    pub(crate) fn encode(&self, json: &str) -> Result<String, Error> {
        let bytes = match self {
            Self::Pyramid(keys) => keys.newest().sign(json.as_bytes()),
            Self::Sealed(keys) => {
                keys.newest().seal(json.as_bytes()).map_err(Error::NoRandomness)?
            }
        };
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Octets of the value for a record's JSON.
    pub(crate) fn value_size(&self, json: &str) -> usize {
        let overhead = match self {
            Self::Pyramid(keys) => keys.newest().signature_size,
            Self::Sealed(_) => SEALED_OVERHEAD,
        };
        ((overhead + json.len()) * 4).div_ceil(3)
    }

    /// Octets that a value may have in a cookie that has room for so many.
    pub(crate) fn value_limit(&self, room: usize) -> usize {
        match self {
            Self::Pyramid(_) => room.min(PYRAMID_MAX_VALUE),
            Self::Sealed(_) => room,
        }
    }
}
