//! A client leaves, so hyper drops the handler where it waits. Each case stops a call to the store before or
//! after it has worked, drops the future there, and looks at what is left.

use crate::support::{Site, increment, sent};
use crate::test_store::Trouble::{self, HangsAfter, HangsBefore};
use std::time::Duration;
use store_engine::{Error, Options, Session};

/// What a handler does with its session.
#[derive(Clone, Copy, Debug)]
enum Act {
    Read,
    Update,
    Destroy,
    Rotate,
}

async fn act(session: &Session, act: Act) -> Result<(), Error> {
    match act {
        Act::Read => session.read().await.map(drop),
        Act::Update => session.update(increment).await.map(drop),
        Act::Destroy => session.destroy().await,
        Act::Rotate => session.rotate().await,
    }
}

/// Drops a future once it waits. Everything in these tests answers at once or never.
async fn drop_where_it_waits<R>(work: impl Future<Output = R>) {
    let dropped = tokio::time::timeout(Duration::from_millis(20), work).await;
    assert!(dropped.is_err(), "it doesn't wait");
}

/// A session with a count of 1 that is due for a touch, and a request for it.
async fn due() -> (Site, String, Session) {
    let site = Site::new();
    let cookie = site.counting(1).await;
    site.store.pass(Options::default().touch * 2);
    let session = site.open(&cookie);
    (site, cookie, session)
}

/// What the session's next request finds: its count, or `None` if the session is gone.
async fn expect_after(
    doing: Act,
    calls_before: usize,
    call: &'static str,
    trouble: Trouble,
    expected: Option<u64>,
) {
    let case = format!("{doing:?}, {call} {trouble:?}, after {calls_before} calls");
    let (site, cookie, session) = due().await;
    site.store.trouble_after(calls_before, call, trouble);
    drop_where_it_waits(act(&session, doing)).await;
    site.store.recover();
    assert_eq!(site.count(&cookie).await, expected, "{case}");
    // The dropped request's own handles still work, and so does its end.
    let count = session.update(increment).await;
    match expected {
        Some(before) => assert_eq!(count.unwrap(), before + 1, "{case}"),
        None => assert!(!matches!(count, Err(Error::Store(_))), "{case}: {count:?}"),
    }
    session.close().await;
}

#[tokio::test]
async fn dropped_read_changes_nothing() {
    for (call, trouble) in
        [("load", HangsBefore), ("load", HangsAfter), ("touch", HangsBefore), ("touch", HangsAfter)]
    {
        expect_after(Act::Read, 0, call, trouble, Some(1)).await;
    }
}

#[tokio::test]
async fn dropped_update_is_done_once_or_not_at_all() {
    for (call, trouble, expected) in [
        ("load", HangsBefore, 1),
        ("load", HangsAfter, 1),
        ("save", HangsBefore, 1),
        ("save", HangsAfter, 2),
    ] {
        expect_after(Act::Update, 0, call, trouble, Some(expected)).await;
    }
}

#[tokio::test]
async fn dropped_destroy_ends_the_session_or_leaves_it() {
    for (calls, call, trouble, expected) in [
        (0, "load", HangsBefore, Some(1)),
        (0, "load", HangsAfter, Some(1)),
        (0, "delete", HangsBefore, Some(1)),
        (0, "delete", HangsAfter, None),
        (1, "load", HangsBefore, None),
        (1, "load", HangsAfter, None),
    ] {
        expect_after(Act::Destroy, calls, call, trouble, expected).await;
    }
}

#[tokio::test]
async fn dropped_rotation_leaves_the_id_or_replaces_it() {
    for (calls, call, trouble, expected) in [
        (0, "load", HangsBefore, Some(1)),
        (0, "load", HangsAfter, Some(1)),
        (1, "load", HangsBefore, Some(1)),
        (1, "load", HangsAfter, Some(1)),
        (0, "rename", HangsBefore, Some(1)),
        (0, "rename", HangsAfter, None),
    ] {
        expect_after(Act::Rotate, calls, call, trouble, expected).await;
    }
}

#[tokio::test]
async fn dropped_first_visit_leaves_nothing_that_a_browser_has() {
    for trouble in [HangsBefore, HangsAfter] {
        let site = Site::new();
        let session = site.open("");
        site.store.trouble("create", trouble);
        drop_where_it_waits(session.update(increment)).await;
        site.store.recover();
        assert!(session.read().await.unwrap().is_empty(), "{trouble:?}");
        assert_eq!(session.update(increment).await.unwrap(), 1, "{trouble:?}");
        let cookie = sent(&session).await.unwrap();
        assert_eq!(site.count(&cookie).await, Some(1), "{trouble:?}");
    }
}

#[tokio::test]
async fn dropped_close_loses_neither_the_cookie_nor_the_session() {
    for trouble in [HangsBefore, HangsAfter] {
        let site = Site::new();
        let session = site.open("");
        session.update(increment).await.unwrap();
        site.store.trouble("load", trouble);
        drop_where_it_waits(session.close()).await;
        site.store.recover();
        let cookie = sent(&session).await.unwrap();
        assert_eq!(site.count(&cookie).await, Some(1), "{trouble:?}");
    }
}

#[tokio::test]
async fn request_that_is_dropped_in_the_queue_changes_nothing_and_keeps_nobody_waiting() {
    let site = Site::new();
    let cookie = site.counting(1).await;
    let first = site.open(&cookie);
    let second = site.open(&cookie);
    site.store.trouble("save", HangsBefore);
    drop_where_it_waits(async {
        let _ = tokio::join!(first.update(increment), second.update(increment));
    })
    .await;
    assert_eq!(site.store.calls(), ["load", "save"], "the second has waited for the first");
    site.store.recover();
    let third = site.open(&cookie);
    assert_eq!(third.update(increment).await.unwrap(), 2);
}

#[tokio::test]
async fn panic_in_a_closure_saves_nothing_and_keeps_nobody_waiting() {
    let site = Site::new();
    let cookie = site.counting(1).await;
    let session = site.open(&cookie);
    let panicking = session.clone();
    let update =
        async move { panicking.update(|_| -> Result<(), Error> { panic!("on purpose") }).await };
    assert!(tokio::spawn(update).await.unwrap_err().is_panic());
    assert_eq!(session.update(increment).await.unwrap(), 2);
    assert_eq!(site.open(&cookie).update(increment).await.unwrap(), 3);
}
