use askama::Template;
use askama_web::WebTemplate;
use axum::extract::Query;
use axum::response::Redirect;
use serde::Deserialize;
use std::time::{Duration, SystemTime};
use step_serve::Failure;
use store_engine::{Error, Session};

/// The page of the views that count.
#[derive(Template, WebTemplate)]
#[template(path = "home.html")]
pub struct Page {
    pub name: &'static str,
    pub count: u64,
}

/// How long the slow view waits, in milliseconds.
#[derive(Deserialize)]
pub struct SlowQuery {
    pub wait: u64,
}

/// In how many seconds a session ends.
#[derive(Deserialize)]
pub struct LimitQuery {
    pub seconds: u32,
}

pub async fn home(session: Session) -> Result<Page, Error> {
    Ok(Page { name: "Home View", count: counter(&session).await? })
}

pub async fn hello(session: Session) -> Result<Page, Error> {
    Ok(Page { name: "Hello View", count: counter(&session).await? })
}

/// A view that is slow, as one is that looks at the session and then asks another server.
pub async fn slow(session: Session, Query(query): Query<SlowQuery>) -> Result<Page, Error> {
    session.read().await?;
    tokio::time::sleep(Duration::from_millis(query.wait.min(5000))).await;
    Ok(Page { name: "Home View", count: counter(&session).await? })
}

pub async fn logout(session: Session) -> Result<Redirect, Error> {
    session.destroy().await?;
    Ok(Redirect::to("/"))
}

pub async fn rotate(session: Session) -> Result<Redirect, Error> {
    session.rotate().await?;
    Ok(Redirect::to("/"))
}

/// A view that fails after it has rotated the id, as a login may whose next query finds its database down.
pub async fn rotate_and_fail(session: Session) -> Result<Failure, Error> {
    session.rotate().await?;
    Ok(Failure::from("the page fails on purpose"))
}

/// Lets this session end at a time that it can't outlive, as one does on a shared computer.
///
/// The engine's limits are the same for all sessions. So the time is a value of the session, and the
/// views look at it.
pub async fn limit(session: Session, Query(query): Query<LimitQuery>) -> Result<Redirect, Error> {
    let ends = SystemTime::now() + Duration::from_secs(query.seconds.into());
    session.update(|data| data.insert("ends", ends)).await?;
    Ok(Redirect::to("/"))
}

async fn counter(session: &Session) -> Result<u64, Error> {
    let ends: Option<SystemTime> = session.read().await?.get("ends")?;
    if ends.is_some_and(|ends| ends <= SystemTime::now()) {
        session.destroy().await?;
    }
    let update = session.update(|data| {
        let count = data.get("counter")?.unwrap_or(0) + 1;
        data.insert("counter", count)?;
        Ok(count)
    });
    update.await
}
