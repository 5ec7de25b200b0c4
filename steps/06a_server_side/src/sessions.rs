// ANCHOR: session
use crate::data::SessionData;
use crate::error::Error;
use crate::id::Id;
use crate::memory::MemoryStore;
use crate::session_cookie;
use axum::http::HeaderMap;
use cookie::Cookie;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A visitor's session while one request is answered.
#[derive(Clone)]
pub struct Session(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    /// The id in the browser's cookie, if a session belongs to it.
    id: Option<Id>,
    data: SessionData,
    is_changed: bool,
    is_taken: bool,
    is_sent: bool,
    set_cookie: Option<Cookie<'static>>,
}
// ANCHOR_END: session

// ANCHOR: open
impl Session {
    /// The session that a request came with. An id that the store doesn't know is never adopted.
    pub fn open(store: &MemoryStore, headers: &HeaderMap) -> Self {
        let id = session_cookie::read(headers);
        let data = id.as_ref().and_then(|id| store.load(&id.key()));
        let id = id.filter(|_| data.is_some());
        let inner = Inner { id, data: data.unwrap_or_default(), ..Inner::default() };
        Self(Arc::new(Mutex::new(inner)))
    }

    /// A copy of the data.
    pub fn read(&self) -> SessionData {
        self.lock().data.clone()
    }
    // ANCHOR_END: open

    // ANCHOR: update
    /// Changes the data and returns what the closure returns. On an error, the closure's own
    /// included, the data stays as it was.
    pub fn update<R>(
        &self,
        change: impl FnOnce(&mut SessionData) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let mut inner = self.0.try_lock().map_err(|_| Error::ConcurrentUpdate)?;
        if inner.is_sent {
            return Err(Error::AlreadySent);
        }
        let mut draft = inner.data.clone();
        let result = change(&mut draft)?;
        inner.data = draft;
        inner.is_changed = true;
        Ok(result)
    }
    // ANCHOR_END: update

    // ANCHOR: save
    /// Saves the whole session if it was changed.
    pub fn save(&self, store: &MemoryStore) -> Result<(), Error> {
        let mut inner = self.lock();
        if !inner.is_changed {
            return Ok(());
        }
        let id = match inner.id.take() {
            Some(id) => id,
            None => {
                let id = Id::random()?;
                inner.set_cookie = Some(session_cookie::write(&id));
                id
            }
        };
        // ANCHOR: close
        store.save(id.key(), inner.data.clone());
        Ok(())
    }
    // ANCHOR_END: save

    /// Notes that a view has the session.
    pub fn take(&self) {
        self.lock().is_taken = true;
    }

    /// Ends the request. Returns what the response needs: nothing if no view took the session.
    pub fn close(&self) -> Option<Closed> {
        let mut inner = self.lock();
        inner.is_sent = true;
        let set_cookie = inner.set_cookie.take();
        inner.is_taken.then_some(Closed { set_cookie })
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A session that a view took, at the end of its request.
pub struct Closed {
    pub set_cookie: Option<Cookie<'static>>,
}
// ANCHOR_END: close
