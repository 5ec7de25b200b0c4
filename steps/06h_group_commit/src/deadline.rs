use crate::store::StoreError;
use std::time::Duration;
use tokio::time::Instant;

/// How long a request may wait for its session, all waits together.
const PATIENCE: Duration = Duration::from_secs(3);

tokio::task_local! {
    static DEADLINE: Instant;
}

/// Answers a request, with a deadline for whatever it asks of the store.
pub async fn scope<R>(answer: impl Future<Output = R>) -> R {
    DEADLINE.scope(Instant::now() + PATIENCE, answer).await
}

/// When the request that runs here gives up. Work that belongs to no request gets as much time.
pub fn get() -> Instant {
    DEADLINE.try_with(|deadline| *deadline).unwrap_or_else(|_| Instant::now() + PATIENCE)
}

/// Waits, but not longer than the request may.
pub async fn wait<R>(work: impl Future<Output = R>) -> Result<R, StoreError> {
    tokio::time::timeout_at(get(), work).await.map_err(|_| StoreError::Late)
}
