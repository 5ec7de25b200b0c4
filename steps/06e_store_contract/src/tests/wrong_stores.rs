//! Stores that are wrong on purpose, and what the suite says about them.

use super::conformance;
use crate::id::Key;
use crate::memory::MemoryStore;
use crate::record::{Found, Outcome, Record};
use crate::store::{Store, StoreError};
use async_trait::async_trait;
use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard};
use std::time::SystemTime;

#[derive(Clone, Copy, PartialEq)]
enum Mistake {
    SaveInserts,
    SaveIgnoresTheVersion,
    TouchReplacesTheData,
    LoadReturnsTheExpired,
    RenameLeavesNoTombstone,
    DeleteRemovesTombstones,
    SweepDeletesAtOnce,
    SweepIgnoresTheLimit,
}

/// A memory store with one mistake.
struct WrongStore {
    mistake: Mistake,
    right: MemoryStore,
    /// The keys that were ever in use.
    used: Mutex<HashSet<Key>>,
    /// The keys that were deleted.
    deleted: Mutex<HashSet<Key>>,
}

impl WrongStore {
    fn has(&self, mistake: Mistake) -> bool {
        self.mistake == mistake
    }

    fn used(&self) -> MutexGuard<'_, HashSet<Key>> {
        self.used.lock().unwrap()
    }
}

#[async_trait]
impl Store for WrongStore {
    async fn create(&self, key: &Key, record: &Record) -> Result<Outcome, StoreError> {
        self.used().insert(*key);
        self.right.create(key, record).await
    }

    async fn load(&self, key: &Key, now: SystemTime) -> Result<Found<Record>, StoreError> {
        let is_deleted = self.deleted.lock().unwrap().contains(key);
        if self.has(Mistake::DeleteRemovesTombstones) && is_deleted {
            return Ok(Found::Nothing);
        }
        let keeps_all = self.has(Mistake::LoadReturnsTheExpired);
        self.right.load(key, if keeps_all { SystemTime::UNIX_EPOCH } else { now }).await
    }

    async fn save(&self, key: &Key, record: &Record, seen: u64) -> Result<Outcome, StoreError> {
        let mut seen = seen;
        if self.has(Mistake::SaveIgnoresTheVersion)
            && let Found::Live(kept) = self.right.load(key, SystemTime::UNIX_EPOCH).await?
        {
            seen = kept.version;
        }
        let saved = self.right.save(key, record, seen).await?;
        if self.has(Mistake::SaveInserts) && saved == Outcome::Gone {
            return self.create(key, record).await;
        }
        Ok(saved)
    }

    async fn touch(&self, key: &Key, used: &Record) -> Result<Outcome, StoreError> {
        if self.has(Mistake::TouchReplacesTheData) {
            return match self.right.load(key, SystemTime::UNIX_EPOCH).await? {
                Found::Live(kept) => self.right.save(key, used, kept.version).await,
                _ => Ok(Outcome::Gone),
            };
        }
        self.right.touch(key, used).await
    }

    async fn rename(&self, old: &Key, new: &Key, until: SystemTime) -> Result<Outcome, StoreError> {
        self.used().insert(*new);
        let over = SystemTime::UNIX_EPOCH;
        let leaves_none = self.has(Mistake::RenameLeavesNoTombstone);
        self.right.rename(old, new, if leaves_none { over } else { until }).await
    }

    async fn delete(&self, key: &Key) -> Result<(), StoreError> {
        self.deleted.lock().unwrap().insert(*key);
        self.right.delete(key).await
    }

    async fn delete_expired(&self, now: SystemTime, limit: usize) -> Result<usize, StoreError> {
        if !self.has(Mistake::SweepDeletesAtOnce) {
            let ignores = self.has(Mistake::SweepIgnoresTheLimit);
            return self.right.delete_expired(now, if ignores { usize::MAX } else { limit }).await;
        }
        let used: Vec<Key> = self.used().iter().copied().collect();
        let mut deleted = 0;
        for key in used {
            let expired = matches!(self.right.load(&key, now).await?, Found::Nothing);
            if expired && deleted < limit {
                self.right.delete(&key).await?;
                self.used().remove(&key);
                deleted += 1;
            }
        }
        Ok(deleted)
    }
}

/// Tries a store with a mistake. It has to fail these cases, and may fail others.
async fn expect_failed(mistake: Mistake, cases: &[&str]) {
    let problems = conformance::problems(async || WrongStore {
        mistake,
        right: MemoryStore::default(),
        used: Mutex::default(),
        deleted: Mutex::default(),
    });
    let problems = problems.await;
    for case in cases {
        let is_named = problems.iter().any(|problem| problem.starts_with(&format!("{case}: ")));
        assert!(is_named, "{case} passes, and these fail: {problems:#?}");
    }
}

#[tokio::test]
async fn each_wrong_store_fails_the_cases_of_its_mistake() {
    let mistakes: [(Mistake, &[&str]); 8] = [
        (Mistake::SaveInserts, &["saves_revive_nothing", "nothing_happens_under_the_old_key"]),
        (Mistake::SaveIgnoresTheVersion, &["updates_at_once_lose_nothing"]),
        (Mistake::TouchReplacesTheData, &["a_touch_and_a_save_keep_out_of_each_others_way"]),
        (Mistake::LoadReturnsTheExpired, &["a_session_lives_until_its_time"]),
        (Mistake::RenameLeavesNoTombstone, &["the_old_key_is_renamed_until_its_time"]),
        (Mistake::DeleteRemovesTombstones, &["nothing_happens_under_the_old_key"]),
        (Mistake::SweepDeletesAtOnce, &["a_clock_that_starts_a_year_ahead_deletes_nothing"]),
        (Mistake::SweepIgnoresTheLimit, &["a_sweep_keeps_to_its_limit_and_ends"]),
    ];
    for (mistake, cases) in mistakes {
        expect_failed(mistake, cases).await;
    }
}
