// ANCHOR: imports
use crate::data::SessionData;
use crate::error::Error;
use crate::keyring::Opened;
use crate::lifetime::now;
use crate::record::Record;
use crate::session_cookie::{self, SessionCookie};
// ANCHOR_END: imports
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{CACHE_CONTROL, SET_COOKIE, VARY};
use axum::http::{HeaderMap, HeaderValue, Method, request::Parts};
use axum::middleware::Next;
use axum::response::Response;
use cookie::Cookie;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use step_serve::Failure;

/// A visitor's session while one request is answered.
#[derive(Clone)]
pub struct Session(Arc<Mutex<Inner>>);

// ANCHOR: open
struct Inner {
    cookie: SessionCookie,
    record: Record,
    by_newest: bool,
    has_cookie: bool,
    is_taken: bool,
    is_sent: bool,
    set_cookie: Option<Cookie<'static>>,
}

impl Session {
    /// The session that a request came with.
    pub fn open(cookie: SessionCookie, headers: &HeaderMap) -> Self {
        let new = || Opened { value: Record::new(), by_newest: true };
        let opened = cookie.read(headers).unwrap_or_else(new);
        Self(Arc::new(Mutex::new(Inner {
            record: opened.value,
            by_newest: opened.by_newest,
            has_cookie: session_cookie::is_in(headers),
            cookie,
            is_taken: false,
            is_sent: false,
            set_cookie: None,
        })))
    }
    // ANCHOR_END: open

    /// A copy of the data.
    pub fn read(&self) -> SessionData {
        self.lock().record.data.clone()
    }

    /// Changes the data and returns what the closure returns. On an error, the closure's own
    /// included, the data stays as it was.
    pub fn update<R>(
        &mut self,
        change: impl FnOnce(&mut SessionData) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let mut inner = self.unsent()?;
        let mut draft = Record { accessed: now(), ..inner.record.clone() };
        let result = change(&mut draft.data)?;
        inner.set_cookie = Some(inner.cookie.write(&draft)?);
        inner.record = draft;
        Ok(result)
    }

    /// Ends the session by removing its cookie. A copy of the cookie stays valid.
    pub fn invalidate(&mut self) -> Result<(), Error> {
        let mut inner = self.unsent()?;
        inner.record = Record::new();
        inner.set_cookie = inner.has_cookie.then(session_cookie::removal);
        Ok(())
    }

    fn unsent(&self) -> Result<MutexGuard<'_, Inner>, Error> {
        let inner = self.0.try_lock().map_err(|_| Error::ConcurrentUpdate)?;
        if inner.is_sent { Err(Error::AlreadySent) } else { Ok(inner) }
    }

    /// Nothing is left half done when a closure panics, so a poisoned lock is as good as another.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// ANCHOR: renew
impl Inner {
    /// Gives a session that is in use, but was not changed, a new cookie before the old one is dead
    /// or its key is gone.
    fn renew(&mut self) {
        let is_due = self.cookie.lifetime.is_due(self.record.accessed) || !self.by_newest;
        if self.set_cookie.is_none() && is_due {
            self.record.accessed = now();
            self.set_cookie = self.cookie.write(&self.record).ok();
        }
    }
}
// ANCHOR_END: renew

impl<S: Send + Sync> FromRequestParts<S> for Session {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let session = parts.extensions.get::<Self>().cloned();
        let session = session.ok_or("the session layer is missing: add it after the routes")?;
        session.lock().is_taken = true;
        Ok(session)
    }
}

/// Opens the session of a request. Sets its cookie if a view changed the session or used an old one.
pub async fn layer(
    State(cookie): State<SessionCookie>,
    mut request: Request,
    next: Next,
) -> Response {
    let is_head = request.method() == Method::HEAD;
    let session = Session::open(cookie, request.headers());
    request.extensions_mut().insert(session.clone());
    let mut response = next.run(request).await;
    let mut inner = session.lock();
    inner.is_sent = true;
    let headers = response.headers_mut();
    if inner.is_taken {
        inner.renew();
        headers.append(VARY, HeaderValue::from_static("Cookie"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    // axum answers HEAD with the view for GET, but HEAD must not change anything (RFC 9110 9.2.1).
    if let Some(cookie) = inner.set_cookie.take().filter(|_| !is_head) {
        let header = HeaderValue::try_from(cookie.to_string());
        headers.append(SET_COOKIE, header.expect("base64 and our attributes are ASCII"));
    }
    response
}
