use crate::data::SessionData;
use crate::deadline;
use crate::error::Error;
use crate::id::{Id, Key};
use crate::limits::Limits;
use crate::queues::Queues;
use crate::record::{Found, Outcome, Record};
use crate::store::{Store, StoreError};
use std::time::{Duration, SystemTime};

/// How many sessions a sweep takes at once, so that visitors don't wait for it.
const BATCH: usize = 100;

/// How long a late request may come with an id that was replaced.
const TOMBSTONE_LIFETIME: Duration = Duration::from_secs(60);

/// Reads and changes the sessions of a store.
pub struct Engine {
    store: Box<dyn Store>,
    queues: Queues,
    limits: Limits,
}

/// A session after an update.
pub struct Updated<R> {
    pub record: Record,
    /// Whether the session ends later than before, so that the browser needs a new cookie.
    pub is_renewed: bool,
    /// What the closure returned.
    pub result: R,
}

impl Engine {
    pub fn new(store: Box<dyn Store>, limits: Limits) -> Self {
        Self { store, queues: Queues::default(), limits }
    }

    pub async fn load(&self, key: &Key) -> Result<Found<Record>, StoreError> {
        self.find(key, SystemTime::now()).await
    }

    /// Loads a session. It may have been saved under other limits: of the two ends, the earlier one counts.
    async fn find(&self, key: &Key, now: SystemTime) -> Result<Found<Record>, StoreError> {
        let found = self.store.load(key, now).await?;
        let Found::Live(mut record) = found else { return Ok(found) };
        let expires = self.limits.expires(record.created, record.accessed);
        record.expires = record.expires.min(expires);
        Ok(if now < expires { Found::Live(record) } else { Found::Nothing })
    }

    /// Notes the use of a session. Returns whether it ends later than before.
    pub async fn touch(&self, key: &Key, record: &mut Record) -> Result<bool, StoreError> {
        let is_renewed = self.limits.renew(record, SystemTime::now());
        Ok(is_renewed && self.store.touch(key, record).await? == Outcome::Done)
    }

    /// Deletes what has been expired for a day.
    pub async fn sweep(&self) -> Result<(), StoreError> {
        while self.store.delete_expired(SystemTime::now(), BATCH).await? == BATCH {}
        Ok(())
    }

    /// Begins a session, and returns its id and record.
    pub async fn create(&self, data: SessionData) -> Result<(Id, Record), Error> {
        let id = Id::random()?;
        let now = SystemTime::now();
        let expires = self.limits.expires(now, now);
        let record = Record { data, version: 0, created: now, accessed: now, expires };
        match self.store.create(&id.key(), &record).await? {
            Outcome::Done => Ok((id, record)),
            // Two ids of 128 random bits are never alike, unless the randomness is broken.
            Outcome::Conflict | Outcome::Gone => Err(Error::Gone),
        }
    }

    /// Changes a session. The closure first gets what the last update here has saved, which spares a load.
    /// That is a guess: another program may have saved since or ended the session, and then the closure
    /// runs again on what is in the store. Without `can_renew`, the browser can't be given a new cookie.
    pub async fn update<R>(
        &self,
        key: &Key,
        can_renew: bool,
        change: &mut impl FnMut(&mut SessionData) -> Result<R, Error>,
    ) -> Result<Found<Updated<R>>, Error> {
        // ANCHOR: update
        let mut turn = deadline::wait(self.queues.enter(key)).await?;
        // A use that another program has noted makes no new version. By then it's time to note this use too,
        // unless somebody has set the clock, so nothing older than that is used.
        let mut kept = turn.take(key, self.limits.touch);
        let mut was_live = false;
        loop {
            let now = SystemTime::now();
            let kept = kept.take().filter(|record| now < record.expires);
            let is_kept = kept.is_some();
            let found = match kept {
                Some(record) => Found::Live(record),
                None => self.find(key, now).await?,
            };
            let mut record = match found {
                Found::Live(record) => record,
                Found::Renamed => return Ok(Found::Renamed),
                // A conflict came first, so the session has ended since.
                Found::Nothing if was_live => return Ok(Found::Renamed),
                Found::Nothing => return Ok(Found::Nothing),
            };
            was_live = !is_kept;
            let seen = record.version;
            let result = match change(&mut record.data) {
                // Its reason may be out of date.
                Err(_) if is_kept => continue,
                result => result?,
            };
            // A replica that takes over may lack the last writes. If we counted, others would reach the lost
            // numbers again, and an engine that still keeps a lost record would save over theirs. The time,
            // in microseconds, doesn't come again. Where a clock went back, the version rises all the same.
            let since = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            record.version = (since.as_micros() as u64).max(seen.wrapping_add(1));
            let is_renewed = if can_renew {
                self.limits.renew(&mut record, now)
            } else {
                self.limits.prolong(&mut record, now);
                false
            };
            match self.store.save(key, &record, seen).await? {
                Outcome::Done => {
                    turn.keep(key, &record);
                    return Ok(Found::Live(Updated { record, is_renewed, result }));
                }
                Outcome::Conflict => {}
                // It may have ended before this request came.
                Outcome::Gone if is_kept => {}
                // It was there a moment ago, so this request must not begin another one.
                Outcome::Gone => return Ok(Found::Renamed),
            }
        }
        // ANCHOR_END: update
    }

    /// Gives a session another id. Returns the id, and when the session ends.
    pub async fn rotate(&self, key: &Key) -> Result<(Id, SystemTime), Error> {
        let id = Id::random()?;
        let now = SystemTime::now();
        // After the rename nothing may fail any more, or the browser would not learn the id.
        let Found::Live(record) = self.find(key, now).await? else { return Err(Error::Gone) };
        match self.store.rename(key, &id.key(), now + TOMBSTONE_LIFETIME).await? {
            Outcome::Done => Ok((id, record.expires)),
            Outcome::Conflict | Outcome::Gone => Err(Error::Gone),
        }
    }

    /// Ends a session. It is an error if it has another id by now, because then it is still alive.
    pub async fn delete(&self, key: &Key) -> Result<(), Error> {
        self.store.delete(key).await?;
        match self.load(key).await {
            Ok(Found::Renamed) => Err(Error::Gone),
            Ok(Found::Live(_) | Found::Nothing) => Ok(()),
            // The delete was confirmed, so an error that says that nothing was done would be untrue.
            Err(error) => Err(StoreError::NotCommitted(error.to_string()).into()),
        }
    }
}
