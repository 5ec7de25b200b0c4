use crate::{Error, SessionData};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;
use subtle::ConstantTimeEq;

/// The key of the CSRF token, as in Pyramid (`CookieSession.new_csrf_token`).
const CSRF_TOKEN: &str = "_csrft_";

/// Bytes of a CSRF token, as in Pyramid.
const CSRF_TOKEN_SIZE: usize = 20;

/// A message that was in the queue before, which stays as it is spelled, or one that joins it.
#[derive(Serialize)]
#[serde(untagged)]
enum Message<M> {
    Earlier(Box<RawValue>),
    New(M),
}

/// Flash messages, which one page leaves for the next, and the token that protects forms.
///
/// A queue is a list under the key `_f_` and the queue's name, as in Pyramid (`CookieSession.flash`).
/// The usual queue has the empty name.
impl SessionData {
    /// Adds a message at the end of a queue, for a later page to show.
    ///
    /// # Errors
    /// [`Error::Serialize`] if JSON can't hold the message. [`Error::Deserialize`] if the queue's key
    /// holds something else than a list.
    pub fn flash(&mut self, message: impl Serialize, queue: &str) -> Result<(), Error> {
        let key = queue_key(queue);
        let earlier: Vec<Box<RawValue>> = self.get(&key)?.unwrap_or_default();
        let mut messages: Vec<_> = earlier.into_iter().map(Message::Earlier).collect();
        messages.push(Message::New(message));
        self.insert(&key, messages)
    }

    /// Adds a message at the end of a queue unless it is in there already. This is Pyramid's
    /// `allow_duplicate=False`, except that 1, 1.0 and true are the same in Python and differ here.
    ///
    /// # Errors
    /// As [`flash`](Self::flash).
    pub fn flash_once(&mut self, message: impl Serialize, queue: &str) -> Result<(), Error> {
        self.flash(message, queue)?;
        let key = queue_key(queue);
        let mut messages: Vec<Box<RawValue>> = self.get(&key)?.unwrap_or_default();
        let Some(last) = messages.pop() else { return Ok(()) };
        if messages.iter().any(|message| message.get() == last.get()) {
            self.insert(&key, messages)?;
        }
        Ok(())
    }

    /// Takes all messages out of a queue. Popping an empty queue changes nothing.
    ///
    /// # Errors
    /// [`Error::Deserialize`] if a message doesn't fit the type; then all of them stay in the queue.
    pub fn pop_flash<T: DeserializeOwned>(&mut self, queue: &str) -> Result<Vec<T>, Error> {
        let messages = self.peek_flash(queue)?;
        self.remove(&queue_key(queue));
        Ok(messages)
    }

    /// The messages of a queue, which stay in it.
    ///
    /// # Errors
    /// [`Error::Deserialize`] if a message doesn't fit the type.
    pub fn peek_flash<T: DeserializeOwned>(&self, queue: &str) -> Result<Vec<T>, Error> {
        Ok(self.get(&queue_key(queue))?.unwrap_or_default())
    }

    /// The token that the session's forms carry: 40 hexadecimal digits. The first call creates it.
    ///
    /// # Errors
    /// [`Error::NoRandomness`]. [`Error::Deserialize`] if its key holds something else than a text.
    pub fn csrf_token(&mut self) -> Result<String, Error> {
        match self.get(CSRF_TOKEN)? {
            Some(token) => Ok(token),
            None => self.new_csrf_token(),
        }
    }

    /// Replaces the token by a new one of 160 random bits, so that earlier forms are refused.
    ///
    /// # Errors
    /// [`Error::NoRandomness`].
    pub fn new_csrf_token(&mut self) -> Result<String, Error> {
        let mut bytes = [0; CSRF_TOKEN_SIZE];
        getrandom::fill(&mut bytes).map_err(Error::NoRandomness)?;
        let token: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        self.insert(CSRF_TOKEN, &token)?;
        Ok(token)
    }

    /// Whether a form's token is this session's, compared in constant time. A session that has no
    /// token has no forms, so every token is wrong for it.
    pub fn is_csrf_token(&self, supplied: &str) -> bool {
        match self.get::<String>(CSRF_TOKEN) {
            Ok(Some(token)) => token.as_bytes().ct_eq(supplied.as_bytes()).into(),
            _ => false,
        }
    }
}

fn queue_key(queue: &str) -> String {
    ["_f_", queue].concat()
}
