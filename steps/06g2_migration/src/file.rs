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
    CREATE INDEX IF NOT EXISTS sessions_marked ON sessions (expires) WHERE seen_expired IS NOT NULL;
    CREATE TABLE IF NOT EXISTS renamed (key BLOB PRIMARY KEY, until INTEGER NOT NULL) STRICT;
    CREATE INDEX IF NOT EXISTS renamed_until ON renamed (until);",
    "ALTER TABLE sessions ADD COLUMN schema INTEGER NOT NULL DEFAULT 1;
    CREATE TABLE unreadable (key BLOB NOT NULL, data TEXT NOT NULL) STRICT;",
];
// ANCHOR_END: versions

// ANCHOR: open
/// Opens the file that holds the sessions, and makes it if it isn't there.
pub fn open(file: &Path) -> Result<Connection, step_serve::Error> {
    let name = file.display();
    match connect(file) {
        Ok(Some(connection)) => Ok(connection),
        Ok(None) => Err(format!(
            "{name} belongs to another program, or to a newer version of this one: move that file away"
        )
        .into()),
        Err(error) => {
            Err(format!("cannot keep sessions in {name} ({error}): end what locks it, make room, or move it away if it is damaged").into())
        }
    }
}
// ANCHOR_END: open

// ANCHOR: connect
/// A connection whose commits are on the disk when they return, or `None` if the file isn't ours.
fn connect(file: &Path) -> Result<Option<Connection>> {
    let mut connection = Connection::open(file)?;
    connection.busy_timeout(Duration::from_secs(1))?;
    // First of all, because a file that isn't ours stays as it is.
    if !migrate(&mut connection)? {
        return Ok(None);
    }
    use_write_ahead_log(&connection)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "fullfsync", true)?;
    Ok(Some(connection))
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
    if is_current(connection)? {
        return Ok(true);
    }
    let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let tables: i64 =
        change.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let id: i32 = change.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let version: i64 = change.pragma_query_value(None, "user_version", |row| row.get(0))?;
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

/// Most starts find a file that needs nothing, and wait for no lock.
fn is_current(rows: &Connection) -> Result<bool> {
    let id: i32 = rows.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let version: i64 = rows.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok(id == APPLICATION_ID && version as usize == MIGRATIONS.len())
}
// ANCHOR_END: migrate
