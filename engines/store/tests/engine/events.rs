//! What the log says about a session's life.

use crate::support::{Log, Site, increment, sent, value};
use crate::test_store::Trouble;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use std::time::Duration;
use store_engine::{Error, Id, Options, StoreError};

/// An event of this kind and level is in the log.
fn expect_event(log: &Log, level: &str, event: &str, says: &str) {
    let logged = log.take();
    let is_event = |line: &str| {
        line.trim_start().starts_with(level)
            && line.contains(&format!("event=\"{event}\""))
            && line.contains(says)
    };
    assert!(logged.lines().any(is_event), "no {event}: {logged:?}");
    assert_eq!(logged.lines().count(), 1, "{logged}");
}

#[tokio::test]
async fn req_60_each_change_in_a_sessions_life_is_an_event() {
    let site = Site::new();
    let (log, _guard) = Log::start();
    let session = site.open("");
    session.update(increment).await.unwrap();
    expect_event(&log, "INFO", "created", "a session was created");
    session.update(increment).await.unwrap();
    session.read().await.unwrap();
    assert_eq!(log.take(), "", "a change of the data is no change in a session's life");
    let old = sent(&session).await.unwrap();
    let session = site.open(&old);
    session.rotate().await.unwrap();
    expect_event(&log, "INFO", "rotated", "a session was rotated");
    let session = site.open(&sent(&session).await.unwrap());
    session.destroy().await.unwrap();
    expect_event(&log, "INFO", "destroyed", "a session was destroyed");
    session.destroy().await.unwrap();
    assert_eq!(log.take(), "", "there is no session any more");
}

#[tokio::test]
async fn req_60_sweep_says_how_many_sessions_have_expired() {
    let site = Site::new();
    for _ in 0..3 {
        site.counting(1).await;
    }
    site.store.pass(Options::default().absolute * 2);
    let (log, _guard) = Log::start();
    let sweep = tokio::time::timeout(Duration::from_millis(20), site.engine.sweep_forever());
    sweep.await.unwrap_err();
    expect_event(&log, "INFO", "expired", "count=3");
}

#[tokio::test]
async fn req_60_refused_requests_are_events_with_the_reason() {
    let site = Site::new();
    let [old, ended] = [site.counting(1).await, site.counting(1).await];
    site.open(&old).rotate().await.unwrap();
    let slow = site.open(&ended);
    slow.read().await.unwrap();
    site.open(&ended).destroy().await.unwrap();
    let (log, _guard) = Log::start();
    site.open(&format!("{old}; {ended}"));
    expect_event(&log, "WARN", "refused", "several cookies");
    site.open("__Host-id=x");
    expect_event(&log, "DEBUG", "refused", "is no id");
    site.open(&ended).read().await.unwrap();
    expect_event(&log, "DEBUG", "refused", "no session for a cookie's id");
    site.open(&old).read().await.unwrap();
    expect_event(&log, "DEBUG", "refused", "replaced id");
    slow.update(increment).await.unwrap_err();
    expect_event(&log, "INFO", "refused", "its session is gone");
    let newer = Options { schema: 1, ..Options::default() };
    let cookie = site.another(&newer).counting(1).await;
    log.take();
    site.open(&cookie).read().await.unwrap_err();
    expect_event(&log, "WARN", "refused", "a newer version wrote it");
}

#[tokio::test]
async fn req_60_change_that_may_have_been_made_is_an_event_too() {
    let site = Site::new();
    let cookie = site.counting(1).await;
    let (log, _guard) = Log::start();
    for (call, event) in [("create", "created"), ("rename", "rotated"), ("delete", "destroyed")] {
        for trouble in [Trouble::Fails, Trouble::HangsBefore] {
            site.store.trouble(call, trouble);
            let session = if call == "create" { site.open("") } else { site.open(&cookie) };
            let change = async {
                match call {
                    "create" => session.update(increment).await.map(drop),
                    "rename" => session.rotate().await,
                    _ => session.destroy().await,
                }
            };
            let change = tokio::time::timeout(Duration::from_millis(20), change).await;
            assert!(!matches!(change, Ok(Ok(()))), "{call}, {trouble:?}");
            expect_event(&log, "INFO", event, &format!("a session may have been {event}"));
        }
    }
}

#[tokio::test]
async fn logout_of_a_session_that_could_not_be_read_is_an_event_too() {
    let site = Site::new();
    let cookie = site.counting(1).await;
    let (log, _guard) = Log::start();
    site.store.trouble_after(0, "load", Trouble::Fails);
    site.open(&cookie).destroy().await.unwrap_err();
    expect_event(&log, "INFO", "destroyed", "a session may have been destroyed");
    site.store.recover();
    site.open("__Host-id=AAAAAAAAAAAAAAAAAAAAAA").destroy().await.unwrap();
    assert!(!log.take().contains("destroyed"), "there was no session");
}

#[tokio::test]
async fn change_that_was_not_made_is_no_event() {
    let site = Site::with(&Options { deadline: Duration::from_millis(500), ..Options::default() });
    let session = site.open(&site.counting(1).await);
    session.read().await.unwrap();
    site.store.trouble("load", Trouble::HangsBefore);
    session.update(increment).await.unwrap_err();
    let (log, _guard) = Log::start();
    assert!(matches!(session.destroy().await, Err(Error::Store(StoreError::Late))));
    assert_eq!(log.take(), "");
}

/// The ids and keys in all spellings in which they could be read.
fn spellings(cookie: &str) -> Vec<String> {
    let bits = URL_SAFE_NO_PAD.decode(value(cookie)).unwrap();
    let key = Id::parse(value(cookie).as_bytes()).unwrap().key();
    let hex = |octets: &[u8]| octets.iter().map(|octet| format!("{octet:02x}")).collect::<String>();
    vec![
        value(cookie).to_owned(),
        hex(&bits),
        format!("{bits:?}"),
        URL_SAFE_NO_PAD.encode(key.bytes()),
        hex(key.bytes()),
        format!("{:?}", key.bytes()),
    ]
}

#[tokio::test]
async fn req_60_no_id_no_key_and_no_data_is_in_the_log() {
    let site = Site::new();
    let (log, _guard) = Log::start();
    let mut cookies = Vec::new();
    for _ in 0..3 {
        let session = site.open("");
        session.update(|data| data.insert("secret name", "secret value")).await.unwrap();
        cookies.push(sent(&session).await.unwrap());
    }
    site.store.trouble("save", Trouble::Fails);
    site.open(&cookies[0]).update(increment).await.unwrap_err();
    site.store.recover();
    let session = site.open(&cookies[0]);
    session.rotate().await.unwrap();
    cookies.push(sent(&session).await.unwrap());
    site.open(&cookies[0]).read().await.unwrap();
    site.open(&cookies[1]).destroy().await.unwrap();
    site.open(&format!("{}; {}", cookies[0], cookies[2])).read().await.unwrap();
    site.open("__Host-id=secret value").read().await.unwrap();
    let logged = log.take();
    assert!(logged.lines().count() >= 8, "{logged}");
    for secret in cookies.iter().flat_map(|cookie| spellings(cookie)) {
        assert!(!logged.contains(&secret), "{secret}: {logged}");
    }
    assert!(!logged.contains("secret"), "{logged}");
}
