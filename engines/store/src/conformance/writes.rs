//! Create and save.

use super::{
    Check, Shared, Suite, expect, expect_found, key, live, load_live, now, record, with_text,
};
use crate::record::Outcome;
use crate::store::Store;
use std::time::Duration;

pub async fn try_all<S: Store + 'static>(suite: &mut Suite<impl AsyncFn() -> S>) {
    suite.case(a_session_is_there_once_it_is_created).await;
    suite.case(a_key_in_use_is_a_conflict).await;
    suite.case(a_key_is_in_use_even_if_its_session_has_expired).await;
    suite.case(an_unknown_key_is_nothing_and_gone).await;
    suite.case(a_save_replaces_the_version_that_was_seen).await;
    suite.case(a_save_of_another_version_is_a_conflict).await;
    suite.case(saves_revive_nothing).await;
}

async fn a_session_is_there_once_it_is_created(store: Shared) -> Check {
    let key = key()?;
    expect("a create", store.create(&key, &record("first")?).await?, Outcome::Done)?;
    expect_found("the session", &store, &key, now(), &live("first", 0)).await
}

async fn a_key_in_use_is_a_conflict(store: Shared) -> Check {
    let key = key()?;
    expect("a create", store.create(&key, &record("first")?).await?, Outcome::Done)?;
    let again = store.create(&key, &record("second")?).await?;
    expect("a second create", again, Outcome::Conflict)?;
    expect_found("the session after it", &store, &key, now(), &live("first", 0)).await
}

async fn a_key_is_in_use_even_if_its_session_has_expired(store: Shared) -> Check {
    let key = key()?;
    let mut old = record("old")?;
    old.expires = now() - Duration::from_secs(1);
    expect("a create", store.create(&key, &old).await?, Outcome::Done)?;
    let again = store.create(&key, &record("second")?).await?;
    expect("a second create", again, Outcome::Conflict)?;
    expect_found("the session after it", &store, &key, now(), "nothing").await?;
    let earlier = old.expires - Duration::from_secs(1);
    expect_found("the old session", &store, &key, earlier, &live("old", 0)).await
}

async fn an_unknown_key_is_nothing_and_gone(store: Shared) -> Check {
    let key = key()?;
    let record = record("never")?;
    let later = now() + Duration::from_secs(60);
    expect_found("a load", &store, &key, now(), "nothing").await?;
    expect("a save", store.save(&key, &record, 0).await?, Outcome::Gone)?;
    expect("a touch", store.touch(&key, &record).await?, Outcome::Gone)?;
    let other = super::key()?;
    expect("a rename", store.rename(&key, &other, later).await?, Outcome::Gone)?;
    store.delete(&key).await?;
    expect_found("a load after all that", &store, &key, now(), "nothing").await?;
    expect_found("the key of the rename", &store, &other, now(), "nothing").await
}

async fn a_save_replaces_the_version_that_was_seen(store: Shared) -> Check {
    let key = key()?;
    let first = record("first")?;
    expect("a create", store.create(&key, &first).await?, Outcome::Done)?;
    let mut second = with_text(&first, "second", 1)?;
    second.expires += Duration::from_secs(5);
    expect("a save", store.save(&key, &second, 0).await?, Outcome::Done)?;
    expect_found("the session", &store, &key, now(), &live("second", 1)).await?;
    expect("its end", load_live(&store, &key).await?.expires, second.expires)?;
    let third = with_text(&first, "third", 2)?;
    expect("the next save", store.save(&key, &third, 1).await?, Outcome::Done)?;
    expect_found("the session after it", &store, &key, now(), &live("third", 2)).await
}

async fn a_save_of_another_version_is_a_conflict(store: Shared) -> Check {
    let key = key()?;
    let first = record("first")?;
    expect("a create", store.create(&key, &first).await?, Outcome::Done)?;
    let second = with_text(&first, "second", 1)?;
    expect("a save", store.save(&key, &second, 0).await?, Outcome::Done)?;
    let late = with_text(&first, "late", 1)?;
    expect("a save that saw version 0", store.save(&key, &late, 0).await?, Outcome::Conflict)?;
    let ahead = with_text(&first, "ahead", 3)?;
    expect("a save that saw version 2", store.save(&key, &ahead, 2).await?, Outcome::Conflict)?;
    expect_found("the session after them", &store, &key, now(), &live("second", 1)).await
}

async fn saves_revive_nothing(store: Shared) -> Check {
    let key = key()?;
    let first = record("first")?;
    expect("a create", store.create(&key, &first).await?, Outcome::Done)?;
    store.delete(&key).await?;
    expect_found("the session after the delete", &store, &key, now(), "nothing").await?;
    let second = with_text(&first, "second", 1)?;
    expect("a save after the delete", store.save(&key, &second, 0).await?, Outcome::Gone)?;
    expect_found("the session after the save", &store, &key, now(), "nothing").await
}
