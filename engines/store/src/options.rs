use crate::{ConfigError, Error, SameSite, SessionData};
use std::time::Duration;

/// The longest duration that makes sense, a thousand years, so that no time overflows.
const MAX_DURATION: Duration = Duration::from_secs(1000 * 366 * 24 * 60 * 60);

/// Engine configuration: start from the default, and change the fields that you want to be different.
///
/// ```
/// use std::time::Duration;
/// use store_engine::Options;
///
/// let options = Options { idle: Duration::from_secs(60 * 60), ..Options::default() };
/// ```
#[derive(Clone, Debug)]
pub struct Options {
    /// The cookie's name. `__Host-` in front of it makes browsers refuse it unless this host has set it
    /// over https (ASVS 3.3.3).
    pub cookie_name: String,
    /// Whether the cookie comes with requests from other sites (ASVS 3.3.2).
    pub same_site: SameSite,
    /// Idle timeout: a session ends when it wasn't used for so long (ASVS 7.3.1).
    pub idle: Duration,
    /// Absolute timeout: a session ends so long after it began, however much it is used (ASVS 7.3.2).
    pub absolute: Duration,
    /// How old the last use may get before a new one is written down, so that reading a session writes
    /// once in this time. A session may therefore end by so much before its idle timeout. The engine also
    /// remembers for so long what an update has saved, so that the next one needn't load it. Zero lets
    /// each request write, and each update load.
    pub touch: Duration,
    /// How long a request waits for its session, all waits together. The handler's own work takes nothing
    /// off it. When it's over, the error is [`StoreError::Late`](crate::StoreError::Late); a write that is
    /// under way gets a second more, and then is a [`StoreError::NotCommitted`](crate::StoreError).
    pub deadline: Duration,
    /// The version of what your program keeps in sessions. Raise it when older data needs
    /// [`migrate`](Self::migrate). A session of a newer version is answered with 503, so that programs of
    /// two versions can run at once. All that this program can do with it is to end it.
    pub schema: u32,
    /// Brings data of an older version to [`schema`](Self::schema). It gets the version that the data has
    /// and runs when a session is loaded, so it must do nothing but change the data. The next update
    /// writes down what it made.
    pub migrate: fn(&mut SessionData, u32) -> Result<(), Error>,
}

/// What we recommend: a cookie for this host alone, 20 minutes idle and 12 hours in all.
impl Default for Options {
    fn default() -> Self {
        Self {
            // ANCHOR: default
            cookie_name: "__Host-id".to_owned(),
            same_site: SameSite::Lax,
            idle: Duration::from_secs(20 * 60),
            absolute: Duration::from_secs(12 * 60 * 60),
            touch: Duration::from_secs(60),
            deadline: Duration::from_secs(3),
            schema: 0,
            migrate: |_, _| Ok(()),
            // ANCHOR_END: default
        }
    }
}

impl Options {
    pub(crate) fn check_durations(&self) -> Result<(), ConfigError> {
        let Self { idle, absolute, touch, deadline, .. } = *self;
        let durations = [("idle", idle), ("absolute", absolute), ("deadline", deadline)];
        for (option, value) in durations {
            if value.is_zero() || value > MAX_DURATION {
                let why = "give it more than nothing, and at most a thousand years";
                return Err(ConfigError::Duration { option, value, why });
            }
        }
        if touch >= idle {
            let why = "sessions in use would end, so give it less than `idle`";
            return Err(ConfigError::Duration { option: "touch", value: touch, why });
        }
        Ok(())
    }
}
