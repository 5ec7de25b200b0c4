//! How long sessions live.

use crate::support::{Log, Site, increment, sent, set_cookie};
use crate::test_store::Trouble;
use std::time::Duration;
use store_engine::Options;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn req_17_unused_session_ends_and_use_prolongs_it() {
    let site = Site::new();
    let cookie = site.counting(7).await;
    for _ in 0..3 {
        site.store.pass(19 * MINUTE);
        assert_eq!(site.count(&cookie).await, Some(7), "reading is use");
    }
    site.store.pass(20 * MINUTE + SECOND);
    assert_eq!(site.count(&cookie).await, None);
}

/// The cookie of a use after the response would never arrive, and the browser's would end too early.
#[tokio::test]
async fn use_after_the_response_counts_and_takes_no_renewal_from_the_next_request() {
    let site = Site::new();
    let cookie = site.counting(7).await;
    let in_a_task = site.open(&cookie);
    in_a_task.close().await;
    site.store.pass(2 * MINUTE);
    assert_eq!(in_a_task.update(increment).await.unwrap(), 8);
    let in_another = site.open(&cookie);
    in_another.close().await;
    in_another.read().await.unwrap();
    let next = site.open(&cookie);
    next.read().await.unwrap();
    assert!(sent(&next).await.is_some(), "the cookie is not renewed");
    for count in 9..12 {
        site.store.pass(15 * MINUTE);
        assert_eq!(in_a_task.update(increment).await.unwrap(), count, "the task is a use");
    }
}

#[tokio::test]
async fn expired_session_can_be_ended_because_the_clock_may_be_ahead() {
    let site = Site::new();
    let cookie = site.counting(7).await;
    site.store.pass(21 * MINUTE);
    site.open(&cookie).destroy().await.unwrap();
    assert!(site.store.calls().contains(&"delete"));
}

#[tokio::test]
async fn req_18_used_session_ends_too() {
    let site = Site::new();
    let cookie = site.counting(0).await;
    for count in 1..48 {
        site.store.pass(15 * MINUTE);
        assert_eq!(site.open(&cookie).update(increment).await.unwrap(), count);
    }
    site.store.pass(15 * MINUTE + SECOND);
    assert_eq!(site.count(&cookie).await, None, "after 12 hours");
    assert_eq!(site.open(&cookie).update(increment).await.unwrap(), 1, "another session");
}

#[tokio::test]
async fn read_writes_once_in_the_touch_time_and_renews_the_cookie_with_it() {
    let site = Site::new();
    let cookie = site.counting(7).await;
    for (pass, calls, is_renewed) in [
        (30 * SECOND, vec!["load"], false),
        (31 * SECOND, vec!["load", "touch"], true),
        (30 * SECOND, vec!["load"], false),
    ] {
        site.store.pass(pass);
        let session = site.open(&cookie);
        session.read().await.unwrap();
        session.read().await.unwrap();
        assert_eq!(site.store.calls(), calls);
        assert_eq!(sent(&session).await.is_some(), is_renewed);
        site.store.calls();
    }
}

#[tokio::test]
async fn req_20_cookie_lives_as_long_as_the_session_and_req_23_at_most_400_days() {
    const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
    for (idle, absolute, max_age) in [
        (20 * MINUTE, 720 * MINUTE, 1200),
        (720 * MINUTE, 20 * MINUTE, 1200),
        (Duration::from_millis(1500), 20 * MINUTE, 2),
        (2 * YEAR, 3 * YEAR, 400 * 24 * 60 * 60),
    ] {
        let options = Options { idle, absolute, touch: Duration::ZERO, ..Options::default() };
        let session = Site::with(&options).open("");
        session.update(increment).await.unwrap();
        let header = set_cookie(&session).await.unwrap();
        assert!(header.ends_with(&format!("; Max-Age={max_age}")), "{header}");
    }
}

