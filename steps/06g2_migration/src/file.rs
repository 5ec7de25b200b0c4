// ANCHOR: versions
use rusqlite::{Connection, ErrorCode, Result, TransactionBehavior};
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

/// Tells a file of sessions from those of other programs: "sess".
const APPLICATION_ID: i32 = 0x7365_7373;

/// What makes a file of one version one of the next. Times are milliseconds since 1970.
const MIGRATIONS: [&str; 2] = [
    "CREATE TABLE IF NOT EXISTS sessions (
        key BLOB NOT NULL UNIQUE,
        version INTEGER NOT NULL,
        created INTEGER NOT NULL,
        accessed INTEGER NOT NULL,
        expires INTEGER NOT NULL,
        seen_expired INTEGER,
        data TEXT NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS sessions_to_sweep ON sessions (seen_expired, expires);
    CREATE TABLE IF NOT EXISTS renamed (key BLOB PRIMARY KEY, until INTEGER NOT NULL) STRICT;",
    "ALTER TABLE sessions ADD COLUMN schema INTEGER NOT NULL DEFAULT 1;
    CREATE TABLE unreadable (key BLOB NOT NULL, data TEXT NOT NULL) STRICT;",
];
// ANCHOR_END: versions

// ANCHOR: open
/// Opens the file that holds the sessions, and makes it if it isn't there.
pub fn open(file: &Path) -> Result<Connection, step_serve::Error> {
    let name = file.display();
    let opened = connect(file).and_then(|mut rows| Ok((migrate(&mut rows)?, rows)));
    match opened {
        Ok((true, rows)) => Ok(rows),
        Ok((false, _)) => Err(format!(
            "{name} belongs to another program, or to a newer version of this one: move that file away"
        )
        .into()),
        Err(error) => {
            Err(format!("cannot keep sessions in {name} ({error}): close what locks it, or move it away").into())
        }
    }
}
// ANCHOR_END: open

// ANCHOR: connect
/// A connection whose commits are on the disk when they return.
fn connect(file: &Path) -> Result<Connection> {
    let connection = Connection::open(file)?;
    connection.busy_timeout(Duration::from_secs(1))?;
    use_write_ahead_log(&connection)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "fullfsync", true)?;
    Ok(connection)
}

/// SQLite does not wait for a lock here, and another program may be starting on the same file.
fn use_write_ahead_log(connection: &Connection) -> Result<()> {
    let mut result = connection.pragma_update(None, "journal_mode", "WAL");
    for _ in 0..100 {
        match &result {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {}
            _ => break,
        }
        sleep(Duration::from_millis(10));
        result = connection.pragma_update(None, "journal_mode", "WAL");
    }
    result
}
// ANCHOR_END: connect

// ANCHOR: migrate
/// Brings the file to this program's version. Returns whether it is a file of ours.
fn migrate(connection: &mut Connection) -> Result<bool> {
    let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let tables: i64 =
        change.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let id: i32 = change.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let version: u32 = change.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let is_ours = tables == 0 || id == APPLICATION_ID;
    let Some(missing) = MIGRATIONS.get(version as usize..).filter(|_| is_ours) else {
        return Ok(false);
    };
    for migration in missing {
        change.execute_batch(migration)?;
    }
    change.pragma_update(None, "application_id", APPLICATION_ID)?;
    change.pragma_update(None, "user_version", MIGRATIONS.len() as u32)?;
    change.commit()?;
    Ok(true)
}
// ANCHOR_END: migrate
