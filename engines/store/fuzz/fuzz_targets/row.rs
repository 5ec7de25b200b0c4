//! Any bytes in a row of the file: three numbers, and then the data.
//!
//! A row that can't be read is put aside and never an error. One that can is changed, and what is read
//! afterwards is what was there and the change, unless the session is older than sessions get.

#![no_main]

use axum::http::{HeaderMap, HeaderValue, Method, header::COOKIE};
use libfuzzer_sys::fuzz_target;
use rusqlite::{Connection, params};
use serde_json::Value;
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, SystemTime};
use store_engine::{Engine, Id, Options, Session, SqliteStore};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

struct Site {
    runtime: Runtime,
    engine: Engine,
    rows: Mutex<Connection>,
    id: Id,
    _folder: TempDir,
}

static SITE: LazyLock<Site> = LazyLock::new(|| {
    // In memory where there is such a folder, because each row is flushed.
    let folder = TempDir::new_in("/dev/shm").or_else(|_| TempDir::new()).unwrap();
    let file = folder.path().join("sessions.sqlite");
    let engine = Engine::new(SqliteStore::open(&file).unwrap(), &Options::default()).unwrap();
    let rows = Connection::open(&file).unwrap();
    rows.busy_timeout(Duration::from_secs(5)).unwrap();
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    Site { runtime, engine, rows: Mutex::new(rows), id: Id::random().unwrap(), _folder: folder }
});

fuzz_target!(|bytes: &[u8]| {
    let Some((numbers, data)) = bytes.split_first_chunk::<24>() else { return };
    let mut numbers =
        numbers.chunks(8).map(|octets| i64::from_le_bytes(octets.try_into().unwrap()));
    let [version, created, expires] = [(); 3].map(|()| numbers.next().unwrap());
    SITE.put(version, created, expires, data);

    let before = SITE.read();
    // serde_json's `Value` means something else by a key that starts so.
    if before == "{}" || before.contains("$serde_json") {
        return;
    }
    let mut expected: Value = serde_json::from_str(&before).unwrap();
    assert_eq!(expected, serde_json::from_slice::<Value>(data).unwrap());
    SITE.runtime.block_on(SITE.open().update(|data| data.insert("fuzzed", 1))).unwrap();
    let oldest = SystemTime::now() - Options::default().absolute;
    let oldest = oldest.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis() as i64;
    if created <= oldest {
        return;
    }
    expected["fuzzed"] = Value::from(1);
    assert_eq!(serde_json::from_str::<Value>(&SITE.read()).unwrap(), expected);
});

impl Site {
    fn put(&self, version: i64, created: i64, expires: i64, data: &[u8]) {
        let sql = "INSERT OR REPLACE INTO sessions (key, version, created, accessed, expires, data)
            VALUES (?1, ?2, ?3, ?3, ?4, CAST(?5 AS TEXT))";
        let key = self.id.key();
        let values = params![key.bytes(), version, created, expires, data];
        self.rows.lock().unwrap().execute(sql, values).unwrap();
    }

    fn open(&self) -> Session {
        let cookie = HeaderValue::try_from(format!("__Host-id={}", self.id.value())).unwrap();
        self.engine.open(&Method::GET, &HeaderMap::from_iter([(COOKIE, cookie)]))
    }

    fn read(&self) -> String {
        let data = self.runtime.block_on(self.open().read()).unwrap();
        serde_json::to_string(&*data).unwrap()
    }
}
