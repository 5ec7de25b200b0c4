//! What a busy server, and the person who looks after it, do to the store.

use super::{connect, key, record, server, store};
use crate::statements;
use std::time::{Duration, SystemTime};
use store_engine::{Found, Outcome, Store};
use tokio::time::timeout;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs postgresql: run `just test-all`, or see the chapter"]
async fn sweep_reads_no_row_in_vain() {
    let server = server();
    store(&server).prepare().await.unwrap();
    // Half of them are in use, and the others expired an hour ago.
    let fill = "INSERT INTO sessions
        SELECT int8send(number), 0, now(), now(), now() + ago * interval '1 hour',
            CASE ago WHEN -1 THEN now() - interval '30 minutes' END, '{}'
        FROM generate_series(1, 20000) AS number, LATERAL (SELECT number % 2 * 2 - 1 AS ago) AS half";
    server.ask(fill).unwrap();
    server.ask("ANALYZE sessions").unwrap();
    for sql in statements::SWEEP {
        let sql = sql.replace("$1", "now()").replace("$2", "100");
        let plan = server.ask(&format!("EXPLAIN {sql}")).unwrap();
        assert!(!plan.contains("Seq Scan"), "{plan}");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs postgresql: run `just test-all`, or see the chapter"]
async fn refusal_does_not_quote_the_row() {
    let server = server();
    let store = store(&server);
    store.prepare().await.unwrap();
    server.ask("ALTER TABLE sessions ADD CONSTRAINT short CHECK (length(data) < 10)").unwrap();
    let mut record = record(0);
    record.data.insert("name", "somebody's name").unwrap();
    let error = store.create(&key(), &record).await.unwrap_err().to_string();
    assert!(error.contains("violates check constraint \"short\""), "{error}");
    assert!(!error.contains("somebody"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs postgresql: run `just test-all`, or see the chapter"]
async fn tables_may_change_under_a_running_program() {
    let server = server();
    let (store, key) = (store(&server), key());
    assert_eq!(store.create(&key, &record(0)).await.unwrap(), Outcome::Done);
    store.load(&key, SystemTime::now()).await.unwrap();
    server.ask("ALTER TABLE sessions ALTER data TYPE varchar").unwrap();
    store.load(&key, SystemTime::now()).await.unwrap_err();
    let found = store.load(&key, SystemTime::now()).await.unwrap();
    assert!(matches!(found, Found::Live(_)));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs postgresql: run `just test-all`, or see the chapter"]
async fn dropped_calls_take_no_further_connections() {
    let server = server();
    let (store, key) = (store(&server), key());
    assert_eq!(store.create(&key, &record(0)).await.unwrap(), Outcome::Done);
    let mut other = connect(&server).await;
    let change = other.transaction().await.unwrap();
    change.batch_execute("LOCK TABLE sessions").await.unwrap();
    for _ in 0..40 {
        let call = store.load(&key, SystemTime::now());
        assert!(timeout(Duration::from_millis(20), call).await.is_err());
    }
    let count = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'";
    let connections: usize = server.ask(count).unwrap().parse().unwrap();
    // The pool's, the one with the lock, and the one that counts.
    assert!(connections <= 16 + 2, "{connections}");
}
