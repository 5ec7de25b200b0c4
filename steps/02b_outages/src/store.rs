// ANCHOR: imports
use crate::guarded::GuardedStore;
use rusqlite::{ErrorCode, TransactionBehavior};
use std::{path::Path, time::Duration};
use step_serve::Error;
use tokio::time::{Instant, interval_at};
use tower_sessions_rusqlite_store::{RusqliteStore, tokio_rusqlite, tokio_rusqlite::Connection};
// ANCHOR_END: imports

/// Opens a connection to the file that holds the sessions, and makes the file on the first start.
pub async fn connect(state_dir: &Path) -> Result<Connection, Error> {
    let file = state_dir.join("sessions.sqlite");
    let mut connection = rusqlite::Connection::open(&file)?;
    connection.busy_timeout(Duration::from_secs(1))?;
    // A transaction that reads first and writes later would not wait for another one: it fails.
    connection.set_transaction_behavior(TransactionBehavior::Immediate);
    // Flushed to the disk before the page is sent, so that what was shown survives a power cut.
    let durable = "PRAGMA synchronous = FULL; PRAGMA fullfsync = ON";
    let set_up = use_write_ahead_log(&connection).await;
    set_up.and_then(|()| connection.execute_batch(durable)).map_err(|error| {
        format!("cannot keep sessions in {} ({error}): move that file away", file.display())
    })?;
    Ok(connection.into())
}

/// SQLite does not wait for a lock here, and another program may be starting on the same file.
async fn use_write_ahead_log(connection: &rusqlite::Connection) -> rusqlite::Result<()> {
    let busy = Some(ErrorCode::DatabaseBusy);
    for _ in 0..100 {
        let result = connection.pragma_update(None, "journal_mode", "WAL");
        if !result.as_ref().is_err_and(|error| error.sqlite_error_code() == busy) {
            return result;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    connection.pragma_update(None, "journal_mode", "WAL")
}

// ANCHOR: sweep
const HOUR: Duration = Duration::from_secs(3600);

/// Opens the store, and sweeps it every hour.
pub async fn open(state_dir: &Path) -> Result<GuardedStore, Error> {
    let connection = connect(state_dir).await?;
    let store = RusqliteStore::new(connection.clone());
    store.migrate().await?;
    tokio::spawn(async move {
        // Never at the start: it may be the one with a wrong clock.
        let mut hours = interval_at(Instant::now() + HOUR, HOUR);
        loop {
            hours.tick().await;
            if let Err(error) = sweep(&connection).await {
                tracing::warn!("expired sessions could not be deleted: {error}");
            }
        }
    });
    Ok(GuardedStore(store))
}

/// Deletes the sessions that expired more than an hour ago.
pub async fn sweep(connection: &Connection) -> tokio_rusqlite::Result<usize> {
    let delete = "DELETE FROM tower_sessions WHERE expiry_date < unixepoch() - 3600";
    connection.call(move |connection| connection.execute(delete, [])).await
}
// ANCHOR_END: sweep
