use crate::guarded::GuardedStore;
use axum::extract::{Request, State};
use axum::{http::Method, middleware::Next, response::Response};
use std::sync::Arc;
use tower_sessions::Session;

/// Gives HEAD a copy of the session that is never saved: the views may count and take messages.
pub async fn isolate_head(
    State(store): State<GuardedStore>,
    mut request: Request,
    next: Next,
) -> Response {
    let session = request.extensions().get::<Session>();
    if let Some(session) = session.filter(|_| request.method() == Method::HEAD) {
        let copy = Session::new(session.id(), Arc::new(store), session.expiry());
        request.extensions_mut().insert(copy);
    }
    next.run(request).await
}
