use crate::{Engine, Session, caches};
use axum::extract::{FromRequestParts, Request};
use axum::http::{StatusCode, header, request::Parts};
use axum::response::{IntoResponse, Response};
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use tower::{Layer, Service};

/// A service with an [`Engine`] around it: `.layer(engine)` makes it.
///
/// If a handler takes the [`Session`], the response has
/// - `Vary: Cookie` and `Cache-Control: no-store`, because the page depends on the session. The browser
///   doesn't keep it either, so its back button can't show an old count;
/// - at most one `Set-Cookie`, whatever the response's status is, because what was saved is in the store.
///   A response to HEAD has none, because HEAD changes nothing.
///
/// If no handler takes the session, nothing is asked of the store and the response stays as it is.
///
/// Browsers may fetch a page ahead of a visit (`Sec-Purpose: prefetch`). Whether such a request
/// changes something only the application knows, so refusing it, with status 503, is up to you.
#[derive(Clone)]
pub struct SessionService<S> {
    inner: S,
    engine: Engine,
}

impl<S> Layer<S> for Engine {
    type Service = SessionService<S>;

    fn layer(&self, inner: S) -> SessionService<S> {
        SessionService { inner, engine: self.clone() }
    }
}

/// A request's session, which is opened when a handler first takes it.
struct LazySession {
    engine: Engine,
    session: OnceLock<Session>,
}

impl<S> Service<Request> for SessionService<S>
where
    S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let lazy = Arc::new(LazySession { engine: self.engine.clone(), session: OnceLock::new() });
        request.extensions_mut().insert(Arc::clone(&lazy));
        let response = self.inner.call(request);
        Box::pin(async move {
            let mut response = response.await?;
            if let Some(session) = lazy.session.get() {
                finish(session, &mut response).await;
            }
            Ok(response)
        })
    }
}

// ANCHOR: finish
async fn finish(session: &Session, response: &mut Response) {
    let set_cookie = session.close().await;
    let headers = response.headers_mut();
    if let Some(cookie) = set_cookie {
        headers.append(header::SET_COOKIE, cookie);
    }
    caches::vary_by_cookie(headers);
    caches::forbid_storing(headers);
}
// ANCHOR_END: finish

/// A handler takes a [`Session`], but no [`Engine`] is a layer of its router. As a response it is a
/// page of status 500.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("a handler takes a session but there is no engine: add .layer(engine) after the routes")]
pub struct MissingLayer;

impl IntoResponse for MissingLayer {
    fn into_response(self) -> Response {
        tracing::error!("{self}");
        (StatusCode::INTERNAL_SERVER_ERROR, "Sessions are out of order. Try again later.")
            .into_response()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Session {
    type Rejection = MissingLayer;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, MissingLayer> {
        let lazy = parts.extensions.get::<Arc<LazySession>>().ok_or(MissingLayer)?;
        let open = || lazy.engine.open(&parts.method, &parts.headers);
        Ok(lazy.session.get_or_init(open).clone())
    }
}
