use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{FromRequestParts, Query};
use axum::{http::request::Parts, response::Redirect};
use serde::Deserialize;
use std::time::Duration;
use store_engine::{Error, Session};

/// The page of both views.
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

/// What the views share: the session.
pub struct TutorialViews {
    pub session: Session,
}

impl<S: Send + Sync> FromRequestParts<S> for TutorialViews {
    type Rejection = <Session as FromRequestParts<S>>::Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        Ok(Self { session: Session::from_request_parts(parts, state).await? })
    }
}

impl TutorialViews {
    pub async fn home(self) -> Result<Page, Error> {
        Ok(Page { name: "Home View", count: self.counter().await? })
    }

    pub async fn hello(self) -> Result<Page, Error> {
        Ok(Page { name: "Hello View", count: self.counter().await? })
    }

    async fn counter(&self) -> Result<u64, Error> {
        let update = self.session.update(|data| {
            let count = data.get("counter")?.unwrap_or(0) + 1;
            data.insert("counter", count)?;
            Ok(count)
        });
        update.await
    }

    /// A view that is slow, as one is that asks another server.
    pub async fn slow(self, Query(query): Query<SlowQuery>) -> Result<Page, Error> {
        self.session.read().await?;
        tokio::time::sleep(Duration::from_millis(query.wait.min(5000))).await;
        Ok(Page { name: "Home View", count: self.counter().await? })
    }

    pub async fn logout(self) -> Result<Redirect, Error> {
        self.session.destroy().await?;
        Ok(Redirect::to("/"))
    }

    pub async fn rotate(self) -> Result<Redirect, Error> {
        self.session.rotate().await?;
        Ok(Redirect::to("/"))
    }
}
