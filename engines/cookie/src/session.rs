use crate::codec::Created;
use crate::engine::Shared;
use crate::{Error, SessionData};
use axum::http::HeaderValue;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

/// A visitor's session during one request. A handler takes it as an argument.
///
/// Its data changes only inside [`update`](Self::update), so no change goes unnoticed. (In Pyramid,
/// appending to a list inside the session is lost unless `session.changed()` is called.) All handles
/// that one request takes are the same session.
pub struct Session {
    engine: Arc<Shared>,
    inner: Arc<Mutex<Inner>>,
}

/// What the request came with. Times are in seconds since 1970.
pub(crate) struct Loaded {
    pub(crate) data: Arc<SessionData>,
    pub(crate) accessed: f64,
    pub(crate) created: Created,
    /// When its cookie was made.
    pub(crate) renewed: f64,
    pub(crate) has_cookie: bool,
    pub(crate) by_newest: bool,
    pub(crate) is_new: bool,
}

struct Inner {
    loaded: Loaded,
    action: CookieAction,
    /// The JSON of an update, kept because its size had to be checked.
    json: Option<String>,
    is_sent: bool,
}

/// What the response does with the cookie.
#[derive(Clone, Copy, PartialEq)]
enum CookieAction {
    Keep,
    Issue,
    Remove,
}

impl Session {
    pub(crate) fn new(engine: Arc<Shared>, loaded: Loaded) -> Self {
        let inner = Inner { loaded, action: CookieAction::Keep, json: None, is_sent: false };
        Self { engine, inner: Arc::new(Mutex::new(inner)) }
    }

    /// Another handle of the same session.
    pub(crate) fn handle(&self) -> Self {
        Self { engine: Arc::clone(&self.engine), inner: Arc::clone(&self.inner) }
    }

    /// The data as it is now. Later updates don't show in it.
    ///
    /// Reading counts as use of the session, as in Pyramid: if the cookie is older than
    /// [`Options::reissue_time`](crate::Options::reissue_time), or if an older key made it, the
    /// response renews it. The data stays as it is.
    pub fn read(&self) -> Arc<SessionData> {
        let mut inner = self.lock();
        self.count_as_use(&mut inner);
        Arc::clone(&inner.loaded.data)
    }

    /// Changes the data and returns what the closure returns. If the closure changed something, the
    /// response sets the cookie; if not, the update counts as a [`read`](Self::read). After an error,
    /// which may be the closure's own, the data is as it was before.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if browsers wouldn't keep the cookie. [`Error::AlreadySent`] if the
    /// response is on its way. [`Error::ConcurrentUpdate`] if another handle changed the session while
    /// the closure ran; that other change stands. And the errors of the closure.
    // ANCHOR: update
    pub fn update<R>(
        &mut self,
        change: impl FnOnce(&mut SessionData) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let before = Arc::clone(&self.lock_unsent()?.loaded.data);
        let mut draft = SessionData::clone(&before);
        let result = change(&mut draft)?;
        let mut inner = self.lock_unsent()?;
        if !Arc::ptr_eq(&before, &inner.loaded.data) {
            return Err(Error::ConcurrentUpdate);
        }
        if draft == *before {
            self.count_as_use(&mut inner);
            return Ok(result);
        }
        let now = self.engine.now();
        let json = self.engine.codec.json(now, &inner.loaded.created, &draft);
        self.check_size(self.engine.codec.value_size(&json))?;
        inner.loaded.accessed = now;
        inner.loaded.data = Arc::new(draft);
        inner.json = Some(json);
        inner.action = CookieAction::Issue;
        Ok(result)
    }
    // ANCHOR_END: update

    /// Ends the session: its data is gone, and the response removes the cookie unless a later update
    /// of the same request starts a new session.
    ///
    /// Anyone who kept the cookie can still send it until it has been idle for too long, because only
    /// a store on the server can forget a session.
    ///
    /// # Errors
    /// [`Error::AlreadySent`] if the response is on its way.
    pub fn invalidate(&mut self) -> Result<(), Error> {
        let now = self.engine.now();
        let mut inner = self.lock_unsent()?;
        let has_cookie = inner.loaded.has_cookie;
        inner.loaded = self.engine.new_session(now, has_cookie);
        inner.json = None;
        inner.action = if has_cookie { CookieAction::Remove } else { CookieAction::Keep };
        Ok(())
    }

    /// When the session began.
    pub fn created(&self) -> SystemTime {
        self.lock().loaded.created.time
    }

    /// Whether the session began with this request.
    pub fn is_new(&self) -> bool {
        self.lock().loaded.is_new
    }

    /// Ends the use of the session and returns the `Set-Cookie` header that the response needs, if it
    /// needs one. Later updates are errors. The layer calls this.
    ///
    /// # Errors
    /// [`Error::NoRandomness`] if the cookie can't be sealed. [`Error::TooLarge`] if the data came in a
    /// cookie that is too large to be sent again.
    pub fn close(&self) -> Result<Option<HeaderValue>, Error> {
        let mut inner = self.lock();
        inner.is_sent = true;
        match inner.action {
            CookieAction::Keep => Ok(None),
            CookieAction::Remove => Ok(Some(self.engine.cookie.removal())),
            CookieAction::Issue => self.issue(&mut inner).map(Some),
        }
    }

    fn issue(&self, inner: &mut Inner) -> Result<HeaderValue, Error> {
        let Loaded { accessed, created, data, .. } = &inner.loaded;
        let json = inner.json.take();
        let json = json.unwrap_or_else(|| self.engine.codec.json(*accessed, created, data));
        let value = self.engine.codec.encode(&json)?;
        self.check_size(value.len())?;
        Ok(self.engine.cookie.issue(&value))
    }

    /// Notes the time of use, and renews the cookie if it's old enough (Pyramid's
    /// `manage_accessed`) or made with an older key.
    fn count_as_use(&self, inner: &mut Inner) {
        let now = self.engine.now().trunc();
        let reissue_time = self.engine.reissue_time;
        if inner.loaded.accessed.trunc() != now {
            inner.json = None;
        }
        inner.loaded.accessed = now;
        let age = now - inner.loaded.renewed;
        let is_old = reissue_time.is_some_and(|reissue_time| age > reissue_time.as_secs_f64());
        if (is_old || !inner.loaded.by_newest) && inner.action == CookieAction::Keep {
            inner.action = CookieAction::Issue;
        }
    }

    fn check_size(&self, size: usize) -> Result<(), Error> {
        let limit = self.engine.codec.value_limit(self.engine.cookie.room());
        if size > limit { Err(Error::TooLarge { size, limit }) } else { Ok(()) }
    }

    fn lock_unsent(&self) -> Result<MutexGuard<'_, Inner>, Error> {
        let inner = self.lock();
        if inner.is_sent { Err(Error::AlreadySent) } else { Ok(inner) }
    }

    /// No code of others runs while it's locked, so nothing is half done if it's poisoned.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
