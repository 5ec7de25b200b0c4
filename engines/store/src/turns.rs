use crate::id::Key;
use crate::record::Record;
use std::time::{Duration, Instant, SystemTime};
use tokio::sync::{Mutex, MutexGuard};

const QUEUES: usize = 4096;

/// Lets the updates of one session wait for one another, and keeps what the last one has saved for the
/// next. Two sessions may share a queue: that costs a moment now and then, while a queue for each
/// session would have to be cleaned up.
pub struct Queues(Vec<Mutex<Option<Saved>>>);

/// What an update has saved, and when.
struct Saved {
    key: Key,
    record: Record,
    at: Instant,
}

/// The turn of an update, which ends when it is dropped.
pub struct Turn<'a>(MutexGuard<'a, Option<Saved>>);

impl Default for Queues {
    fn default() -> Self {
        Self((0..QUEUES).map(|_| Mutex::default()).collect())
    }
}

impl Queues {
    /// Waits until no other update of this session runs.
    pub async fn enter(&self, key: &Key) -> Turn<'_> {
        Turn(self.0[key.number() % QUEUES].lock().await)
    }
}

impl Turn<'_> {
    /// What the last update has saved, if it was of this session and is younger than this. It is taken
    /// out, so that nothing is kept if the request is dropped before it has saved something newer.
    pub fn take(&mut self, key: &Key, max_age: Duration) -> Option<Record> {
        let saved = self.0.take()?;
        let is_current = saved.key == *key && saved.at.elapsed() < max_age;
        is_current.then_some(saved.record)
    }

    /// Keeps what was saved, with times in whole milliseconds, as stores have them. Or else the next update
    /// would find the last use a little later than other programs do, and could take back one of theirs.
    pub fn keep(&mut self, key: &Key, record: &Record) {
        let mut record = record.clone();
        for time in [&mut record.created, &mut record.accessed, &mut record.expires] {
            *time = whole_milliseconds(*time);
        }
        *self.0 = Some(Saved { key: *key, record, at: Instant::now() });
    }
}

fn whole_milliseconds(time: SystemTime) -> SystemTime {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    SystemTime::UNIX_EPOCH + Duration::from_millis(since.as_millis() as u64)
}
