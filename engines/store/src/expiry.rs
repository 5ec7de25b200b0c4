use crate::record::Record;
use std::time::{Duration, SystemTime};

/// How long sessions live, see [`Options`](crate::Options).
pub struct Limits {
    pub idle: Duration,
    pub absolute: Duration,
    pub touch: Duration,
}

impl Limits {
    /// Notes the use of a session. Returns whether there is something to write down.
    pub fn renew(&self, record: &mut Record, now: SystemTime) -> bool {
        // An error: the clock was set back since, so the last use seems to be yet to come.
        if now.duration_since(record.accessed).is_ok_and(|age| age < self.touch) {
            return false;
        }
        record.created = record.created.min(now);
        record.accessed = now;
        record.expires = self.expires(record.created, now);
        true
    }

    /// Notes a use for which no cookie can be renewed. It is dated back by the threshold, so that the next
    /// request renews the cookie.
    pub fn prolong(&self, record: &mut Record, now: SystemTime) {
        let age = now.duration_since(record.accessed).unwrap_or_default();
        if age > self.touch {
            record.accessed += age - self.touch;
            record.expires = self.expires(record.created, record.accessed);
        }
    }

    /// When a session ends that is not used again.
    pub fn expires(&self, created: SystemTime, accessed: SystemTime) -> SystemTime {
        (accessed + self.idle).min(created + self.absolute)
    }
}
