use crate::engine::Parts;
use crate::format::Record;
use crate::{Dict, Error};
use axum::http::HeaderValue;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A visitor's session, for as long as one request is answered: a handler takes it as an argument.
///
/// Its state changes through [`update`](Self::update) alone, so that no change can go unnoticed: a
/// list inside a Pyramid session that is appended to is lost, because the session never hears of
/// it. Handles taken by one request are one session.
pub struct Session {
    engine: Arc<Parts>,
    held: Arc<Mutex<Held>>,
}

/// What the request came with.
pub(crate) struct Opened {
    pub(crate) record: Record,
    /// When its cookie was made.
    pub(crate) renewed: f64,
    pub(crate) has_cookie: bool,
    pub(crate) by_newest_key: bool,
    pub(crate) is_new: bool,
}

struct Held {
    opened: Opened,
    due: Due,
    /// The record's JSON, when it was made already.
    json: Option<String>,
    answered: bool,
}

/// What the answer is to do with the cookie.
#[derive(Clone, Copy, PartialEq)]
enum Due {
    Nothing,
    Issue,
    Remove,
}

impl Session {
    pub(crate) fn new(engine: Arc<Parts>, opened: Opened) -> Self {
        let held = Held { opened, due: Due::Nothing, json: None, answered: false };
        Self { engine, held: Arc::new(Mutex::new(held)) }
    }

    /// Another handle of the same session.
    pub(crate) fn handle(&self) -> Self {
        Self { engine: Arc::clone(&self.engine), held: Arc::clone(&self.held) }
    }

    /// The state as it is now. Later updates do not show in it.
    pub fn read(&self) -> Arc<Dict> {
        let now = self.engine.now().trunc();
        let mut held = self.lock();
        if held.opened.record.accessed != now {
            held.opened.record.accessed = now;
            held.json = None;
        }
        let Opened { record, renewed, by_newest_key, .. } = &held.opened;
        let is_old = self.engine.reissue_time.is_some_and(|age| now - *renewed > age as f64);
        let (dict, is_due) = (Arc::clone(&record.dict), is_old || !*by_newest_key);
        if is_due && held.due == Due::Nothing {
            held.due = Due::Issue;
        }
        dict
    }

    /// Changes the state, and says what the closure says. The answer sets the cookie. On an error,
    /// the closure's own included, the state stays as it was before.
    ///
    /// # Errors
    /// [`Error::TooLarge`] when browsers would not keep the cookie, [`Error::Answered`] when it has
    /// been sent, [`Error::Changed`] when another handle changed the session while the closure ran,
    /// and those of the closure.
    pub fn update<R>(
        &mut self,
        change: impl FnOnce(&mut Dict) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let now = self.engine.now().trunc();
        // ANCHOR: update
        let before = Arc::clone(&self.unanswered()?.opened.record.dict);
        let mut draft = Dict::clone(&before);
        let result = change(&mut draft)?;
        let mut held = self.unanswered()?;
        if !Arc::ptr_eq(&before, &held.opened.record.dict) {
            return Err(Error::Changed);
        }
        let created = held.opened.record.created;
        let record = Record { accessed: now, created, dict: Arc::new(draft) };
        let json = self.engine.codec.json(&record);
        let size = self.engine.codec.size(&json);
        let limit = self.engine.codec.limit(self.engine.cookie.room());
        if size > limit {
            return Err(Error::TooLarge { size, limit });
        }
        held.opened.record = record;
        held.json = Some(json);
        held.due = Due::Issue;
        Ok(result)
        // ANCHOR_END: update
    }

    /// Ends the session: its state is gone and the answer removes the cookie, unless an update
    /// after this begins a new session.
    ///
    /// Anyone who kept the cookie can still send it: only a store on the server's side can forget.
    ///
    /// # Errors
    /// [`Error::Answered`] when the cookie has been sent.
    pub fn invalidate(&mut self) -> Result<(), Error> {
        let now = self.engine.now();
        let mut held = self.unanswered()?;
        held.opened.record = self.engine.codec.new_record(now);
        held.opened.renewed = now;
        held.json = None;
        held.opened.by_newest_key = true;
        held.opened.is_new = true;
        held.due = if held.opened.has_cookie { Due::Remove } else { Due::Nothing };
        Ok(())
    }

    /// When the session began, in seconds since 1970.
    pub fn created(&self) -> f64 {
        self.lock().opened.record.created
    }

    /// Whether it began with this request.
    pub fn is_new(&self) -> bool {
        self.lock().opened.is_new
    }

    /// Ends the use of the session: the `Set-Cookie` header that the answer needs, if any. The
    /// layer does this; later updates are errors.
    ///
    /// # Errors
    /// [`Error::NoRandomness`] when the cookie cannot be sealed; [`Error::TooLarge`] when what came
    /// is too large to be sent again.
    pub fn close(&self) -> Result<Option<HeaderValue>, Error> {
        let mut held = self.lock();
        held.answered = true;
        match held.due {
            Due::Nothing => Ok(None),
            Due::Remove => Ok(Some(self.engine.cookie.removal())),
            Due::Issue => {
                let json = held.json.take();
                let json = json.unwrap_or_else(|| self.engine.codec.json(&held.opened.record));
                let value = self.engine.codec.encode(&json)?;
                let (size, limit) = (value.len(), self.engine.cookie.room());
                let header = self.engine.cookie.issue(&value);
                header.map(Some).ok_or(Error::TooLarge { size, limit })
            }
        }
    }

    fn unanswered(&self) -> Result<MutexGuard<'_, Held>, Error> {
        let held = self.lock();
        if held.answered { Err(Error::Answered) } else { Ok(held) }
    }

    /// No code of others runs while it is locked: nothing is half done when it is poisoned.
    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
