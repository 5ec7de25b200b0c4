use crate::id::Key;
use crate::record::{Found, Outcome, Record};
use rusqlite::types::Type;
use rusqlite::{Connection, Error, OptionalExtension, Row, params};
use std::time::{Duration, SystemTime};

/// Times are milliseconds since 1970. The application's id is "sess", which tells a file of sessions
/// from those of other programs.
pub const SCHEMA: &str = "
    PRAGMA application_id = 0x73657373;
    CREATE TABLE IF NOT EXISTS sessions (
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
    CREATE INDEX IF NOT EXISTS renamed_until ON renamed (until);
";

/// How long an expired session is kept. If it was the clock that was wrong, that is time to put it
/// right.
const GRACE: Duration = Duration::from_secs(24 * 60 * 60);

pub fn create(rows: &Connection, key: &Key, record: &Record) -> rusqlite::Result<Outcome> {
    let sql = "INSERT OR IGNORE INTO sessions (key, version, created, accessed, expires, data)
        SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE NOT EXISTS (SELECT 1 FROM renamed WHERE key = ?1)";
    let times = [record.created, record.accessed, record.expires].map(millis);
    let values =
        params![key.bytes(), record.version as i64, times[0], times[1], times[2], json(record)?];
    let is_new = rows.prepare_cached(sql)?.execute(values)? == 1;
    Ok(if is_new { Outcome::Done } else { Outcome::Conflict })
}

pub fn load(rows: &Connection, key: &Key, now: SystemTime) -> rusqlite::Result<Found<Record>> {
    let sql = "SELECT version, created, accessed, expires, data FROM sessions
        WHERE key = ?1 AND expires > ?2";
    let record = rows
        .prepare_cached(sql)?
        .query_row(params![key.bytes(), millis(now)], record)
        .optional()?;
    if let Some(record) = record {
        return Ok(Found::Live(record));
    }
    let sql = "SELECT 1 FROM renamed WHERE key = ?1 AND until > ?2";
    let is_renamed = rows.prepare_cached(sql)?.exists(params![key.bytes(), millis(now)])?;
    Ok(if is_renamed { Found::Renamed } else { Found::Nothing })
}

fn record(row: &Row) -> rusqlite::Result<Record> {
    let data: String = row.get(4)?;
    let data = serde_json::from_str(&data);
    Ok(Record {
        version: row.get::<_, i64>(0)? as u64,
        created: time(row.get(1)?),
        accessed: time(row.get(2)?),
        expires: time(row.get(3)?),
        data: data.map_err(|error| Error::FromSqlConversionFailure(4, Type::Text, error.into()))?,
    })
}

pub fn save(rows: &Connection, key: &Key, record: &Record, seen: u64) -> rusqlite::Result<Outcome> {
    let sql =
        "UPDATE sessions SET version = ?2, created = ?3, accessed = ?4, expires = ?5, data = ?6
        WHERE key = ?1 AND version = ?7";
    let times = [record.created, record.accessed, record.expires].map(millis);
    let version = record.version as i64;
    let json = json(record)?;
    let values = params![key.bytes(), version, times[0], times[1], times[2], json, seen as i64];
    if rows.prepare_cached(sql)?.execute(values)? == 1 {
        return Ok(Outcome::Done);
    }
    let sql = "SELECT 1 FROM sessions WHERE key = ?1";
    let is_there = rows.prepare_cached(sql)?.exists([key.bytes()])?;
    Ok(if is_there { Outcome::Conflict } else { Outcome::Gone })
}

pub fn touch(rows: &Connection, key: &Key, used: &Record) -> rusqlite::Result<Outcome> {
    let sql = "UPDATE sessions SET created = ?2, accessed = ?3, expires = ?4 WHERE key = ?1";
    let times = [used.created, used.accessed, used.expires].map(millis);
    let values = params![key.bytes(), times[0], times[1], times[2]];
    let is_there = rows.prepare_cached(sql)?.execute(values)? == 1;
    Ok(if is_there { Outcome::Done } else { Outcome::Gone })
}

pub fn rename(
    rows: &Connection,
    old: &Key,
    new: &Key,
    until: SystemTime,
) -> rusqlite::Result<Outcome> {
    let sql = "SELECT 1 FROM sessions WHERE key = ?1 UNION SELECT 1 FROM renamed WHERE key = ?1";
    if rows.prepare_cached(sql)?.exists([new.bytes()])? {
        return Ok(Outcome::Conflict);
    }
    let sql = "UPDATE sessions SET key = ?2 WHERE key = ?1";
    if rows.prepare_cached(sql)?.execute([old.bytes(), new.bytes()])? == 0 {
        return Ok(Outcome::Gone);
    }
    let sql = "INSERT INTO renamed (key, until) VALUES (?1, ?2)";
    rows.prepare_cached(sql)?.execute(params![old.bytes(), millis(until)])?;
    Ok(Outcome::Done)
}

pub fn delete(rows: &Connection, key: &Key) -> rusqlite::Result<()> {
    rows.prepare_cached("DELETE FROM sessions WHERE key = ?1")?.execute([key.bytes()])?;
    Ok(())
}

/// Takes marks away, sets marks, and deletes what was marked a day ago. Each takes the time, that of
/// a day ago, and how many rows it may change.
const SWEEP: [&str; 4] = [
    "UPDATE sessions SET seen_expired = NULL WHERE rowid IN (SELECT rowid FROM sessions
        WHERE seen_expired IS NOT NULL AND expires > ?1 LIMIT ?3)",
    "UPDATE sessions SET seen_expired = ?1 WHERE rowid IN (SELECT rowid FROM sessions
        WHERE expires <= ?1 AND (seen_expired IS NULL OR seen_expired > ?1) LIMIT ?3)",
    "DELETE FROM sessions WHERE rowid IN (SELECT rowid FROM sessions
        WHERE expires <= ?1 AND seen_expired <= ?2 LIMIT ?3)",
    "DELETE FROM renamed WHERE key IN (SELECT key FROM renamed WHERE until <= ?1 LIMIT ?3)",
];

pub fn delete_expired(rows: &Connection, now: SystemTime, limit: usize) -> rusqlite::Result<usize> {
    let a_day_ago = millis(now - GRACE);
    let now = millis(now);
    let mut swept = 0;
    for sql in SWEEP {
        let left = (limit - swept) as i64;
        swept += rows.prepare_cached(sql)?.execute([now, a_day_ago, left])?;
    }
    Ok(swept)
}

fn json(record: &Record) -> rusqlite::Result<String> {
    serde_json::to_string(&record.data).map_err(|error| Error::ToSqlConversionFailure(error.into()))
}

fn millis(time: SystemTime) -> i64 {
    time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}

fn time(millis: i64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(millis.unsigned_abs())
}
