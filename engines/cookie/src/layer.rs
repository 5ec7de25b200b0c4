use crate::{Engine, Session, caches};
use axum::extract::{FromRequestParts, Request};
use axum::http::{Method, StatusCode, header, request::Parts};
use axum::response::{IntoResponse, Response};
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use tower::{Layer, Service};

/// What an [`Engine`] makes of a service, as a tower layer.
///
/// A request that takes no [`Session`] is passed on as it is. One that takes it is answered with
/// `Vary: Cookie`, and with `Cache-Control: no-store` when the cookie is set or removed. HEAD
/// changes nothing: it never sets a cookie.
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

/// A request's session, opened by the first who takes it.
struct Slot {
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

    // ANCHOR: call
    fn call(&mut self, mut request: Request) -> Self::Future {
        let slot = Arc::new(Slot { engine: self.engine.clone(), session: OnceLock::new() });
        let is_head = request.method() == Method::HEAD;
        request.extensions_mut().insert(Arc::clone(&slot));
        let answer = self.inner.call(request);
        Box::pin(async move {
            let response = answer.await?;
            Ok(match slot.session.get() {
                Some(session) => answered(&slot.engine, session, is_head, response),
                None => response,
            })
        })
    }
    // ANCHOR_END: call
}

fn answered(engine: &Engine, session: &Session, is_head: bool, mut response: Response) -> Response {
    // ANCHOR: answered
    caches::vary_by_cookie(response.headers_mut());
    let set_cookie = session.close();
    let is_exception = response.status().is_server_error();
    if is_head || is_exception && !engine.parts().set_on_exception {
        return response;
    }
    match set_cookie {
        Ok(Some(cookie)) => {
            response.headers_mut().append(header::SET_COOKIE, cookie);
            caches::never_store(response.headers_mut());
            response
        }
        Ok(None) => response,
        Err(error) => error.into_response(),
    }
    // ANCHOR_END: answered
}

/// A handler takes a [`Session`], but no [`Engine`] is laid around its router.
#[derive(Debug)]
pub struct NoLayer;

impl IntoResponse for NoLayer {
    fn into_response(self) -> Response {
        tracing::error!("a handler takes a session and there is none: add .layer(engine)");
        (StatusCode::INTERNAL_SERVER_ERROR, "Sessions are out of order.").into_response()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Session {
    type Rejection = NoLayer;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, NoLayer> {
        let slot = parts.extensions.get::<Arc<Slot>>().ok_or(NoLayer)?;
        Ok(slot.session.get_or_init(|| slot.engine.open(&parts.headers)).handle())
    }
}
