use crate::scripts;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, ErrorKind, IntoConnectionInfo, ProtocolVersion, RedisError};
use redis::{Script, ScriptInvocation};
use std::time::{Duration, SystemTime};
use store_engine::{Found, Key, Outcome, Record, Store, StoreError, async_trait};

/// How much longer than a session Redis keeps its key, so that clocks may differ by so much.
const GRACE: Duration = Duration::from_secs(24 * 60 * 60);

// ANCHOR: store
/// Keeps sessions in Redis. A clone uses the same connection.
#[derive(Clone)]
pub struct RedisStore(ConnectionManager);
// ANCHOR_END: store

impl RedisStore {
    /// A store at an address such as `redis://127.0.0.1:6379/`. It connects when it's first used.
    pub fn open(url: &str) -> Result<Self, RedisError> {
        // With this version of the protocol, the manager notices at once that a connection is lost.
        let address = url.into_connection_info()?;
        let settings = address.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        let client = Client::open(address.set_redis_settings(settings))?;
        // The engine has a deadline for each request, so a connection may be tried for ever.
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(usize::MAX)
            .set_max_delay(Duration::from_millis(200))
            .set_response_timeout(None);
        Ok(Self(ConnectionManager::new_lazy_with_config(client, config)?))
    }

    async fn write(&self, script: &ScriptInvocation<'_>) -> Result<Outcome, StoreError> {
        let answer: Result<String, _> = script.invoke_async(&mut self.0.clone()).await;
        match answer.as_deref() {
            Ok("done") => Ok(Outcome::Done),
            Ok("conflict") => Ok(Outcome::Conflict),
            Ok(_) => Ok(Outcome::Gone),
            // Redis has refused: each script fails at its first write or not at all.
            Err(error) if matches!(error.kind(), ErrorKind::Server(_) | ErrorKind::Extension) => {
                Err(StoreError::NotBegun(error.to_string()))
            }
            Err(error) => Err(StoreError::NotCommitted(error.to_string())),
        }
    }
}

#[async_trait]
impl Store for RedisStore {
    async fn create(&self, key: &Key, record: &Record) -> Result<Outcome, StoreError> {
        self.write(&with_record(Script::new(scripts::CREATE).key(name(key)), record)?).await
    }

    async fn save(&self, key: &Key, record: &Record, seen: u64) -> Result<Outcome, StoreError> {
        self.write(with_record(Script::new(scripts::SAVE).key(name(key)), record)?.arg(seen)).await
    }

    async fn touch(&self, key: &Key, used: &Record) -> Result<Outcome, StoreError> {
        let times = [used.created, used.accessed, used.expires, used.expires + GRACE].map(millis);
        self.write(Script::new(scripts::TOUCH).key(name(key)).arg(&times)).await
    }

    async fn rename(&self, old: &Key, new: &Key, until: SystemTime) -> Result<Outcome, StoreError> {
        let script = Script::new(scripts::RENAME);
        self.write(script.key(name(old)).key(name(new)).arg(millis(until))).await
    }

    async fn delete(&self, key: &Key) -> Result<(), StoreError> {
        self.write(&Script::new(scripts::DELETE).key(name(key))).await.map(drop)
    }

    /// Redis deletes what has expired by itself.
    async fn delete_expired(&self, _: SystemTime, _: usize) -> Result<usize, StoreError> {
        Ok(0)
    }

    async fn load(&self, key: &Key, now: SystemTime) -> Result<Found<Record>, StoreError> {
        let mut query = redis::cmd("HMGET");
        query.arg(name(key)).arg(&["until", "version", "created", "accessed", "expires", "data"]);
        let found: [Field; 6] =
            query.query_async(&mut self.0.clone()).await.map_err(StoreError::failed)?;
        let [until, fields @ ..] = found;
        if fields[0].is_none() {
            let is_renamed = number(&until).is_some_and(|until| millis(now) < until);
            return Ok(if is_renamed { Found::Renamed } else { Found::Nothing });
        }
        match record(&fields) {
            Some(record) if now < record.expires => Ok(Found::Live(record)),
            Some(_) => Ok(Found::Nothing),
            None => {
                tracing::warn!("a session was put aside: its fields in Redis cannot be read");
                let seen =
                    [&fields[0], &fields[4]].map(|field| field.as_deref().unwrap_or_default());
                let script = Script::new(scripts::PUT_ASIDE);
                self.write(script.key(name(key)).arg(&seen)).await.map(drop)?;
                Ok(Found::Nothing)
            }
        }
    }
}

/// What Redis has in a field of a hash.
type Field = Option<Vec<u8>>;

fn record([version, created, accessed, expires, data]: &[Field; 5]) -> Option<Record> {
    Some(Record {
        version: number(version)?,
        created: time(created)?,
        accessed: time(accessed)?,
        expires: time(expires)?,
        data: serde_json::from_slice(data.as_ref()?).ok()?,
    })
}

fn with_record<'a>(
    mut script: ScriptInvocation<'a>,
    record: &Record,
) -> Result<ScriptInvocation<'a>, StoreError> {
    let times = [record.created, record.accessed, record.expires].map(millis);
    let data = serde_json::to_string(&record.data).map_err(StoreError::failed)?;
    script.arg(record.version).arg(&times).arg(data).arg(millis(record.expires + GRACE));
    Ok(script)
}

fn name(key: &Key) -> String {
    let digits: String = key.bytes().iter().map(|octet| format!("{octet:02x}")).collect();
    format!("session:{digits}")
}

/// A number as we have written it, because a script compares its text.
fn number(field: &Field) -> Option<u64> {
    let text = std::str::from_utf8(field.as_ref()?).ok()?;
    text.parse().ok().filter(|number: &u64| number.to_string() == text)
}

fn time(field: &Field) -> Option<SystemTime> {
    // Redis refuses an end that is too far away, in the middle of a script that has written.
    let millis = number(field).filter(|millis| *millis < 1 << 62)?;
    Some(SystemTime::UNIX_EPOCH + Duration::from_millis(millis))
}

fn millis(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}
