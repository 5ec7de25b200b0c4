// ANCHOR: deadline
use crate::store::StoreError;
use std::cell::Cell;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// How long a request may wait for its session, all waits together.
const PATIENCE: Duration = Duration::from_secs(3);

tokio::task_local! {
    /// How much longer the request may wait. The view's own work takes nothing off it.
    static LEFT: Cell<Duration>;
}

/// Answers a request, which may wait for its session for so long and no longer.
pub async fn scope<R>(answer: impl Future<Output = R>) -> R {
    LEFT.scope(Cell::new(PATIENCE), answer).await
}

/// When a wait that begins now has to be over. Work that belongs to no request gets as much time.
pub fn get() -> Instant {
    Instant::now() + LEFT.try_with(Cell::get).unwrap_or(PATIENCE)
}
// ANCHOR_END: deadline

// ANCHOR: wait
/// Waits, but not longer than the request may.
pub async fn wait<R>(work: impl Future<Output = R>) -> Result<R, StoreError> {
    count(timeout_at(get(), work)).await.map_err(|_| StoreError::Late)
}

/// Waits, and takes the time off what the request has left.
pub async fn count<R>(work: impl Future<Output = R>) -> R {
    let began = Instant::now();
    let result = work.await;
    // An error: this work belongs to no request.
    let _ = LEFT.try_with(|left| left.set(left.get().saturating_sub(began.elapsed())));
    result
}
// ANCHOR_END: wait
