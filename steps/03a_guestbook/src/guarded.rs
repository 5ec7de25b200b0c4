use async_trait::async_trait;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{extract::Request, middleware::Next};
use std::cell::Cell;
use step_serve::Failure;
use tower_sessions::SessionStore;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};
use tower_sessions_rusqlite_store::RusqliteStore;

/// A store that treats an unreadable record as no session, and notes the requests it failed.
#[derive(Clone, Debug)]
pub struct GuardedStore(pub RusqliteStore);

#[async_trait]
impl SessionStore for GuardedStore {
    async fn create(&self, record: &mut Record) -> Result<()> {
        noted(self.0.create(record).await)
    }

    async fn save(&self, record: &Record) -> Result<()> {
        noted(self.0.save(record).await)
    }
    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        match self.0.load(id).await {
            Err(error) if is_unreadable(&error) => {
                tracing::warn!("a session that cannot be read is ignored: {error}");
                Ok(None)
            }
            result => noted(result),
        }
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        noted(self.0.delete(id).await)
    }
}

/// Whether the fault is in the record. The stock store reports a column of another type as text.
fn is_unreadable(error: &Error) -> bool {
    match error {
        Error::Decode(_) => true,
        Error::Backend(text) => text.contains("Invalid column type"),
        Error::Encode(_) => false,
    }
}
tokio::task_local! {
    /// Whether the store has failed the request that this task serves.
    static HAS_FAILED: Cell<bool>;
}

fn noted<T>(result: Result<T>) -> Result<T> {
    if result.is_err() {
        // The sweep runs outside of any request, so it has no such note.
        let _ = HAS_FAILED.try_with(|failed| failed.set(true));
    }
    result
}

/// Answers 503 where the session layer answers an empty 500, because it could not save.
pub async fn answer_outages(request: Request, next: Next) -> Response {
    let answer = async {
        let response = next.run(request).await;
        match response.status() {
            StatusCode::INTERNAL_SERVER_ERROR if HAS_FAILED.with(Cell::get) => {
                Failure::from("the store did not save the session").into_response()
            }
            _ => response,
        }
    };
    HAS_FAILED.scope(Cell::new(false), answer).await
}
