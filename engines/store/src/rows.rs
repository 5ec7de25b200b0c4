use crate::id::Key;
use crate::record::{Found, Outcome, Record};
use crate::store::StoreError;
use rusqlite::{Connection, Error, Row, params};
use std::time::{Duration, SystemTime};

/// The shape of the data that this program writes. It reads all shapes up to this one.
const SCHEMA: i64 = 1;

/// How long an expired session is kept. If it was the clock that was wrong, that is time to put it
/// right.
const GRACE: Duration = Duration::from_secs(24 * 60 * 60);

pub fn create(rows: &Connection, key: &Key, record: &Record) -> rusqlite::Result<Outcome> {
    let sql =
        "INSERT OR IGNORE INTO sessions (key, version, created, accessed, expires, schema, data)
        SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE NOT EXISTS (SELECT 1 FROM renamed WHERE key = ?1)";
    let times = [record.created, record.accessed, record.expires].map(millis);
    let version = record.version as i64;
    let json = json(record)?;
    let values = params![key.bytes(), version, times[0], times[1], times[2], SCHEMA, json];
    let is_new = rows.prepare_cached(sql)?.execute(values)? == 1;
    Ok(if is_new { Outcome::Done } else { Outcome::Conflict })
}

pub fn load(rows: &Connection, key: &Key, now: SystemTime) -> Result<Found<Record>, StoreError> {
    let sql = "SELECT version, created, accessed, expires, schema, data FROM sessions
        WHERE key = ?1 AND expires > ?2";
    let mut query = rows.prepare_cached(sql)?;
    let mut found = query.query(params![key.bytes(), millis(now)])?;
    if let Some(row) = found.next()? {
        return record(row).map(Found::Live);
    }
    let sql = "SELECT 1 FROM renamed WHERE key = ?1 AND until > ?2";
    let is_renamed = rows.prepare_cached(sql)?.exists(params![key.bytes(), millis(now)])?;
    Ok(if is_renamed { Found::Renamed } else { Found::Nothing })
}

fn record(row: &Row) -> Result<Record, StoreError> {
    if row.get::<_, i64>(4)? > SCHEMA {
        return Err(StoreError::Newer);
    }
    let data = row.get_ref(5)?.as_bytes().map_err(Error::from)?;
    Ok(Record {
        version: row.get::<_, i64>(0)? as u64,
        created: time(row.get(1)?),
        accessed: time(row.get(2)?),
        expires: time(row.get(3)?),
        data: serde_json::from_slice(data).map_err(StoreError::Unreadable)?,
    })
}

/// Moves a row that can't be read to where no visitor and no sweep finds it, but you do.
pub fn put_aside(rows: &Connection, key: &Key) -> rusqlite::Result<()> {
    // An update that has kept the record may have saved it since. In 1970 nothing has expired.
    if !matches!(load(rows, key, SystemTime::UNIX_EPOCH), Err(StoreError::Unreadable(_))) {
        return Ok(());
    }
    let sql = "INSERT INTO unreadable (key, data) SELECT key, data FROM sessions WHERE key = ?1";
    rows.execute(sql, [key.bytes()])?;
    delete(rows, key)
}

pub fn save(rows: &Connection, key: &Key, record: &Record, seen: u64) -> rusqlite::Result<Outcome> {
    // SQLite writes to the index of a column that is set, even if its value stays. The times rarely move.
    let same_times = "UPDATE sessions SET version = ?2, schema = ?6, data = ?7
        WHERE key = ?1 AND version = ?8 AND created = ?3 AND accessed = ?4 AND expires = ?5";
    let all =
        "UPDATE sessions SET version = ?2, created = ?3, accessed = ?4, expires = ?5, schema = ?6,
        data = ?7 WHERE key = ?1 AND version = ?8";
    let times = [record.created, record.accessed, record.expires].map(millis);
    let version = record.version as i64;
    let json = json(record)?;
    let values =
        params![key.bytes(), version, times[0], times[1], times[2], SCHEMA, json, seen as i64];
    for sql in [same_times, all] {
        if rows.prepare_cached(sql)?.execute(values)? == 1 {
            return Ok(Outcome::Done);
        }
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
