use crate::events::{self, Pending, Refusal};
use crate::id::Id;
use crate::place::Place;
use crate::record::Found;
use crate::store_engine::Shared;
use crate::{Error, SessionData, StoreError, deadline};
use axum::http::HeaderValue;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, timeout};

mod ending;

/// A visitor's session while one request is answered. A handler takes it as an argument.
///
/// Its data changes only inside [`update`](Self::update), which is one act: it loses nothing that
/// another request has saved, and what it returns is in the store. All handles that one request takes,
/// and their clones, are the same session.
///
/// Each method may be dropped while it waits, as hyper does with a handler whose client leaves. What
/// it had asked of the store is then done as a whole or not at all, and the session works on.
#[derive(Clone)]
pub struct Session(Arc<RequestSession>);

struct RequestSession {
    engine: Arc<Shared>,
    /// Whether changes are dropped, because the request is a HEAD.
    is_read_only: bool,
    /// The calls of one request come one after the other: they are one session.
    turn: tokio::sync::Mutex<()>,
    inner: Mutex<Inner>,
}

struct Inner {
    place: Place,
    /// The data as this request last saw it.
    data: Option<Arc<SessionData>>,
    set_cookie: Option<HeaderValue>,
    is_sent: bool,
    /// How much longer the request may wait for its session.
    left: Duration,
}

impl Session {
    pub(crate) fn new(engine: Arc<Shared>, id: Option<Id>, is_read_only: bool) -> Self {
        let place = id.map_or(Place::None, Place::Claimed);
        let left = engine.deadline;
        let inner = Inner { place, data: None, set_cookie: None, is_sent: false, left };
        let turn = tokio::sync::Mutex::default();
        Self(Arc::new(RequestSession { engine, is_read_only, turn, inner: Mutex::new(inner) }))
    }

    /// The data as it was when this request first asked, or as its last update left it. Without a
    /// session it's empty, and nothing begins.
    ///
    /// Reading counts as use of the session. If the last use is older than
    /// [`Options::touch`](crate::Options::touch), it's written down, and the response renews the cookie.
    /// After the response it doesn't count, because the browser can't be given a new cookie.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn read(&self) -> Result<Arc<SessionData>, Error> {
        self.in_turn(self.look()).await
    }

    /// Changes the data, saves it, and returns what the closure returns. If there is no session, it
    /// begins one under a new id, whatever id the request came with.
    ///
    /// The closure gets the data as it is in the store, or as this program has last saved it. It runs
    /// again if somebody else has saved since, or if it returned an error for data that may be out of
    /// date. So it must do nothing but change the data, and can't give
    /// away what it has captured: clone that. On an error, which may be the closure's own, nothing is
    /// saved. After the response, an update lets the session live on, and leaves it to the next request to
    /// renew the cookie. If the request is a HEAD, the closure runs, and what it changes is dropped.
    ///
    /// # Errors
    /// [`Error::Gone`] if the session has ended or got another id since this request saw it.
    /// [`Error::AlreadySent`] if a session would begin and the response is on its way. [`Error::Store`],
    /// [`Error::NoRandomness`], and the errors of the closure.
    pub async fn update<R>(
        &self,
        mut change: impl FnMut(&mut SessionData) -> Result<R, Error>,
    ) -> Result<R, Error> {
        if self.0.is_read_only {
            return change(&mut SessionData::clone(&*self.read().await?));
        }
        self.in_turn(self.change(&mut change)).await
    }

    // ANCHOR: change
    async fn change<R>(
        &self,
        change: &mut impl FnMut(&mut SessionData) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let place = self.lock().place.clone();
        let can_renew = !self.lock().is_sent;
        let id = match &place {
            Place::None => return self.begin(change).await,
            Place::Claimed(id) | Place::Live(id) => id.clone(),
            Place::Gone => return Err(Error::Gone),
        };
        match (self.0.engine.core.update(&id.key(), can_renew, change).await?, place) {
            (Found::Live(updated), _) => {
                let mut inner = self.lock();
                if updated.is_renewed {
                    let cookie = self.0.engine.cookie.write(&id, updated.record.expires);
                    inner.set_cookie = Some(cookie);
                }
                inner.place = Place::Live(id);
                inner.data = Some(Arc::new(updated.record.data));
                Ok(updated.result)
            }
            (Found::Nothing, Place::Claimed(_)) => {
                Refusal::Unknown.log();
                self.begin(change).await
            }
            (Found::Nothing | Found::Renamed, _) => {
                let mut inner = self.lock();
                inner.place = Place::Gone;
                inner.set_cookie = None;
                Err(Error::Gone)
            }
        }
    }
    // ANCHOR_END: change

    /// Begins a session. An id that the store doesn't know is never adopted.
    async fn begin<R>(
        &self,
        change: &mut impl FnMut(&mut SessionData) -> Result<R, Error>,
    ) -> Result<R, Error> {
        if self.lock().is_sent {
            return Err(Error::AlreadySent);
        }
        let mut data = SessionData::default();
        let result = change(&mut data)?;
        let pending = Pending::new("created");
        let (id, record) = pending.end(self.0.engine.core.create(data).await)?;
        let mut inner = self.lock();
        inner.set_cookie = Some(self.0.engine.cookie.write(&id, record.expires));
        inner.place = Place::Live(id);
        inner.data = Some(Arc::new(record.data));
        Ok(result)
    }

    /// The data, from the store if this request hasn't seen it yet.
    async fn look(&self) -> Result<Arc<SessionData>, Error> {
        if let Some(data) = &self.lock().data {
            return Ok(Arc::clone(data));
        }
        let Place::Claimed(id) = self.lock().place.clone() else {
            return Ok(Arc::default());
        };
        let core = &self.0.engine.core;
        let can_renew = !self.0.is_read_only && !self.lock().is_sent;
        let mut set_cookie = None;
        let (place, data) = match core.load(&id.key()).await? {
            Found::Live(mut record) => {
                if can_renew && core.touch(&id.key(), &mut record).await? {
                    set_cookie = Some(self.0.engine.cookie.write(&id, record.expires));
                }
                (Place::Live(id), record.data)
            }
            Found::Renamed => {
                Refusal::Renamed.log();
                (Place::Gone, SessionData::default())
            }
            Found::Nothing => {
                Refusal::Unknown.log();
                (Place::Claimed(id), SessionData::default())
            }
        };
        let data = Arc::new(data);
        let mut inner = self.lock();
        inner.set_cookie = set_cookie;
        inner.place = place;
        inner.data = Some(Arc::clone(&data));
        Ok(data)
    }

    /// Works when it's its turn, and takes the time off what the request has left. So it doesn't matter
    /// in which task a handler uses its session.
    async fn in_turn<R>(&self, work: impl Future<Output = Result<R, Error>>) -> Result<R, Error> {
        // A handler may have begun a call that it neither goes on with nor drops.
        let turn = timeout(self.lock().left, self.0.turn.lock());
        let _turn = turn.await.map_err(|_| StoreError::Late)?;
        let began = Instant::now();
        let left = self.lock().left;
        let result = deadline::scope(began + left, work).await;
        self.lock().left = left.saturating_sub(began.elapsed());
        if let Err(error) = &result {
            events::refused(error);
        }
        result
    }

    /// No code of others runs while it's locked, so nothing is half done if it's poisoned.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
