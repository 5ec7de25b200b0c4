use crate::{Error, Session};
use serde::{Serialize, de::DeserializeOwned};
use subtle::ConstantTimeEq;

/// Where Pyramid keeps the CSRF token (`CookieSession.new_csrf_token`).
const CSRF_TOKEN: &str = "_csrft_";

/// Flash messages, under the keys that Pyramid keeps them under (`CookieSession.flash`): `_f_` and
/// the queue's name, which is empty for the usual queue.
impl Session {
    /// Puts a message at the end of a queue, to be shown on a later page.
    ///
    /// # Errors
    /// As [`Session::update`]; [`Error::NotJson`] for a message that is no JSON;
    /// [`Error::Mismatch`] when the queue's key holds something else.
    pub fn flash(&mut self, message: impl Serialize, queue: &str) -> Result<(), Error> {
        self.update(|state| state.push(&key(queue), message, false))
    }

    /// Puts a message at the end of a queue unless the same is in it: Pyramid's
    /// `allow_duplicate=False`. Here 1, 1.0 and true differ, in Python they are the same.
    ///
    /// # Errors
    /// As [`Session::flash`].
    pub fn flash_once(&mut self, message: impl Serialize, queue: &str) -> Result<(), Error> {
        self.update(|state| state.push(&key(queue), message, true))
    }

    /// Takes all messages of a queue out. An empty queue is only read: no cookie is sent for it.
    ///
    /// # Errors
    /// As [`Session::update`]; [`Error::Mismatch`] when a message does not fit the type, and then
    /// all of them stay in.
    // ANCHOR: pop
    pub fn pop_flash<T: DeserializeOwned>(&mut self, queue: &str) -> Result<Vec<T>, Error> {
        let key = key(queue);
        let Some(messages) = self.read().get(&key)? else { return Ok(Vec::new()) };
        self.update(|state| Ok(state.remove(&key)))?;
        Ok(messages)
    }
    // ANCHOR_END: pop

    /// The messages of a queue, which stay in it.
    ///
    /// # Errors
    /// [`Error::Mismatch`] when a message does not fit the type.
    pub fn peek_flash<T: DeserializeOwned>(&self, queue: &str) -> Result<Vec<T>, Error> {
        Ok(self.read().get(&key(queue))?.unwrap_or_default())
    }

    /// The token that the session's forms carry, made on first use: 40 hexadecimal digits.
    ///
    /// # Errors
    /// As [`Session::update`]; [`Error::Mismatch`] when its key holds something else.
    pub fn csrf_token(&mut self) -> Result<String, Error> {
        match self.read().get(CSRF_TOKEN)? {
            Some(token) => Ok(token),
            None => self.new_csrf_token(),
        }
    }

    /// Makes a new token, after which forms with the old one are refused: 160 random bits.
    ///
    /// # Errors
    /// As [`Session::update`]; [`Error::NoRandomness`].
    pub fn new_csrf_token(&mut self) -> Result<String, Error> {
        let mut bytes = [0; 20];
        getrandom::fill(&mut bytes).map_err(|_| Error::NoRandomness)?;
        let token: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        self.update(|state| state.insert(CSRF_TOKEN, &token))?;
        Ok(token)
    }

    /// Whether a form's token is this session's, compared in constant time. A session without a
    /// token has no forms: nothing is its token.
    pub fn is_csrf_token(&self, supplied: &str) -> bool {
        let token: Option<String> = self.read().get(CSRF_TOKEN).ok().flatten();
        token.is_some_and(|token| token.as_bytes().ct_eq(supplied.as_bytes()).into())
    }
}

fn key(queue: &str) -> String {
    ["_f_", queue].concat()
}
