use crate::record::Record;
use std::env;
use std::time::{Duration, SystemTime};
use step_serve::Error;

/// How long sessions live.
pub struct Limits {
    /// How long a session may be unused.
    pub idle: Duration,
    /// How long a session may live, however much it is used.
    pub absolute: Duration,
    /// How old the last use may get before a new one is written down. A read writes once in that time.
    pub touch: Duration,
}

impl Limits {
    /// 20 minutes idle and 12 hours in all, or what the environment says: IDLE_SECONDS,
    /// ABSOLUTE_SECONDS and TOUCH_SECONDS. Without the last one, a twentieth of the idle limit.
    pub fn from_environment() -> Result<Self, Error> {
        let idle = seconds("IDLE_SECONDS")?.unwrap_or(Duration::from_secs(20 * 60));
        let absolute = seconds("ABSOLUTE_SECONDS")?.unwrap_or(Duration::from_secs(12 * 60 * 60));
        let touch = seconds("TOUCH_SECONDS")?.unwrap_or(idle / 20);
        if touch >= idle {
            let problem = "is not below the idle limit: sessions in use would end";
            return Err(format!("TOUCH_SECONDS={} {problem}", touch.as_secs()).into());
        }
        Ok(Self { idle, absolute, touch })
    }

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

    /// When a session ends that is not used again.
    pub fn expires(&self, created: SystemTime, accessed: SystemTime) -> SystemTime {
        (accessed + self.idle).min(created + self.absolute)
    }
}

fn seconds(name: &str) -> Result<Option<Duration>, Error> {
    let Ok(text) = env::var(name) else { return Ok(None) };
    match text.parse::<u32>() {
        Ok(seconds) if seconds > 0 => Ok(Some(Duration::from_secs(seconds.into()))),
        _ => {
            Err(format!("{name}={text} is not a number of seconds: use a whole one from 1 on")
                .into())
        }
    }
}
