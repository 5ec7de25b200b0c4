//! A session gets another key.

use super::{
    Check, Shared, Suite, expect, expect_found, key, live, load_live, now, record, with_text,
};
use crate::id::Key;
use crate::record::Outcome;
use crate::store::Store;
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

pub async fn try_all<S: Store + 'static>(suite: &mut Suite<impl AsyncFn() -> S>) {
    suite.case(a_rename_moves_the_whole_session).await;
    suite.case(the_old_key_is_renamed_until_its_time).await;
    suite.case(nothing_happens_under_the_old_key).await;
    suite.case(a_new_key_in_use_is_a_conflict).await;
    suite.case(a_new_key_whose_session_has_expired_is_a_conflict).await;
    suite.case(a_new_key_that_was_renamed_is_a_conflict).await;
    suite.case(a_key_does_not_become_itself).await;
    suite.case(a_session_can_be_renamed_again).await;
    suite.case(a_renamed_session_can_be_saved_and_deleted).await;
    suite.case(a_deleted_session_is_not_renamed).await;
}

/// Makes a session and gives it another key. Returns the old key and the new one.
async fn renamed(store: &Shared) -> Result<(Key, Key), super::Problem> {
    let old = key()?;
    let new = key()?;
    expect("a create", store.create(&old, &record("first")?).await?, Outcome::Done)?;
    let renamed = store.rename(&old, &new, now() + MINUTE).await?;
    expect("a rename", renamed, Outcome::Done)?;
    Ok((old, new))
}

async fn a_rename_moves_the_whole_session(store: Shared) -> Check {
    let old = key()?;
    let new = key()?;
    let first = record("first")?;
    expect("a create", store.create(&old, &first).await?, Outcome::Done)?;
    let mut second = with_text(&first, "second", 1)?;
    second.created -= Duration::from_secs(10);
    second.accessed -= Duration::from_secs(5);
    expect("a save", store.save(&old, &second, 0).await?, Outcome::Done)?;
    expect("a rename", store.rename(&old, &new, now() + MINUTE).await?, Outcome::Done)?;
    expect_found("the new key", &store, &new, now(), &live("second", 1)).await?;
    let moved = load_live(&store, &new).await?;
    expect("when it began", moved.created, second.created)?;
    expect("when it was used", moved.accessed, second.accessed)?;
    expect("when it ends", moved.expires, second.expires)
}

async fn the_old_key_is_renamed_until_its_time(store: Shared) -> Check {
    let old = key()?;
    let new = key()?;
    let until = now() + MINUTE;
    expect("a create", store.create(&old, &record("first")?).await?, Outcome::Done)?;
    expect("a rename", store.rename(&old, &new, until).await?, Outcome::Done)?;
    let before = until - Duration::from_millis(1);
    expect_found("the old key", &store, &old, now(), "renamed").await?;
    store.delete_expired(before, 10).await?;
    expect_found("the old key just before its time", &store, &old, before, "renamed").await?;
    expect_found("the old key at its time", &store, &old, until, "nothing").await?;
    expect_found("the new key at that time", &store, &new, until, &live("first", 0)).await?;
    store.delete_expired(until, 10).await?;
    expect_found("the old key after a sweep", &store, &old, until, "nothing").await?;
    expect_found("the new key after a sweep", &store, &new, until, &live("first", 0)).await
}

async fn nothing_happens_under_the_old_key(store: Shared) -> Check {
    let (old, new) = renamed(&store).await?;
    let late = with_text(&record("")?, "late", 1)?;
    expect("a save", store.save(&old, &late, 0).await?, Outcome::Gone)?;
    expect("a touch", store.touch(&old, &late).await?, Outcome::Gone)?;
    expect("a create", store.create(&old, &late).await?, Outcome::Conflict)?;
    let other = key()?;
    let again = store.rename(&old, &other, now() + MINUTE).await?;
    expect("a rename", again, Outcome::Gone)?;
    store.delete(&old).await?;
    expect_found("the old key", &store, &old, now(), "renamed").await?;
    expect_found("the new key", &store, &new, now(), &live("first", 0)).await?;
    expect_found("the key of the second rename", &store, &other, now(), "nothing").await
}

