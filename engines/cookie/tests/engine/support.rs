use axum::http::{HeaderMap, HeaderValue, header::COOKIE};
use cookie_engine::{Engine, Keyring, Options, Secret, Session};
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

pub const NOW: u64 = 1_735_689_600;
pub const SECRET: &str = "4f7d1c9be83a60255e0b9a7c3d1f8642aa55cc33bb99dd77ee11ff0022446688";
pub const OTHER: &str = "90c2e5b7a1d84f3362f08b9d7c6e5a41337799bbddffeeccaa88664422001133";

/// The time so many seconds after 1970.
pub fn time(seconds: f64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs_f64(seconds)
}

/// An engine with a clock that is set by hand.
pub struct Visitor {
    pub engine: Engine,
    pub name: String,
    clock: Arc<Mutex<SystemTime>>,
}

impl Visitor {
    pub fn new(options: &Options) -> Self {
        Self::with_keyring(options, &Keyring::new(Secret::new(SECRET).unwrap()))
    }

    pub fn with_keyring(options: &Options, keyring: &Keyring<Secret>) -> Self {
        let clock = Arc::new(Mutex::new(time(NOW as f64)));
        let ours = Arc::clone(&clock);
        let engine = Engine::with_clock(keyring, options, move || *ours.lock().unwrap()).unwrap();
        Self { engine, name: options.cookie.name.clone(), clock }
    }

    pub fn at(&self, seconds: f64) -> &Self {
        *self.clock.lock().unwrap() = time(seconds);
        self
    }

    /// The session of a request without a cookie.
    pub fn open_new(&self) -> Session {
        self.engine.open(&HeaderMap::new())
    }

    /// The session of a request with this cookie value.
    pub fn open(&self, value: &str) -> Session {
        self.open_line(&format!("{}={value}", self.name))
    }

    /// The session of a request with this `Cookie` line.
    pub fn open_line(&self, line: &str) -> Session {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::try_from(line).unwrap());
        self.engine.open(&headers)
    }

    /// A new session that counts to this, as a cookie's value.
    pub fn counting(&self, count: u64) -> String {
        let mut session = self.open_new();
        session.update(|data| data.insert("counter", count)).unwrap();
        sent(&session).unwrap()
    }

    /// The count in a cookie's session, or `None` if the cookie is ignored.
    pub fn count(&self, value: &str) -> Option<u64> {
        self.open(value).read().get("counter").unwrap()
    }
}

/// The value of the cookie that a session's response sets.
pub fn sent(session: &Session) -> Option<String> {
    let header = session.close().unwrap()?;
    let pair = header.to_str().unwrap().split(';').next().unwrap();
    Some(pair.split_once('=').unwrap().1.to_owned())
}

/// The session's data in JSON without spaces.
pub fn text(session: &Session) -> String {
    serde_json::to_string(&*session.read()).unwrap()
}

/// The options of both formats, by name.
pub fn formats() -> [(&'static str, Options); 2] {
    [("pyramid", Options::pyramid()), ("sealed", Options::sealed())]
}

/// What a closure logs, one event a line.
pub fn logged(run: impl FnOnce()) -> String {
    let lines = Log::default();
    let ours = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || ours.clone())
        .without_time()
        .with_ansi(false)
        .finish();
    tracing::subscriber::with_default(subscriber, run);
    let bytes = lines.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
