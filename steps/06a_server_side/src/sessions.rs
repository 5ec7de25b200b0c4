use crate::data::SessionData;
use crate::error::Error;
use crate::id::Id;
use crate::memory::MemoryStore;
use crate::session_cookie;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{CACHE_CONTROL, SET_COOKIE, VARY};
use axum::http::{HeaderMap, HeaderValue, Method, request::Parts};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use cookie::Cookie;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use step_serve::Failure;

/// A visitor's session while one request is answered.
#[derive(Clone)]
pub struct Session(Arc<Mutex<Inner>>);

struct Inner {
    /// The id in the browser's cookie, if a session belongs to it.
    id: Option<Id>,
    data: SessionData,
    is_changed: bool,
    is_taken: bool,
    is_sent: bool,
    set_cookie: Option<Cookie<'static>>,
}

impl Session {
    /// The session that a request came with. An id that the store doesn't know is never adopted.
    pub fn open(store: &MemoryStore, headers: &HeaderMap) -> Self {
        let id = session_cookie::read(headers);
        let data = id.as_ref().and_then(|id| store.load(&id.key()));
        Self(Arc::new(Mutex::new(Inner {
            id: id.filter(|_| data.is_some()),
            data: data.unwrap_or_default(),
            is_changed: false,
            is_taken: false,
            is_sent: false,
            set_cookie: None,
        })))
    }

    /// A copy of the data.
    pub fn read(&self) -> SessionData {
        self.lock().data.clone()
    }

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

    /// Nothing is left half done when a closure panics, so a poisoned lock is as good as another.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Session {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let session = parts.extensions.get::<Self>().cloned();
        let session = session.ok_or("the session layer is missing: add it after the routes")?;
        session.lock().is_taken = true;
        Ok(session)
    }
}

/// Loads the session of a request, and saves it if a view changed it.
pub async fn layer(
    State(store): State<Arc<MemoryStore>>,
    mut request: Request,
    next: Next,
) -> Response {
    let is_head = request.method() == Method::HEAD;
    let session = Session::open(&store, request.headers());
    request.extensions_mut().insert(session.clone());
    let mut response = next.run(request).await;
    let mut inner = session.lock();
    inner.is_sent = true;
    let headers = response.headers_mut();
    if inner.is_taken {
        headers.append(VARY, HeaderValue::from_static("Cookie"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    // axum answers HEAD with the view for GET, but HEAD must not change anything (RFC 9110 9.2.1).
    if !is_head && let Err(error) = inner.save(&store) {
        return Failure::from(error).into_response();
    }
    if let Some(cookie) = inner.set_cookie.take() {
        let header = HeaderValue::try_from(cookie.to_string());
        headers.append(SET_COOKIE, header.expect("base64 and our attributes are ASCII"));
    }
    response
}

impl Inner {
    /// Saves the whole session if it was changed.
    fn save(&mut self, store: &MemoryStore) -> Result<(), Error> {
        if !self.is_changed {
            return Ok(());
        }
        let id = match self.id.take() {
            Some(id) => id,
            None => {
                let id = Id::random()?;
                self.set_cookie = Some(session_cookie::write(&id));
                id
            }
        };
        store.save(id.key(), self.data.clone());
        Ok(())
    }
}
