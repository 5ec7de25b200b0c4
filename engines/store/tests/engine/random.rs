//! Anything may come in a `Cookie` line, and anything may be in a row of the file.

use crate::support::{Site, headers};
use axum::http::{HeaderMap, HeaderValue, Method, header::COOKIE};
use proptest::collection::vec;
use proptest::prelude::{Strategy, any};
use proptest::test_runner::{Config, TestRunner};
use rusqlite::{Connection, params};
use std::time::SystemTime;
use store_engine::{Engine, Options, SqliteStore};
use tempfile::TempDir;

fn runner(cases: u32) -> TestRunner {
    TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() })
}

/// Octets that a header can carry, and often those that mean something in a cookie.
fn octets() -> impl Strategy<Value = Vec<u8>> {
    let octet = any::<(bool, u8)>().prop_map(|(is_special, octet)| {
        let special = b"=; \t\"%,$_-Hostid";
        if is_special { special[usize::from(octet) % special.len()] } else { octet | 0x20 }
    });
    vec(octet.prop_filter("a header can't carry it", |octet| *octet != 0x7f), 0..60)
}

fn block_on<R>(work: impl Future<Output = R>) -> R {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(work)
}

#[test]
fn req_07_no_cookie_line_is_an_error_or_another_visitors_session() {
    let site = Site::new();
    block_on(site.counting(7));
    let tried = runner(4000).run(&vec(octets(), 0..4), |lines| {
        let mut headers = HeaderMap::new();
        for line in &lines {
            headers.append(COOKIE, HeaderValue::from_bytes(line).unwrap());
        }
        let session = site.engine.open(&Method::GET, &headers);
        let count: Option<u64> = block_on(session.read()).unwrap().get("counter").unwrap();
        assert_eq!(count, None);
        Ok(())
    });
    tried.unwrap();
}

#[test]
fn any_other_cookies_leave_the_session_in_sight() {
    let site = Site::new();
    let cookie = block_on(site.counting(7));
    let tried = runner(4000).run(&(octets(), octets()), |(before, after)| {
        let pair = cookie.as_bytes();
        let line = [&before, b";".as_slice(), pair, b";", &after].concat();
        // By chance it may have made a second cookie of the name.
        let others = [before, after].concat();
        if others.windows(9).any(|part| part == b"__Host-id") {
            return Ok(());
        }
        let mut headers = headers("");
        headers.insert(COOKIE, HeaderValue::from_bytes(&line).unwrap());
        let session = site.engine.open(&Method::GET, &headers);
        let count: Option<u64> = block_on(session.read()).unwrap().get("counter").unwrap();
        assert_eq!(count, Some(7), "{}", line.escape_ascii());
        Ok(())
    });
    tried.unwrap();
}

#[test]
fn any_data_in_a_row_is_a_session_or_put_aside() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("sessions.sqlite");
    let options = Options::default();
    let store = SqliteStore::open(&file).unwrap();
    let engine = Engine::new(store, &options).unwrap();
    let rows = Connection::open(&file).unwrap();
    let id = store_engine::Id::random().unwrap();
    let key = id.key();
    let cookie = format!("__Host-id={}", id.value());
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis() as i64;
    let texts = vec(any::<u8>(), 0..40).prop_map(|mut data| {
        // JSON gets further than noise.
        if data.len() % 2 == 0 {
            data.insert(0, b'{');
            data.push(b'}');
        }
        data
    });
    let tried =
        runner(1000).run(&(texts, any::<i64>(), any::<i64>()), |(data, version, created)| {
            let sql =
                "INSERT OR REPLACE INTO sessions (key, version, created, accessed, expires, data)
            VALUES (?1, ?2, ?3, ?4, ?5, CAST(?6 AS TEXT))";
            // Half of them are too old.
            let created = now - created.rem_euclid(2 * options.absolute.as_millis() as i64);
            let values = params![key.bytes(), version, created, now, now + 1_000_000, data];
            rows.execute(sql, values).unwrap();
            let session = engine.open(&Method::GET, &headers(&cookie));
            let read = block_on(session.read()).unwrap();
            let read = serde_json::to_string(&*read).unwrap();
            if read != "{}" {
                assert!(serde_json::from_slice::<serde_json::Value>(&data).is_ok(), "{read}");
            }
            Ok(())
        });
    tried.unwrap();
}
