use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::time::Instant;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

/// Writes one line a request. Query and headers stay out of it: they may hold what a log must not
/// keep.
// ANCHOR: log_line
pub(crate) async fn log(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let span = tracing::info_span!("request", %method, path);
    let began = Instant::now();
    let response = next.run(request).instrument(span.clone()).await;
    let status = response.status().as_u16();
    span.in_scope(|| tracing::info!("answered {status} in {:.1?}", began.elapsed()));
    response
}
// ANCHOR_END: log_line

/// Runs a request in a task, so that it runs to its end even if the client goes away: hyper drops
/// a handler at its next `await` when the connection closes.
///
/// A panic drops everything inside, the session layer too, so nothing of the session is saved.
// ANCHOR: run_to_end
pub(crate) async fn run_to_end(
    State(tasks): State<TaskTracker>,
    request: Request,
    next: Next,
) -> Response {
    let task = tasks.spawn(next.run(request).in_current_span());
    match task.await {
        Ok(response) => response,
        Err(error) => {
            tracing::error!("a request ended without an answer: {error}");
            let text = "Something went wrong here, and the error was logged. Try again later.";
            (StatusCode::INTERNAL_SERVER_ERROR, text).into_response()
        }
    }
}
// ANCHOR_END: run_to_end
