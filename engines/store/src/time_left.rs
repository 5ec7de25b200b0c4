use crate::contract::StoreError;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// How long work may wait that belongs to no request, such as a sweep.
const PATIENCE: Duration = Duration::from_secs(3);

tokio::task_local! {
    static DEADLINE: Instant;
}

/// Does what a request asks for. Its waits have to be over by the deadline.
pub async fn scope<R>(deadline: Instant, work: impl Future<Output = R>) -> R {
    DEADLINE.scope(deadline, work).await
}

/// When a wait that begins now has to be over.
pub fn get() -> Instant {
    DEADLINE.try_with(|deadline| *deadline).unwrap_or_else(|_| Instant::now() + PATIENCE)
}

/// Waits, but not longer than the request may.
pub async fn wait<R>(work: impl Future<Output = R>) -> Result<R, StoreError> {
    timeout_at(get(), work).await.map_err(|_| StoreError::Late)
}

/// Waits for a thread that knows the deadline. The session takes the time off what its request has
/// left, for all kinds of waits, so there is nothing to count here.
#[cfg(feature = "sqlite")]
pub async fn count<R>(work: impl Future<Output = R>) -> R {
    work.await
}
