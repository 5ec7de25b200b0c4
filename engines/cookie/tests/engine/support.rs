use axum::http::{HeaderMap, HeaderValue, header::COOKIE};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use step_cookie_engine::{Engine, Options, Ring, Secret, Session};

pub const NOW: u64 = 1_735_689_600;
pub const SECRET: &str = "4f7d1c9be83a60255e0b9a7c3d1f8642aa55cc33bb99dd77ee11ff0022446688";
pub const OTHER: &str = "90c2e5b7a1d84f3362f08b9d7c6e5a41337799bbddffeeccaa88664422001133";

/// An engine with a clock that is set by hand.
pub struct Visitor {
    pub engine: Engine,
    pub name: String,
    clock: Arc<AtomicU64>,
}

impl Visitor {
    pub fn new(options: &Options) -> Self {
        Self::with_ring(options, &Ring::new(Secret::new(SECRET).unwrap()))
    }

    pub fn with_ring(options: &Options, ring: &Ring<Secret>) -> Self {
        let clock = Arc::new(AtomicU64::new((NOW as f64).to_bits()));
        let ours = Arc::clone(&clock);
        let now = move || f64::from_bits(ours.load(Ordering::Relaxed));
        let engine = Engine::with_clock(ring, options, now).unwrap();
        Self { engine, name: options.cookie.name.clone(), clock }
    }

    pub fn at(&self, seconds: f64) -> &Self {
        self.clock.store(seconds.to_bits(), Ordering::Relaxed);
        self
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
        let mut session = self.engine.open(&HeaderMap::new());
        session.update(|state| state.insert("counter", count)).unwrap();
        sent(&session).unwrap()
    }

    /// The count in a cookie's session; `None` when the cookie is ignored.
    pub fn count(&self, value: &str) -> Option<u64> {
        self.open(value).read().get("counter").unwrap()
    }
}

/// The value of the cookie that a session's answer sets.
pub fn sent(session: &Session) -> Option<String> {
    let header = session.close().unwrap()?;
    let pair = header.to_str().unwrap().split(';').next().unwrap();
    Some(pair.split_once('=').unwrap().1.to_owned())
}

/// The options of both formats, by name.
pub fn formats() -> [(&'static str, Options); 2] {
    [("pyramid", Options::pyramid()), ("sealed", Options::sealed())]
}
