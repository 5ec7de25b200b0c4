// ANCHOR: key
use aes_gcm_siv::aead::{Aead, Payload};
use aes_gcm_siv::{Aes256GcmSiv, KeyInit, Nonce};
use hkdf::Hkdf;
use sha2::Sha256;

/// The version of the format, the first byte of a sealed value.
const VERSION: u8 = 1;
const NONCE_SIZE: usize = 12;

/// Encrypts and authenticates with AES-256-GCM-SIV (RFC 8452): version, random nonce, ciphertext
/// and tag. A nonce that is drawn twice reveals only whether the two texts are equal.
#[derive(Clone)]
pub struct Key(Aes256GcmSiv);
// ANCHOR_END: key

// ANCHOR: new
impl Key {
    /// Derives the key with HKDF-SHA-256 (RFC 5869). Another purpose or version is another key, so
    /// a value that was sealed for one of them opens for no other.
    pub fn new(secret: &[u8], purpose: &str) -> Self {
        let mut key = [0; 32];
        let info: [&[u8]; 3] = [b"sealed session ", &[VERSION], purpose.as_bytes()];
        Hkdf::<Sha256>::new(None, secret)
            .expand_multi_info(&info, &mut key)
            .expect("HKDF expands to 32 bytes");
        Self(Aes256GcmSiv::new(&key.into()))
    }
    // ANCHOR_END: new

    // ANCHOR: seal
    /// Seals a text. The error is the system's, when it gives no random bytes.
    pub fn seal(&self, text: &[u8]) -> Result<Vec<u8>, getrandom::Error> {
        let mut nonce = [0; NONCE_SIZE];
        getrandom::fill(&mut nonce)?;
        let payload = Payload { msg: text, aad: &[VERSION] };
        let sealed = self.0.encrypt(&Nonce::from(nonce), payload);
        let sealed = sealed.expect("a session is far below the 64 GB that the cipher takes");
        Ok([&[VERSION], nonce.as_slice(), &sealed].concat())
    }
    // ANCHOR_END: seal

    // ANCHOR: open
    /// The text of a sealed value, or `None` if this key did not seal it.
    pub fn open(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let (version, rest) = bytes.split_first()?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_SIZE>()?;
        if *version != VERSION {
            return None;
        }
        let payload = Payload { msg: sealed, aad: &[VERSION] };
        self.0.decrypt(&Nonce::from(*nonce), payload).ok()
    }
}
// ANCHOR_END: open
