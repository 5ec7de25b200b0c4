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

#[cfg(test)]
mod tests {
    use super::*;
    use axum::middleware::{from_fn, from_fn_with_state};
    use axum::{Router, body::Body, routing::get};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::sync::oneshot;
    use tower::ServiceExt;

    /// Counts the requests that an inner layer, such as a session layer, sees to their end.
    fn app(view: axum::routing::MethodRouter, tasks: &TaskTracker) -> (Router, Arc<AtomicUsize>) {
        let ended = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&ended);
        let count = from_fn(move |request: Request, next: Next| {
            let counter = Arc::clone(&counter);
            async move {
                let response = next.run(request).await;
                counter.fetch_add(1, Ordering::SeqCst);
                response
            }
        });
        let app = Router::new().route("/", view).layer(count);
        (app.layer(from_fn_with_state(tasks.clone(), run_to_end)), ended)
    }

    fn request() -> Request {
        Request::get("/").body(Body::empty()).unwrap()
    }

    #[tokio::test]
    async fn panic_is_a_500_page_and_passes_through_inner_layers() {
        async fn view() {
            panic!("a mistake in a view")
        }
        let (app, ended) = app(get(view), &TaskTracker::new());
        let response = app.oneshot(request()).await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = axum::body::to_bytes(response.into_body(), 1000).await.unwrap();
        assert!(body.starts_with(b"Something went wrong"));
        assert_eq!(ended.load(Ordering::SeqCst), 0);
    }

    #[tokio::test]
    async fn request_runs_to_its_end_when_its_client_leaves() {
        let (begun, has_begun) = oneshot::channel();
        let (go_on, may_go_on) = oneshot::channel();
        let channels = Arc::new(std::sync::Mutex::new(Some((begun, may_go_on))));
        let view = get(async move || {
            let (begun, may_go_on) = channels.lock().unwrap().take().unwrap();
            begun.send(()).unwrap();
            may_go_on.await.unwrap();
        });
        let tasks = TaskTracker::new();
        let (app, ended) = app(view, &tasks);
        let client = tokio::spawn(app.oneshot(request()));
        has_begun.await.unwrap();
        client.abort();
        client.await.unwrap_err();
        assert_eq!(ended.load(Ordering::SeqCst), 0);
        go_on.send(()).unwrap();
        tasks.close();
        tasks.wait().await;
        assert_eq!(ended.load(Ordering::SeqCst), 1);
    }
}
