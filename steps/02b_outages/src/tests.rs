//! What no visitor can see from outside in good time.

use super::store;
use cookie::time::{Duration, OffsetDateTime};
use step_serve::Error;
use tempfile::TempDir;
use tower_sessions::SessionStore;
use tower_sessions::session::{Id, Record};

/// A record that expires in so many minutes, or that expired so many minutes ago.
fn record(minutes_left: i64) -> Record {
    let expiry_date = OffsetDateTime::now_utc() + Duration::minutes(minutes_left);
    Record { id: Id::default(), data: [("counter".to_owned(), 7.into())].into(), expiry_date }
}

#[tokio::test]
async fn sessions_are_swept_an_hour_after_they_expired() -> Result<(), Error> {
    let folder = TempDir::new()?;
    let store = store::open(folder.path()).await?;
    for minutes_left in [20, -1, -59, -61, -1000] {
        store.create(&mut record(minutes_left)).await?;
    }
    let connection = store::connect(folder.path()).await?;
    assert_eq!(store::sweep(&connection).await?, 2);
    assert_eq!(store::sweep(&connection).await?, 0);
    Ok(())
}

#[tokio::test]
async fn expired_session_is_not_given_out_before_it_is_swept() -> Result<(), Error> {
    let folder = TempDir::new()?;
    let store = store::open(folder.path()).await?;
    for (minutes_left, is_alive) in [(1, true), (-1, false)] {
        let mut record = record(minutes_left);
        store.create(&mut record).await?;
        assert_eq!(store.load(&record.id).await?.is_some(), is_alive);
    }
    Ok(())
}
