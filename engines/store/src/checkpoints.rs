use rusqlite::Connection;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::sleep;
use std::time::Duration;

const PAUSE: Duration = Duration::from_millis(50);

/// Copies the write-ahead log into the file in a thread, so that no write waits for it. Each message
/// says that there is something to copy.
pub fn start(connection: Connection) -> SyncSender<()> {
    let (written, to_copy) = sync_channel(1);
    std::thread::spawn(move || {
        for () in to_copy {
            let copied = connection.pragma_query(None, "wal_checkpoint", |_| Ok(()));
            if let Err(error) = copied {
                tracing::warn!("the write-ahead log was not copied, and grows: {error}");
            }
            sleep(PAUSE);
        }
    });
    written
}
