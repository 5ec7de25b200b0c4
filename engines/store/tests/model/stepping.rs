//! A store in memory whose calls can be put in any order, and that can be wrong on purpose.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::SystemTime;
use store_engine::{Found, Key, MemoryStore, Outcome, Record, Store, StoreError, async_trait};

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mistake {
    None,
    SaveIgnoresTheVersion,
    SaveCreatesWhatIsMissing,
    RenameLeavesNoTombstone,
    DeleteIsForgotten,
}

/// Clones are the same store.
#[derive(Clone)]
pub struct Stepping {
    pub memory: Arc<MemoryStore>,
    pub mistake: Mistake,
}

impl Stepping {
    pub fn new(mistake: Mistake) -> Self {
        Self { memory: Arc::default(), mistake }
    }

    async fn live(&self, key: &Key) -> Result<Option<Record>, StoreError> {
        match self.memory.load(key, SystemTime::now()).await? {
            Found::Live(record) => Ok(Some(record)),
            Found::Renamed | Found::Nothing => Ok(None),
        }
    }
}

/// Gives the others a chance to go first.
async fn pause() {
    let mut has_paused = false;
    poll_fn(|_| {
        if has_paused {
            return Poll::Ready(());
        }
        has_paused = true;
        Poll::Pending
    })
    .await;
}

#[async_trait]
impl Store for Stepping {
    async fn create(&self, key: &Key, record: &Record) -> Result<Outcome, StoreError> {
        pause().await;
        self.memory.create(key, record).await
    }

    async fn load(&self, key: &Key, now: SystemTime) -> Result<Found<Record>, StoreError> {
        pause().await;
        self.memory.load(key, now).await
    }

    async fn save(&self, key: &Key, record: &Record, seen: u64) -> Result<Outcome, StoreError> {
        pause().await;
        let kept = self.live(key).await?;
        match (self.mistake, kept) {
            (Mistake::SaveIgnoresTheVersion, Some(kept)) => {
                self.memory.save(key, record, kept.version).await
            }
            (Mistake::SaveCreatesWhatIsMissing, None) => self.memory.create(key, record).await,
            _ => self.memory.save(key, record, seen).await,
        }
    }

    async fn touch(&self, key: &Key, used: &Record) -> Result<Outcome, StoreError> {
        pause().await;
        self.memory.touch(key, used).await
    }

    async fn rename(&self, old: &Key, new: &Key, until: SystemTime) -> Result<Outcome, StoreError> {
        pause().await;
        let is_wrong = self.mistake == Mistake::RenameLeavesNoTombstone;
        self.memory.rename(old, new, if is_wrong { SystemTime::UNIX_EPOCH } else { until }).await
    }

    async fn delete(&self, key: &Key) -> Result<(), StoreError> {
        pause().await;
        if self.mistake == Mistake::DeleteIsForgotten {
            return Ok(());
        }
        self.memory.delete(key).await
    }

    async fn delete_expired(&self, now: SystemTime, limit: usize) -> Result<usize, StoreError> {
        self.memory.delete_expired(now, limit).await
    }
}
