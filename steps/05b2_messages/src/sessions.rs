use crate::data::SessionData;
use crate::error::Error;
use crate::session_cookie::SessionCookie;
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

struct Inner {
    cookie: SessionCookie,
    data: SessionData,
    is_taken: bool,
    is_sent: bool,
    set_cookie: Option<Cookie<'static>>,
}

impl Session {
    /// The session that a request came with.
    pub fn open(cookie: SessionCookie, headers: &HeaderMap) -> Self {
        let data = cookie.read(headers).unwrap_or_default();
        let inner = Inner { cookie, data, is_taken: false, is_sent: false, set_cookie: None };
        Self(Arc::new(Mutex::new(inner)))
    }

    // ANCHOR: read
    /// A copy of the data.
    pub fn read(&self) -> SessionData {
        self.lock().data.clone()
    }
    // ANCHOR_END: read

    /// Changes the data and returns what the closure returns. On an error, the closure's own
    /// included, the data stays as it was.
    pub fn update<R>(
        &mut self,
        change: impl FnOnce(&mut SessionData) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let mut inner = self.0.try_lock().map_err(|_| Error::ConcurrentUpdate)?;
        if inner.is_sent {
            return Err(Error::AlreadySent);
        }
        let mut draft = inner.data.clone();
        let result = change(&mut draft)?;
        inner.set_cookie = Some(inner.cookie.write(&draft)?);
        inner.data = draft;
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

/// Opens the session of a request, and sets its cookie if a view changed it.
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
