use askama::Template;
use askama_web::WebTemplate;
use axum::extract::Query;
use axum::response::Redirect;
use cookie::time::{self, OffsetDateTime};
use serde::Deserialize;
use std::time::Duration;
use step_serve::Failure;
use tower_sessions::{Expiry, Session};

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

pub async fn home(session: Session) -> Result<Page, Failure> {
    Ok(Page { name: "Home View", count: counter(&session).await? })
}

pub async fn hello(session: Session) -> Result<Page, Failure> {
    Ok(Page { name: "Hello View", count: counter(&session).await? })
}

/// A view that is slow, as one is that looks at the session and then asks another server.
pub async fn slow(session: Session, Query(query): Query<SlowQuery>) -> Result<Page, Failure> {
    session.get::<u64>("counter").await?;
    tokio::time::sleep(Duration::from_millis(query.wait.min(5000))).await;
    Ok(Page { name: "Home View", count: counter(&session).await? })
}

pub async fn logout(session: Session) -> Result<Redirect, Failure> {
    session.flush().await?;
    Ok(Redirect::to("/"))
}

pub async fn rotate(session: Session) -> Result<Redirect, Failure> {
    session.cycle_id().await?;
    Ok(Redirect::to("/"))
}

/// A view that fails after it has rotated the id, as a login may whose next query finds its database down.
pub async fn rotate_and_fail(session: Session) -> Result<Redirect, Failure> {
    session.cycle_id().await?;
    Err(Failure::from("the page fails on purpose"))
}

/// Lets this session end at a time that it can't outlive, as one does on a shared computer.
pub async fn limit(session: Session, Query(query): Query<LimitQuery>) -> Redirect {
    let left = time::Duration::seconds(query.seconds.into());
    session.set_expiry(Some(Expiry::AtDateTime(OffsetDateTime::now_utc() + left)));
    Redirect::to("/")
}

async fn counter(session: &Session) -> Result<u64, Failure> {
    let count = session.get("counter").await?.unwrap_or(0) + 1;
    session.insert("counter", count).await?;
    Ok(count)
}
