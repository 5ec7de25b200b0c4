//! What the engine does when somebody else uses the store at the same moment.

use crate::data::SessionData;
use crate::engine::Engine;
use crate::error::Error;
use crate::id::Key;
use crate::memory::MemoryStore;
use crate::record::{Found, Outcome, Record};
use crate::sessions::Session;
use crate::store::{Store, StoreError};
use async_trait::async_trait;
use axum::http::{HeaderMap, HeaderValue, header::COOKIE};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

/// What another program does between a load and the next save.
#[derive(Clone, Copy, PartialEq)]
enum Meddling {
    Saves,
    Deletes,
    SavesAndDeletes,
    BreaksAfterARename,
}

struct Meddler {
    store: MemoryStore,
    meddling: Meddling,
    /// How often it still does that.
    left: AtomicU32,
    is_broken: Mutex<bool>,
}

#[async_trait]
impl Store for Meddler {
    async fn create(&self, key: &Key, record: &Record) -> Result<Outcome, StoreError> {
        tokio::time::sleep(Duration::from_millis(50)).await;
        self.store.create(key, record).await
    }

    async fn load(&self, key: &Key, now: SystemTime) -> Result<Found<Record>, StoreError> {
        if *self.is_broken.lock().unwrap() {
            return Err(StoreError::from(Box::<dyn std::error::Error + Send + Sync>::from(
                "broken",
            )));
        }
        self.store.load(key, now).await
    }

    async fn save(&self, key: &Key, record: &Record, seen: u64) -> Result<Outcome, StoreError> {
        let is_due = |left: u32| left.checked_sub(1);
        if self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, is_due).is_ok() {
            let mut other = record.clone();
            other.data = SessionData::default();
            assert_eq!(self.store.save(key, &other, seen).await?, Outcome::Done);
        }
        if self.meddling == Meddling::Deletes {
            self.store.delete(key).await?;
        }
        let outcome = self.store.save(key, record, seen).await?;
        if self.meddling == Meddling::SavesAndDeletes {
            self.store.delete(key).await?;
        }
        Ok(outcome)
    }

    async fn touch(&self, key: &Key, used: &Record) -> Result<Outcome, StoreError> {
        self.store.touch(key, used).await
    }

    async fn rename(&self, old: &Key, new: &Key, until: SystemTime) -> Result<Outcome, StoreError> {
        *self.is_broken.lock().unwrap() = self.meddling == Meddling::BreaksAfterARename;
        self.store.rename(old, new, until).await
    }

    async fn delete(&self, key: &Key) -> Result<(), StoreError> {
        self.store.delete(key).await
    }

    async fn delete_expired(&self, now: SystemTime, limit: usize) -> Result<usize, StoreError> {
        self.store.delete_expired(now, limit).await
    }
}

fn engine(meddling: Meddling, times: u32) -> Arc<Engine> {
    let store = MemoryStore::default();
    let left = times.into();
    let store = Meddler { store, meddling, left, is_broken: Mutex::default() };
    Arc::new(Engine::new(Box::new(store), super::limits()))
}

fn get(engine: &Arc<Engine>, id: Option<&str>) -> Session {
    let mut headers = HeaderMap::new();
    if let Some(id) = id {
        headers.insert(COOKIE, HeaderValue::try_from(format!("__Host-id={id}")).unwrap());
    }
    let session = Session::open(Arc::clone(engine), &headers, false);
    session.take();
    session
}

async fn cookie(session: &Session) -> Option<String> {
    session.close().await.unwrap().set_cookie.map(|cookie| cookie.value().to_owned())
}

fn set(data: &mut SessionData) -> Result<(), Error> {
    Ok(data.insert("a", 1)?)
}

#[tokio::test]
async fn a_closure_runs_again_for_each_conflict() {
    let engine = engine(Meddling::Saves, 3);
    let id = engine.create(SessionData::default()).await.unwrap().0;
    let mut runs = 0;
    let update = get(&engine, Some(&id.value()));
    let update = update.update(|data| {
        runs += 1;
        set(data)
    });
    update.await.unwrap();
    assert_eq!(runs, 4);
    let Found::Live(record) = engine.load(&id.key()).await.unwrap() else { panic!("it is gone") };
    assert_eq!((record.version, record.data.get("a").unwrap()), (4, Some(1)));
}

#[tokio::test]
async fn a_request_whose_session_ends_meanwhile_begins_no_other() {
    let engine = engine(Meddling::Deletes, 1);
    let id = engine.create(SessionData::default()).await.unwrap().0.value();
    let session = get(&engine, Some(&id));
    assert!(matches!(session.update(set).await, Err(Error::Gone)));
    assert!(matches!(session.update(set).await, Err(Error::Gone)), "the second time too");
    assert_eq!(cookie(&session).await, None);
}

#[tokio::test]
async fn a_request_whose_session_ends_after_a_conflict_begins_no_other() {
    let engine = engine(Meddling::SavesAndDeletes, 1);
    let id = engine.create(SessionData::default()).await.unwrap().0.value();
    let session = get(&engine, Some(&id));
    assert!(matches!(session.update(set).await, Err(Error::Gone)));
    assert_eq!(cookie(&session).await, None);
}

#[tokio::test]
async fn a_new_id_reaches_the_browser_even_if_the_store_fails_after_the_rename() {
    let engine = engine(Meddling::BreaksAfterARename, 0);
    let id = engine.create(SessionData::default()).await.unwrap().0.value();
    let session = get(&engine, Some(&id));
    session.rotate().await.unwrap();
    assert_ne!(cookie(&session).await.unwrap(), id);
}

#[tokio::test]
async fn a_session_that_a_task_begins_while_the_response_goes_out_is_not_lost() {
    let engine = engine(Meddling::Saves, 0);
    let session = get(&engine, None);
    let task = tokio::spawn({
        let session = session.clone();
        async move { session.update(set).await }
    });
    tokio::time::sleep(Duration::from_millis(10)).await;
    let id = cookie(&session).await;
    task.await.unwrap().unwrap();
    let read = get(&engine, id.as_deref()).read().await.unwrap();
    assert_eq!(read.get("a").unwrap(), Some(1));
}
