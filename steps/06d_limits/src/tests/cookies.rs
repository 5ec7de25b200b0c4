//! What the cookie of a session in use does to a newer one.

use crate::data::SessionData;
use crate::engine::Engine;
use crate::limits::Limits;
use crate::sessions::Session;
use axum::http::{HeaderMap, HeaderValue, header::COOKIE};
use std::sync::Arc;
use std::time::Duration;

/// The session of a request with this id in its cookie.
fn open(engine: &Arc<Engine>, id: &str) -> Session {
    let mut headers = HeaderMap::new();
    headers.insert(COOKIE, HeaderValue::try_from(format!("__Host-id={id}")).unwrap());
    let session = Session::open(Arc::clone(engine), &headers, false);
    session.take();
    session
}

fn cookie(session: &Session) -> Option<String> {
    session.close().unwrap().set_cookie.map(|cookie| cookie.value().to_owned())
}

#[tokio::test]
async fn a_renewed_cookie_does_not_replace_a_newer_one() {
    let engine = Arc::new(Engine::new(Limits { touch: Duration::ZERO, ..super::limits() }));
    let id = engine.create(SessionData::default()).unwrap().0.value();
    let read = open(&engine, &id);
    read.read().await.unwrap();
    assert_eq!(cookie(&read), Some(id.clone()), "nothing has happened to the session");

    let slow = open(&engine, &id);
    let update = open(&engine, &id);
    slow.read().await.unwrap();
    update.update(|data| Ok(data.insert("a", 1)?)).await.unwrap();
    let rotation = open(&engine, &id);
    rotation.rotate().await.unwrap();
    let new = cookie(&rotation).unwrap();
    assert_eq!((cookie(&slow), cookie(&update)), (None, None), "after a rotation");

    let slow = open(&engine, &new);
    slow.read().await.unwrap();
    open(&engine, &new).destroy().await.unwrap();
    assert_eq!(cookie(&slow), None, "after a logout");
}
