use crate::id::Key;
use tokio::sync::{Mutex, MutexGuard};

const QUEUES: usize = 4096;

/// Lets the updates of one session wait for one another. Two sessions may share a queue: that costs
/// a moment now and then, while a queue for each session would have to be cleaned up.
pub struct Queues(Vec<Mutex<()>>);

impl Default for Queues {
    fn default() -> Self {
        Self((0..QUEUES).map(|_| Mutex::default()).collect())
    }
}

impl Queues {
    /// Waits until no other update of this session runs. The turn ends when the guard is dropped.
    pub async fn enter(&self, key: &Key) -> MutexGuard<'_, ()> {
        self.0[key.number() % QUEUES].lock().await
    }
}
