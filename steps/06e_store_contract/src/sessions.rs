use crate::data::SessionData;
use crate::engine::Engine;
use crate::error::Error;
use crate::place::Place;
use crate::record::Found;
use crate::session_cookie;
use axum::http::HeaderMap;
use cookie::Cookie;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

mod ending;

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
    place: Place,
    /// The data as this request last saw it.
    data: Option<SessionData>,
    is_taken: bool,
    is_sent: bool,
    set_cookie: Option<Cookie<'static>>,
}

impl Session {
    /// The session of a request with these headers.
    pub fn open(engine: Arc<Engine>, headers: &HeaderMap, is_read_only: bool) -> Self {
        let place = session_cookie::read(headers).map_or(Place::None, Place::Claimed);
        let inner = Inner { place, data: None, is_taken: false, is_sent: false, set_cookie: None };
        let turn = tokio::sync::Mutex::default();
        Self(Arc::new(Shared { engine, is_read_only, turn, inner: Mutex::new(inner) }))
    }

    /// The data as it was when this request first asked, or as its last update left it.
    pub async fn read(&self) -> Result<SessionData, Error> {
        let _turn = self.0.turn.lock().await;
        if let Some(data) = &self.lock().data {
            return Ok(data.clone());
        }
        let Place::Claimed(id) = self.lock().place.clone() else {
            return Ok(SessionData::default());
        };
        // ANCHOR: read
        let (place, data) = match self.0.engine.load(&id.key()).await? {
            Found::Live(mut record) => {
                if !self.0.is_read_only && self.0.engine.touch(&id.key(), &mut record).await? {
                    self.lock().set_cookie = Some(session_cookie::write(&id, record.expires));
                }
                (Place::Live(id), record.data)
            }
            // ANCHOR_END: read
            Found::Renamed => (Place::Gone, SessionData::default()),
            Found::Nothing => (Place::Claimed(id), SessionData::default()),
        };
        let mut inner = self.lock();
        inner.place = place;
        inner.data = Some(data.clone());
        Ok(data)
    }

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
        let place = self.lock().place.clone();
        // ANCHOR: place
        let id = match &place {
            Place::None => return self.begin(change).await,
            Place::Claimed(id) | Place::Live(id) => id.clone(),
            Place::Gone => return Err(Error::Gone),
        };
        // ANCHOR_END: place
        match (self.0.engine.update(&id.key(), &mut change).await?, place) {
            (Found::Live(updated), _) => {
                let mut inner = self.lock();
                if updated.is_renewed {
                    inner.set_cookie = Some(session_cookie::write(&id, updated.record.expires));
                }
                inner.place = Place::Live(id);
                inner.data = Some(updated.record.data);
                Ok(updated.result)
            }
            // ANCHOR: nothing
            (Found::Nothing, Place::Claimed(_)) => self.begin(change).await,
            // ANCHOR_END: nothing
            (Found::Nothing | Found::Renamed, _) => {
                let mut inner = self.lock();
                inner.place = Place::Gone;
                inner.set_cookie = None;
                Err(Error::Gone)
            }
        }
    }

    // ANCHOR: begin
    /// Begins a session. An id that the store doesn't know is never adopted.
    async fn begin<R>(
        &self,
        mut change: impl FnMut(&mut SessionData) -> Result<R, Error>,
    ) -> Result<R, Error> {
        if self.lock().is_sent {
            return Err(Error::AlreadySent);
        }
        let mut data = SessionData::default();
        let result = change(&mut data)?;
        let (id, record) = self.0.engine.create(data).await?;
        // ANCHOR_END: begin
        let mut inner = self.lock();
        inner.set_cookie = Some(session_cookie::write(&id, record.expires));
        inner.place = Place::Live(id);
        inner.data = Some(record.data);
        Ok(result)
    }

    /// Notes that a view has the session.
    pub fn take(&self) {
        self.lock().is_taken = true;
    }

    // ANCHOR: close
    /// Ends the request. Returns what the response needs: nothing if no view took the session.
    pub async fn close(&self) -> Option<Closed> {
        // A task of the view may be beginning a session. Its cookie has to go out with the response.
        let _turn = self.0.turn.lock().await;
        self.drop_stale_cookie().await;
        let mut inner = self.lock();
        inner.is_sent = true;
        let set_cookie = inner.set_cookie.take();
        inner.is_taken.then_some(Closed { set_cookie })
    }
    // ANCHOR_END: close

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A session that a view took, at the end of its request.
pub struct Closed {
    pub set_cookie: Option<Cookie<'static>>,
}
