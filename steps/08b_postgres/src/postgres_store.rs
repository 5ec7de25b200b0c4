// ANCHOR: store
use crate::connections::{Connections, Unusable, Value, text};
use crate::statements;
use std::time::SystemTime;
use store_engine::{Found, Key, Outcome, Record, SessionData, Store, StoreError, async_trait};
use tokio_postgres::{Error, Row, error::Severity};

/// Keeps sessions in PostgreSQL.
pub struct PostgresStore(Connections);

impl PostgresStore {
    /// A store at an address such as `postgres://user@127.0.0.1:5432/sessions`, or `None` if it isn't one.
    pub fn open(url: &str) -> Option<Self> {
        Connections::open(url).map(Self)
    }

    /// Tries it for the first time. The error is one that waiting doesn't cure.
    pub async fn prepare(&self) -> Result<(), String> {
        match self.0.wait().await {
            Err(Unusable::Refused(why)) => return Err(why),
            Err(Unusable::Away(why)) => {
                tracing::warn!("sessions are out of order until PostgreSQL can be used: {why}");
            }
            Ok(_) => {}
        }
        Ok(())
    }
    // ANCHOR_END: store

    // ANCHOR: write
    async fn write(&self, sql: &str, values: &[Value<'_>]) -> Result<Outcome, StoreError> {
        let answer = self.0.ask(sql, values).await?.map_err(|error| unwritten(&error))?;
        match answer.map(|row| row.try_get(0)).transpose().map_err(failed)? {
            Some(true) => Ok(Outcome::Done),
            Some(false) => Ok(Outcome::Conflict),
            None => Ok(Outcome::Gone),
        }
    }
}

/// Whether a write that failed may have been done.
fn unwritten(error: &Error) -> StoreError {
    let severity = error.as_db_error().and_then(|error| error.parsed_severity());
    match severity {
        // PostgreSQL has refused the statement, and takes back what it had done of it.
        Some(Severity::Error) => StoreError::NotBegun(text(error)),
        _ => StoreError::NotCommitted(text(error)),
    }
}

/// A read or a sweep that failed.
fn failed(error: Error) -> StoreError {
    StoreError::failed(text(&error))
}

impl From<Unusable> for StoreError {
    fn from(unusable: Unusable) -> Self {
        match unusable {
            Unusable::Refused(why) | Unusable::Away(why) => Self::NotBegun(why),
        }
    }
}
// ANCHOR_END: write

// ANCHOR: calls
#[async_trait]
impl Store for PostgresStore {
    async fn create(&self, key: &Key, record: &Record) -> Result<Outcome, StoreError> {
        let Record { created, accessed, expires, .. } = record;
        let version = record.version as i64;
        let data = json(record)?;
        let values = [&key.bytes() as Value, &version, created, accessed, expires, &data];
        self.write(statements::CREATE, &values).await
    }

    async fn save(&self, key: &Key, record: &Record, seen: u64) -> Result<Outcome, StoreError> {
        let Record { created, accessed, expires, .. } = record;
        let version = record.version as i64;
        let data = json(record)?;
        let values =
            [&key.bytes() as Value, &version, created, accessed, expires, &data, &(seen as i64)];
        self.write(statements::SAVE, &values).await
    }

    async fn touch(&self, key: &Key, used: &Record) -> Result<Outcome, StoreError> {
        let values = [&key.bytes() as Value, &used.created, &used.accessed, &used.expires];
        self.write(statements::TOUCH, &values).await
    }
    // ANCHOR_END: calls

    // ANCHOR: rest
    async fn rename(&self, old: &Key, new: &Key, until: SystemTime) -> Result<Outcome, StoreError> {
        self.write(statements::RENAME, &[&old.bytes(), &new.bytes(), &until]).await
    }

    async fn delete(&self, key: &Key) -> Result<(), StoreError> {
        self.write(statements::DELETE, &[&key.bytes()]).await.map(drop)
    }

    async fn delete_expired(&self, now: SystemTime, limit: usize) -> Result<usize, StoreError> {
        let mut swept = 0;
        for sql in statements::SWEEP {
            let left = limit as i64 - swept;
            let row = self.0.ask(sql, &[&now, &left]).await?.map_err(failed)?;
            let count = row.map(|row| row.try_get::<_, i64>(0)).transpose();
            swept += count.map_err(failed)?.unwrap_or(0);
        }
        Ok(swept as usize)
    }
    // ANCHOR_END: rest

    // ANCHOR: load
    async fn load(&self, key: &Key, now: SystemTime) -> Result<Found<Record>, StoreError> {
        let found = self.0.ask(statements::LOAD, &[&key.bytes()]).await?;
        let Some(row) = found.map_err(failed)? else { return Ok(Found::Nothing) };
        let expires: SystemTime = row.try_get("expires").map_err(failed)?;
        if expires <= now {
            return Ok(Found::Nothing);
        }
        let data: Option<String> = row.try_get("data").map_err(failed)?;
        let Some(data) = data else { return Ok(Found::Renamed) };
        match serde_json::from_str(&data) {
            Ok(data) => record(&row, data).map(Found::Live).map_err(failed),
            Err(error) => {
                tracing::warn!("a session was put aside: {}", StoreError::Unreadable(error));
                self.write(statements::PUT_ASIDE, &[&key.bytes(), &data]).await.map(drop)?;
                Ok(Found::Nothing)
            }
        }
    }
}
// ANCHOR_END: load

// ANCHOR: values
fn record(row: &Row, data: SessionData) -> Result<Record, Error> {
    Ok(Record {
        data,
        version: row.try_get::<_, i64>("version")? as u64,
        created: row.try_get("created")?,
        accessed: row.try_get("accessed")?,
        expires: row.try_get("expires")?,
    })
}

fn json(record: &Record) -> Result<String, StoreError> {
    serde_json::to_string(&record.data).map_err(StoreError::failed)
}
// ANCHOR_END: values
