// ANCHOR: session
use crate::data::SessionData;
use crate::engine::Engine;
use crate::error::Error;
use crate::id::Id;
use crate::session_cookie;
use axum::http::HeaderMap;
use cookie::Cookie;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A visitor's session while one request is answered.
#[derive(Clone)]
pub struct Session(Arc<Shared>);

struct Shared {
    engine: Arc<Engine>,
    /// Whether changes are dropped, because the request is a HEAD.
    is_read_only: bool,
    /// The updates of one request come one after the other: they are one session.
    turn: tokio::sync::Mutex<()>,
    inner: Mutex<Inner>,
}

struct Inner {
    /// The id in the browser's cookie. The store may not know it.
    id: Option<Id>,
    /// The data as this request last saw it.
    data: Option<SessionData>,
    is_taken: bool,
    is_sent: bool,
    set_cookie: Option<Cookie<'static>>,
}
// ANCHOR_END: session

// ANCHOR: open
impl Session {
    /// The session of a request with these headers.
    pub fn open(engine: Arc<Engine>, headers: &HeaderMap, is_read_only: bool) -> Self {
        let id = session_cookie::read(headers);
        let inner = Inner { id, data: None, is_taken: false, is_sent: false, set_cookie: None };
        let turn = tokio::sync::Mutex::default();
        Self(Arc::new(Shared { engine, is_read_only, turn, inner: Mutex::new(inner) }))
    }

    /// The data as it was when this request first asked, or as its last update left it.
    pub async fn read(&self) -> Result<SessionData, Error> {
        let _turn = self.0.turn.lock().await;
        if let Some(data) = &self.lock().data {
            return Ok(data.clone());
        }
        let id = self.lock().id.clone();
        let record = id.and_then(|id| self.0.engine.load(&id.key()));
        let data = record.map(|record| record.data).unwrap_or_default();
        self.lock().data = Some(data.clone());
        Ok(data)
    }
    // ANCHOR_END: open

    // ANCHOR: update
    /// Changes the data, saves it, and returns what the closure returns. The closure gets the data
    /// as it is in the store, and runs again if somebody else has saved meanwhile, so it must do
    /// nothing but change the data. On an error, nothing is saved.
    pub async fn update<R>(
        &self,
        mut change: impl FnMut(&mut SessionData) -> Result<R, Error>,
    ) -> Result<R, Error> {
        if self.0.is_read_only {
            return change(&mut self.read().await?);
        }
        let _turn = self.0.turn.lock().await;
        let id = self.lock().id.clone();
        if let Some(id) = id
            && let Some((record, result)) = self.0.engine.update(&id.key(), &mut change).await?
        {
            self.lock().data = Some(record.data);
            return Ok(result);
        }
        self.begin(change)
    }
    // ANCHOR_END: update

    // ANCHOR: begin
    /// Begins a session. An id that the store doesn't know is never adopted.
    fn begin<R>(
        &self,
        mut change: impl FnMut(&mut SessionData) -> Result<R, Error>,
    ) -> Result<R, Error> {
        if self.lock().is_sent {
            return Err(Error::AlreadySent);
        }
        let mut data = SessionData::default();
        let result = change(&mut data)?;
        let (id, record) = self.0.engine.create(data)?;
        let mut inner = self.lock();
        inner.set_cookie = Some(session_cookie::write(&id));
        inner.id = Some(id);
        inner.data = Some(record.data);
        Ok(result)
    }
    // ANCHOR_END: begin

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

    // ANCHOR: lock
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
    // ANCHOR_END: lock
}

/// A session that a view took, at the end of its request.
pub struct Closed {
    pub set_cookie: Option<Cookie<'static>>,
}
