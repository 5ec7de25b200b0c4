use crate::test_store::TestStore;
use axum::http::{HeaderMap, HeaderValue, Method, header::COOKIE};
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use store_engine::{Engine, Error, Options, Session, SessionData};
use tracing::subscriber::DefaultGuard;

/// An engine on a test store.
pub struct Site {
    pub engine: Engine,
    pub store: TestStore,
}

impl Site {
    pub fn new() -> Self {
        Self::with(&Options::default())
    }

    pub fn with(options: &Options) -> Self {
        let store = TestStore::default();
        Self { engine: Engine::new(store.clone(), options).unwrap(), store }
    }

    /// Another engine on the same store.
    pub fn another(&self, options: &Options) -> Self {
        let store = self.store.clone();
        Self { engine: Engine::new(store.clone(), options).unwrap(), store }
    }

    /// The session of a GET with this `Cookie` line, or without one if it's empty.
    pub fn open(&self, cookie: &str) -> Session {
        self.engine.open(&Method::GET, &headers(cookie))
    }

    pub fn open_head(&self, cookie: &str) -> Session {
        self.engine.open(&Method::HEAD, &headers(cookie))
    }

    /// A new session that counts to this, as a `Cookie` line.
    pub async fn counting(&self, count: u64) -> String {
        let session = self.open("");
        session.update(|data| data.insert("counter", count)).await.unwrap();
        let cookie = sent(&session).await.unwrap();
        self.store.calls();
        cookie
    }

    /// The count of a cookie's session, or `None` if the request is anonymous.
    pub async fn count(&self, cookie: &str) -> Option<u64> {
        self.open(cookie).read().await.unwrap().get("counter").unwrap()
    }
}

pub fn headers(cookie: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if !cookie.is_empty() {
        headers.insert(COOKIE, HeaderValue::try_from(cookie).unwrap());
    }
    headers
}

/// Counts up in a session.
pub fn increment(data: &mut SessionData) -> Result<u64, Error> {
    let count = data.get("counter")?.unwrap_or(0) + 1;
    data.insert("counter", count)?;
    Ok(count)
}

/// The `Set-Cookie` header of a session's response.
pub async fn set_cookie(session: &Session) -> Option<String> {
    session.close().await.map(|header| header.to_str().unwrap().to_owned())
}

/// The name and value of the cookie that a session's response sets.
pub async fn sent(session: &Session) -> Option<String> {
    let header = set_cookie(session).await?;
    Some(header.split(';').next().unwrap().to_owned())
}

/// The value of a `Cookie` line with one cookie.
pub fn value(cookie: &str) -> &str {
    cookie.split_once('=').unwrap().1
}

/// The session's data as JSON.
pub async fn text(session: &Session) -> String {
    serde_json::to_string(&*session.read().await.unwrap()).unwrap()
}

/// What this thread logs until the guard is dropped, one event a line.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub fn start() -> (Self, DefaultGuard) {
        let log = Self::default();
        let ours = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(move || ours.clone())
            .without_time()
            .with_ansi(false)
            .finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    /// What was logged since the last time.
    pub fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
