use rusqlite::Connection;
use std::{path::Path, time::Duration};
use step_serve::Error;
use tower_sessions::ExpiredDeletion;
use tower_sessions_rusqlite_store::RusqliteStore;

/// Opens the store, or makes it on the first start.
pub async fn open(state_dir: &Path) -> Result<RusqliteStore, Error> {
    let file = state_dir.join("sessions.sqlite");
    let connection = Connection::open(&file)?;
    // Written to the disk before the page is sent: what was shown survives a power cut.
    let durable = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;";
    connection.execute_batch(durable).map_err(|error| {
        format!("cannot keep sessions in {} ({error}): move that file away", file.display())
    })?;
    let store = RusqliteStore::new(connection.into());
    store.migrate().await?;
    store.delete_expired().await?;
    // It ends at its first error; the next start sweeps again.
    tokio::spawn(store.clone().continuously_delete_expired(Duration::from_secs(60)));
    Ok(store)
}