async fn a_new_key_in_use_is_a_conflict(store: Shared) -> Check {
    let mine = key()?;
    let other = key()?;
    expect("a create", store.create(&mine, &record("mine")?).await?, Outcome::Done)?;
    expect("a create", store.create(&other, &record("other")?).await?, Outcome::Done)?;
    let renamed = store.rename(&mine, &other, now() + MINUTE).await?;
    expect("a rename", renamed, Outcome::Conflict)?;
    expect_found("the session", &store, &mine, now(), &live("mine", 0)).await?;
    expect_found("the other session", &store, &other, now(), &live("other", 0)).await
}

async fn a_new_key_whose_session_has_expired_is_a_conflict(store: Shared) -> Check {
    let mine = key()?;
    let other = key()?;
    let mut over = record("other")?;
    over.expires = now() - Duration::from_secs(1);
    let before = over.expires - Duration::from_secs(1);
    expect("a create", store.create(&mine, &record("mine")?).await?, Outcome::Done)?;
    expect("a create", store.create(&other, &over).await?, Outcome::Done)?;
    let renamed = store.rename(&mine, &other, now() + MINUTE).await?;
    expect("a rename", renamed, Outcome::Conflict)?;
    expect_found("the session", &store, &mine, now(), &live("mine", 0)).await?;
    expect_found("the other one, before", &store, &other, before, &live("other", 0)).await
}

async fn a_new_key_that_was_renamed_is_a_conflict(store: Shared) -> Check {
    let (old, new) = renamed(&store).await?;
    let back = store.rename(&new, &old, now() + MINUTE).await?;
    expect("a rename back to the old key", back, Outcome::Conflict)?;
    expect_found("the old key", &store, &old, now(), "renamed").await?;
    expect_found("the new key", &store, &new, now(), &live("first", 0)).await
}

async fn a_key_does_not_become_itself(store: Shared) -> Check {
    let key = key()?;
    expect("a create", store.create(&key, &record("first")?).await?, Outcome::Done)?;
    let renamed = store.rename(&key, &key, now() + MINUTE).await?;
    expect("a rename to the same key", renamed, Outcome::Conflict)?;
    expect_found("the session", &store, &key, now(), &live("first", 0)).await
}

async fn a_session_can_be_renamed_again(store: Shared) -> Check {
    let (old, new) = renamed(&store).await?;
    let newest = key()?;
    let again = store.rename(&new, &newest, now() + MINUTE).await?;
    expect("a second rename", again, Outcome::Done)?;
    expect_found("the first key", &store, &old, now(), "renamed").await?;
    expect_found("the second key", &store, &new, now(), "renamed").await?;
    expect_found("the third key", &store, &newest, now(), &live("first", 0)).await
}

async fn a_renamed_session_can_be_saved_and_deleted(store: Shared) -> Check {
    let (old, new) = renamed(&store).await?;
    let second = with_text(&load_live(&store, &new).await?, "second", 1)?;
    expect("a save", store.save(&new, &second, 0).await?, Outcome::Done)?;
    expect_found("the new key", &store, &new, now(), &live("second", 1)).await?;
    store.delete(&new).await?;
    expect_found("the new key after a delete", &store, &new, now(), "nothing").await?;
    expect_found("the old key after a delete", &store, &old, now(), "renamed").await
}

async fn a_deleted_session_is_not_renamed(store: Shared) -> Check {
    let old = key()?;
    let new = key()?;
    expect("a create", store.create(&old, &record("first")?).await?, Outcome::Done)?;
    store.delete(&old).await?;
    let renamed = store.rename(&old, &new, now() + MINUTE).await?;
    expect("a rename after the delete", renamed, Outcome::Gone)?;
    expect_found("the old key", &store, &old, now(), "nothing").await?;
    expect_found("the new key", &store, &new, now(), "nothing").await
}
