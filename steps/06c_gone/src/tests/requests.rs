//! Requests without a server: what a visitor's cookie opens, and what the response sets.

use crate::data::SessionData;
use crate::engine::Engine;
use crate::error::Error;
use crate::sessions::Session;
use axum::http::{HeaderMap, HeaderValue, header::COOKIE};
use std::sync::Arc;

/// The session of a request with this id in its cookie.
pub fn open(engine: &Arc<Engine>, id: Option<&str>, is_head: bool) -> Session {
    let mut headers = HeaderMap::new();
    if let Some(id) = id {
        headers.insert(COOKIE, HeaderValue::try_from(format!("__Host-id={id}")).unwrap());
    }
    let session = Session::open(Arc::clone(engine), &headers, is_head);
    session.take();
    session
}

pub fn get(engine: &Arc<Engine>, id: &str) -> Session {
    open(engine, Some(id), false)
}

/// Ends the request, and returns what its response sets: an id, or an empty value to remove it.
pub fn cookie(session: &Session) -> Option<String> {
    session.close().unwrap().set_cookie.map(|cookie| cookie.value().to_owned())
}

pub fn increment(data: &mut SessionData) -> Result<u32, Error> {
    let count = data.get("count")?.unwrap_or(0) + 1;
    data.insert("count", count)?;
    Ok(count)
}

pub async fn count(session: &Session) -> Option<u32> {
    session.read().await.unwrap().get("count").unwrap()
}

/// Begins a session with the count 1. Returns its id.
pub async fn begin(engine: &Arc<Engine>) -> String {
    let session = open(engine, None, false);
    assert_eq!(session.update(increment).await.unwrap(), 1);
    cookie(&session).unwrap()
}