#[tokio::test]
async fn rotation_prolongs_nothing() {
    let site = Site::new();
    let mut cookie = site.counting(7).await;
    for _ in 0..60 {
        site.store.pass(12 * MINUTE);
        let session = site.open(&cookie);
        if session.read().await.unwrap().is_empty() {
            return;
        }
        session.rotate().await.unwrap();
        cookie = sent(&session).await.unwrap();
    }
    panic!("the session lives for more than 12 hours");
}

/// Another program on the same store, and the cookie of a session that wasn't used for eleven minutes. It
/// was saved under the default limits.
async fn unused_for_eleven_minutes(options: &Options) -> (Site, String) {
    let site = Site::new();
    let cookie = site.counting(7).await;
    site.store.pass(11 * MINUTE);
    (site.another(options), cookie)
}

#[tokio::test]
async fn shorter_limits_hold_for_sessions_that_were_saved_under_longer_ones() {
    let idle = Options { idle: 10 * MINUTE, ..Options::default() };
    let absolute = Options { absolute: 10 * MINUTE, ..Options::default() };
    for options in [idle, absolute] {
        let (site, cookie) = unused_for_eleven_minutes(&options).await;
        assert_eq!(site.count(&cookie).await, None);
        let session = site.open(&cookie);
        session.rotate().await.unwrap();
        assert_eq!(sent(&session).await, None, "there is nothing to rotate");
        assert_eq!(site.open(&cookie).update(increment).await.unwrap(), 1, "another session");
        site.open(&cookie).destroy().await.unwrap();
        assert!(site.store.calls().contains(&"delete"), "its row is there, and must go");
    }
}

#[tokio::test]
async fn session_that_is_younger_than_the_shorter_limits_goes_on() {
    let limit = 12 * MINUTE;
    let touch = limit - SECOND;
    let options = Options { idle: limit, absolute: limit, touch, ..Options::default() };
    let (site, cookie) = unused_for_eleven_minutes(&options).await;
    let session = site.open(&cookie);
    session.rotate().await.unwrap();
    let header = set_cookie(&session).await.unwrap();
    let is_right = (50..=60).any(|age| header.ends_with(&format!("; Max-Age={age}")));
    assert!(is_right, "{header}");
}

#[tokio::test]
async fn longer_limits_revive_nothing() {
    let limit = 24 * 60 * MINUTE;
    let longer = Options { idle: limit, absolute: limit, ..Options::default() };
    let (site, cookie) = unused_for_eleven_minutes(&longer).await;
    assert_eq!(site.open_head(&cookie).read().await.unwrap().get("counter").unwrap(), Some(7));
    site.store.pass(9 * MINUTE);
    assert_eq!(site.count(&cookie).await, None);
    assert_eq!(site.open(&cookie).update(increment).await.unwrap(), 1);
}

/// Sweeps once. The task goes on, so it's dropped where it waits for the next minute.
async fn sweep(site: &Site) {
    let sweep = site.engine.clone().sweep_forever();
    tokio::time::timeout(Duration::from_millis(20), sweep).await.unwrap_err();
}

#[tokio::test]
async fn sweep_works_in_batches_and_deletes_what_has_been_expired_for_a_day() {
    let site = Site::new();
    for _ in 0..250 {
        site.counting(1).await;
    }
    let alive = Options::default().idle;
    for (pass, calls) in [(MINUTE, 1), (alive, 3), (MINUTE, 1), (1440 * MINUTE, 3), (MINUTE, 1)] {
        site.store.pass(pass);
        sweep(&site).await;
        assert_eq!(site.store.calls(), vec!["delete_expired"; calls]);
    }
}

#[tokio::test]
async fn sweep_survives_an_outage_and_says_so() {
    let site = Site::new();
    site.store.trouble("delete_expired", Trouble::Fails);
    let (log, _guard) = Log::start();
    sweep(&site).await;
    let logged = log.take();
    assert!(logged.contains("WARN") && logged.contains("for another minute"), "{logged}");
    assert!(logged.contains("on purpose"), "{logged}");
}
