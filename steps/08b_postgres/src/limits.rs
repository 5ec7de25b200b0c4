use std::env;
use std::time::Duration;
use step_serve::Error;
use store_engine::Options;

/// The library's options, with what the environment says about limits: IDLE_SECONDS, ABSOLUTE_SECONDS
/// and TOUCH_SECONDS. Without the last one, a twentieth of the idle limit.
pub fn from_environment() -> Result<Options, Error> {
    let mut options = Options::default();
    options.idle = seconds("IDLE_SECONDS")?.unwrap_or(options.idle);
    options.absolute = seconds("ABSOLUTE_SECONDS")?.unwrap_or(options.absolute);
    options.touch = seconds("TOUCH_SECONDS")?.unwrap_or(options.idle / 20);
    if options.touch >= options.idle {
        let problem = "is not below the idle limit: sessions in use would end";
        return Err(format!("TOUCH_SECONDS={} {problem}", options.touch.as_secs()).into());
    }
    Ok(options)
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
