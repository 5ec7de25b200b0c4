//! A request is dropped while it waits for the store: what it asked for is done as a whole or not at
//! all, and the store works on.

use super::{Check, Shared, Suite, expect, expect_found, key, live, now, record, with_text};
use crate::record::{Found, Outcome};
use crate::store::Store;
use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

/// How often a case drops something, each time a little later than before.
const DROPS: u64 = 10;

pub async fn try_all<S: Store + 'static>(suite: &mut Suite<impl AsyncFn() -> S>) {
    suite.case(a_dropped_create_is_whole_or_nothing).await;
    suite.case(a_dropped_save_is_whole_or_nothing).await;
    suite.case(a_dropped_rename_is_whole_or_nothing).await;
    suite.case(dropped_loads_touches_deletes_and_sweeps_do_no_harm).await;
}

/// Begins something and drops it: the first time when it first waits, then a wait or a millisecond
/// later in each turn. The store may finish it, so this gives it time for that.
async fn drop_halfway(turn: u64, work: impl Future) {
    let mut work = Box::pin(work);
    let mut waits = 0;
    let begun = poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Pending if waits < turn => {
            waits += 1;
            Poll::Pending
        }
        _ => Poll::Ready(()),
    });
    let _ = tokio::time::timeout(Duration::from_millis(turn), begun).await;
    drop(work);
    tokio::time::sleep(Duration::from_millis(5)).await;
}

async fn a_dropped_create_is_whole_or_nothing(store: Shared) -> Check {
    for turn in 0..DROPS {
        let key = key()?;
        let first = record("first")?;
        drop_halfway(turn, store.create(&key, &first)).await;
        let again = store.create(&key, &with_text(&first, "second", 0)?).await?;
        let kept = if again == Outcome::Done { "second" } else { "first" };
        expect_found("the session", &store, &key, now(), &live(kept, 0)).await?;
    }
    Ok(())
}

async fn a_dropped_save_is_whole_or_nothing(store: Shared) -> Check {
    let key = key()?;
    let first = record("text 0")?;
    expect("a create", store.create(&key, &first).await?, Outcome::Done)?;
    for turn in 0..DROPS {
        let Found::Live(before) = store.load(&key, now()).await? else {
            return expect_found("the session", &store, &key, now(), "live").await;
        };
        let text = format!("text {}", before.version + 1);
        let next = with_text(&before, &text, before.version + 1)?;
        drop_halfway(turn, store.save(&key, &next, before.version)).await;
        let again = store.save(&key, &next, before.version).await?;
        expect("a save again, neither done nor a conflict", again == Outcome::Gone, false)?;
        expect_found("the session", &store, &key, now(), &live(&text, next.version)).await?;
    }
    Ok(())
}

async fn a_dropped_rename_is_whole_or_nothing(store: Shared) -> Check {
    for turn in 0..DROPS {
        let old = key()?;
        let new = key()?;
        let until = now() + Duration::from_secs(60);
        expect("a create", store.create(&old, &record("first")?).await?, Outcome::Done)?;
        drop_halfway(turn, store.rename(&old, &new, until)).await;
        let again = store.rename(&old, &new, until).await?;
        // It was done, so there is a session under the new key already.
        let was_done = again != Outcome::Done;
        expect_found("the old key", &store, &old, now(), "renamed").await?;
        let what = format!("the new key, first rename done: {was_done}");
        expect_found(what, &store, &new, now(), &live("first", 0)).await?;
    }
    Ok(())
}

async fn dropped_loads_touches_deletes_and_sweeps_do_no_harm(store: Shared) -> Check {
    let kept = key()?;
    let first = record("first")?;
    expect("a create", store.create(&kept, &first).await?, Outcome::Done)?;
    for turn in 0..DROPS {
        let other = key()?;
        expect("a create", store.create(&other, &first).await?, Outcome::Done)?;
        drop_halfway(turn, store.load(&kept, now())).await;
        drop_halfway(turn, store.touch(&kept, &first)).await;
        drop_halfway(turn, store.delete_expired(now(), 10)).await;
        drop_halfway(turn, store.delete(&other)).await;
        store.delete(&other).await?;
        expect_found("a deleted session", &store, &other, now(), "nothing").await?;
        expect_found("the session", &store, &kept, now(), &live("first", 0)).await?;
    }
    Ok(())
}
