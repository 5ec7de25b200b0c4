//! Touch and delete.

use super::{
    Check, Shared, Suite, expect, expect_found, key, live, load_live, now, record, with_text,
};
use crate::record::{Outcome, Record};
use crate::store::Store;
use std::time::Duration;

pub async fn try_all<S: Store + 'static>(suite: &mut Suite<impl AsyncFn() -> S>) {
    suite.case(touches_revive_nothing).await;
    suite.case(a_touch_keeps_data_and_version).await;
    suite.case(a_touch_and_a_save_keep_out_of_each_others_way).await;
    suite.case(a_session_can_be_deleted_twice).await;
    suite.case(sessions_are_kept_apart).await;
}

async fn touches_revive_nothing(store: Shared) -> Check {
    let key = key()?;
    let first = record("first")?;
    expect("a create", store.create(&key, &first).await?, Outcome::Done)?;
    store.delete(&key).await?;
    expect("a touch after the delete", store.touch(&key, &first).await?, Outcome::Gone)?;
    expect_found("the session after the touch", &store, &key, now(), "nothing").await
}

async fn a_touch_keeps_data_and_version(store: Shared) -> Check {
    let key = key()?;
    let first = record("first")?;
    expect("a create", store.create(&key, &first).await?, Outcome::Done)?;
    let mut used = with_text(&first, "not this", 7)?;
    used.created -= Duration::from_secs(30);
    used.accessed += Duration::from_secs(10);
    used.expires += Duration::from_secs(20);
    expect("a touch", store.touch(&key, &used).await?, Outcome::Done)?;
    expect_found("the session", &store, &key, now(), &live("first", 0)).await?;
    let kept = load_live(&store, &key).await?;
    expect_times(&kept, &used)?;
    // A clock was ahead, and has been put right.
    expect("a touch with earlier times", store.touch(&key, &first).await?, Outcome::Done)?;
    expect_times(&load_live(&store, &key).await?, &first)
}

fn expect_times(kept: &Record, expected: &Record) -> Check {
    expect("when it began", kept.created, expected.created)?;
    expect("when it was used", kept.accessed, expected.accessed)?;
    expect("when it ends", kept.expires, expected.expires)
}

async fn a_touch_and_a_save_keep_out_of_each_others_way(store: Shared) -> Check {
    let key = key()?;
    let first = record("first")?;
    expect("a create", store.create(&key, &first).await?, Outcome::Done)?;
    let mut used = first.clone();
    used.expires += Duration::from_secs(20);
    expect("a touch", store.touch(&key, &used).await?, Outcome::Done)?;
    let second = with_text(&first, "second", 1)?;
    let saved = store.save(&key, &second, 0).await?;
    expect("a save that has not seen the touch", saved, Outcome::Done)?;
    let touched = store.touch(&key, &used).await?;
    expect("a touch that has not seen the save", touched, Outcome::Done)?;
    expect_found("the session", &store, &key, now(), &live("second", 1)).await?;
    expect("its end", load_live(&store, &key).await?.expires, used.expires)
}

async fn a_session_can_be_deleted_twice(store: Shared) -> Check {
    let key = key()?;
    expect("a create", store.create(&key, &record("first")?).await?, Outcome::Done)?;
    store.delete(&key).await?;
    store.delete(&key).await?;
    expect_found("the session", &store, &key, now(), "nothing").await
}

async fn sessions_are_kept_apart(store: Shared) -> Check {
    let mut keys = Vec::new();
    for number in 0..20 {
        let key = key()?;
        let record = record(&format!("session {number}"))?;
        expect("a create", store.create(&key, &record).await?, Outcome::Done)?;
        keys.push(key);
    }
    store.delete(&keys[0]).await?;
    let changed = with_text(&record("")?, "changed", 1)?;
    expect("a save", store.save(&keys[1], &changed, 0).await?, Outcome::Done)?;
    expect_found("the deleted session", &store, &keys[0], now(), "nothing").await?;
    expect_found("the saved session", &store, &keys[1], now(), &live("changed", 1)).await?;
    for (number, key) in keys.iter().enumerate().skip(2) {
        let expected = live(&format!("session {number}"), 0);
        expect_found("another session", &store, key, now(), &expected).await?;
    }
    Ok(())
}
