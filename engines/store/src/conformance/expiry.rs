//! A session ends at its time.

use super::{Check, Shared, Suite, expect, expect_found, key, live, now, record, with_text};
use crate::record::Outcome;
use crate::store::Store;
use std::time::Duration;

pub async fn try_all<S: Store + 'static>(suite: &mut Suite<impl AsyncFn() -> S>) {
    suite.case(a_session_lives_until_its_time).await;
    suite.case(a_touch_moves_the_end).await;
    suite.case(a_save_moves_the_end).await;
    suite.case(a_rename_does_not_move_the_end).await;
    suite.case(a_clock_that_was_wrong_for_a_moment_ends_nothing).await;
}

async fn a_session_lives_until_its_time(store: Shared) -> Check {
    let key = key()?;
    let first = record("first")?;
    let end = first.expires;
    expect("a create", store.create(&key, &first).await?, Outcome::Done)?;
    let second = Duration::from_secs(1);
    let moment = Duration::from_millis(1);
    expect_found("a second before its end", &store, &key, end - second, &live("first", 0)).await?;
    expect_found("just before its end", &store, &key, end - moment, &live("first", 0)).await?;
    expect_found("at its end", &store, &key, end, "nothing").await?;
    expect_found("a second after its end", &store, &key, end + second, "nothing").await
}

async fn a_touch_moves_the_end(store: Shared) -> Check {
    let key = key()?;
    let first = record("first")?;
    expect("a create", store.create(&key, &first).await?, Outcome::Done)?;
    let mut used = first.clone();
    used.expires += Duration::from_secs(10);
    expect("a touch", store.touch(&key, &used).await?, Outcome::Done)?;
    expect_found("at its first end", &store, &key, first.expires, &live("first", 0)).await?;
    expect_found("at its new end", &store, &key, used.expires, "nothing").await
}

async fn a_save_moves_the_end(store: Shared) -> Check {
    let key = key()?;
    let first = record("first")?;
    expect("a create", store.create(&key, &first).await?, Outcome::Done)?;
    let mut shorter = with_text(&first, "second", 1)?;
    shorter.expires -= Duration::from_secs(10);
    expect("a save", store.save(&key, &shorter, 0).await?, Outcome::Done)?;
    let before = shorter.expires - Duration::from_millis(1);
    expect_found("before its new end", &store, &key, before, &live("second", 1)).await?;
    expect_found("at its new end", &store, &key, shorter.expires, "nothing").await
}

async fn a_rename_does_not_move_the_end(store: Shared) -> Check {
    let old = key()?;
    let new = key()?;
    let first = record("first")?;
    expect("a create", store.create(&old, &first).await?, Outcome::Done)?;
    let until = first.expires + Duration::from_secs(60);
    expect("a rename", store.rename(&old, &new, until).await?, Outcome::Done)?;
    expect_found("at its end", &store, &new, first.expires, "nothing").await
}

async fn a_clock_that_was_wrong_for_a_moment_ends_nothing(store: Shared) -> Check {
    let key = key()?;
    let year = Duration::from_secs(365 * 24 * 60 * 60);
    expect("a create", store.create(&key, &record("first")?).await?, Outcome::Done)?;
    expect_found("a year ahead", &store, &key, now() + year, "nothing").await?;
    expect_found("a year back", &store, &key, now() - year, &live("first", 0)).await?;
    expect_found("at the right time", &store, &key, now(), &live("first", 0)).await
}
