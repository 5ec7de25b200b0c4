// ANCHOR: lifetime
use std::env;
use std::time::SystemTime;
use step_serve::Error;

/// How far ahead of ours the clock of another server may be, in seconds.
const CLOCK_SKEW: u64 = 60;

/// The longest that browsers keep a cookie, in seconds (RFC 6265bis section 5.5).
const MAX_IDLE: u32 = 400 * 24 * 60 * 60;

/// How long sessions live.
#[derive(Clone, Copy)]
pub struct Lifetime {
    /// Seconds that a session may be unused.
    pub idle: u32,
}

impl Lifetime {
    /// 20 minutes, or what the variable IDLE_SECONDS says.
    pub fn from_environment() -> Result<Self, Error> {
        let Some(value) = env::var_os("IDLE_SECONDS") else { return Ok(Self { idle: 20 * 60 }) };
        let text = value.to_string_lossy();
        match text.parse() {
            Ok(idle) if (1..=MAX_IDLE).contains(&idle) => Ok(Self { idle }),
            _ => {
                let problem = format!("is not a whole number from 1 to {MAX_IDLE} (400 days)");
                let advice = "say how many seconds a session may be unused";
                Err(format!("IDLE_SECONDS={text} {problem}: {advice}").into())
            }
        }
    }
    // ANCHOR_END: lifetime

    // ANCHOR: alive
    /// Whether a session that was last used at this time is still alive.
    pub fn is_alive(self, accessed: u64) -> bool {
        let now = now();
        if accessed > now.saturating_add(CLOCK_SKEW) {
            let ahead = accessed - now;
            tracing::warn!("a session from {ahead} s in the future was refused: check the clock");
            return false;
        }
        now.saturating_sub(accessed) <= self.idle.into()
    }
    // ANCHOR_END: alive

    // ANCHOR: due
    /// Whether the cookie is so old that a session in use needs a new one.
    pub fn is_due(self, accessed: u64) -> bool {
        now().saturating_sub(accessed) > u64::from(self.idle / 20)
    }
}

/// Seconds since 1970.
pub fn now() -> u64 {
    SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs())
}
// ANCHOR_END: due
