// ANCHOR: answer
//! What a load balancer asks before it sends visitors to this node.

use crate::redis_store::RedisStore;
use axum::extract::State;
use axum::http::{StatusCode, header::CACHE_CONTROL};
use axum::response::IntoResponse;
use std::time::{Duration, SystemTime};
use store_engine::{Error, Id, Outcome, Record, SessionData, Store};
use tokio::time::timeout;

/// How long the store may take.
const SOON: Duration = Duration::from_secs(1);

/// 200 while this node wants visitors: the store can be written, and nobody has asked the program to
/// stop. 503 otherwise.
pub async fn answer(State(store): State<RedisStore>) -> impl IntoResponse {
    let (status, text) = if step_serve::is_stopping() {
        (StatusCode::SERVICE_UNAVAILABLE, "stopping")
    } else if can_write(&store).await {
        (StatusCode::OK, "healthy")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "the store can't be written")
    };
    (status, [(CACHE_CONTROL, "no-store")], text)
}
// ANCHOR_END: answer

// ANCHOR: can_write
async fn can_write(store: &impl Store) -> bool {
    match timeout(SOON, write(store)).await {
        Ok(Ok(created)) => created == Outcome::Done,
        Ok(Err(error)) => {
            tracing::warn!("not healthy: {error}");
            false
        }
        Err(_) => {
            tracing::warn!("not healthy: the store needs more than {SOON:?}");
            false
        }
    }
}

/// Creates a session that nobody has the id of, and deletes it.
async fn write(store: &impl Store) -> Result<Outcome, Error> {
    let key = Id::random()?.key();
    let now = SystemTime::now();
    let data = SessionData::default();
    let record = Record { data, version: 0, created: now, accessed: now, expires: now };
    let created = store.create(&key, &record).await?;
    store.delete(&key).await?;
    Ok(created)
}
// ANCHOR_END: can_write
