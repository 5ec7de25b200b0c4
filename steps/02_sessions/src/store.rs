// ANCHOR: connect
use rusqlite::{ErrorCode, TransactionBehavior};
use std::{path::Path, time::Duration};
use step_serve::Error;
use tower_sessions::ExpiredDeletion;
use tower_sessions_rusqlite_store::{RusqliteStore, tokio_rusqlite::Connection};

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
// ANCHOR_END: connect

// ANCHOR: log
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
// ANCHOR_END: log

// ANCHOR: open
/// Opens the store.
pub async fn open(state_dir: &Path) -> Result<RusqliteStore, Error> {
    let store = RusqliteStore::new(connect(state_dir).await?);
    store.migrate().await?;
    // The first sweep comes after a minute. It ends at its first error, and the next start begins again.
    tokio::spawn(store.clone().continuously_delete_expired(Duration::from_secs(60)));
    Ok(store)
}
// ANCHOR_END: open
