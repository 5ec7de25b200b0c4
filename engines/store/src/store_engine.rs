use crate::errors::with_source;
use crate::guarded::GuardedStore;
use crate::id_cookie::IdCookie;
use crate::limits::Limits;
use crate::{ConfigError, Options, Session, Store, engine};
use axum::http::{HeaderMap, Method};
use std::sync::Arc;
use std::time::Duration;

/// How often a sweep begins.
const SWEEP_INTERVAL: Duration = Duration::from_secs(60);

/// Opens the sessions of requests, which are in a store. As a [`tower::Layer`] it does that for a
/// router, see [`SessionService`](crate::SessionService). A clone is the same engine.
#[derive(Clone)]
pub struct Engine(pub(crate) Arc<Shared>);

/// What all sessions of an engine share.
pub(crate) struct Shared {
    /// Reads and changes sessions, and knows no cookie and no request.
    pub(crate) core: engine::Engine,
    pub(crate) cookie: IdCookie,
    pub(crate) deadline: Duration,
}

impl Engine {
    /// An engine on a store.
    ///
    /// # Errors
    /// [`ConfigError`] if browsers would drop the cookie, or if a duration makes no sense.
    pub fn new(store: impl Store + 'static, options: &Options) -> Result<Self, ConfigError> {
        options.check_durations()?;
        let Options { idle, absolute, touch, deadline, .. } = *options;
        let store = Box::new(GuardedStore::new(store, options));
        let core = engine::Engine::new(store, Limits { idle, absolute, touch });
        Ok(Self(Arc::new(Shared { core, cookie: IdCookie::new(options)?, deadline })))
    }

    /// The session of a request. The store isn't asked before the session is used.
    ///
    /// It's a new one if there is no session cookie or more than one. Handlers take a [`Session`]
    /// instead. Without the layer, [`Session::close`] gives the `Set-Cookie` header.
    pub fn open(&self, method: &Method, headers: &HeaderMap) -> Session {
        // axum answers HEAD with the handler of GET, but HEAD must not change anything (RFC 9110
        // section 9.2.1).
        let is_read_only = method == Method::HEAD;
        Session::new(Arc::clone(&self.0), self.0.cookie.read(headers), is_read_only)
    }

    /// Deletes what has expired, each minute, and never returns. Spawn it once in each program:
    /// `tokio::spawn(engine.clone().sweep_forever())`.
    ///
    /// A session is deleted a day after a sweep first saw that it had expired, so that a wrong clock deletes
    /// nothing. It's done in small batches, so that visitors don't wait for it; only a
    /// [`MemoryStore`](crate::MemoryStore) looks at all its sessions each time. If the store fails, the log has a
    /// warning, and the next sweep goes on. Without sweeps, expired sessions are ignored all the same,
    /// but the store grows.
    pub async fn sweep_forever(self) {
        let mut interval = tokio::time::interval(SWEEP_INTERVAL);
        loop {
            interval.tick().await;
            if let Err(error) = self.0.core.sweep().await {
                let error = with_source(&error);
                tracing::warn!("expired sessions stay for another minute: {error}");
            }
        }
    }
}
