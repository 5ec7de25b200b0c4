//! A session changes while others read and save it.

use super::crowds::{all, count, increment};
use super::{
    Check, Shared, Suite, TEXT, expect, expect_found, key, load_live, now, record, with_text,
};
use crate::record::Outcome;
use crate::store::Store;
use std::time::Duration;
use tokio::task::JoinSet;

pub async fn try_all<S: Store + 'static>(suite: &mut Suite<impl AsyncFn() -> S>) {
    suite.case(a_rename_between_saves_loses_nothing).await;
    suite.case(touches_between_saves_lose_nothing).await;
    suite.case(a_delete_between_saves_is_final).await;
    suite.case(versions_never_go_back).await;
}

async fn a_rename_between_saves_loses_nothing(store: Shared) -> Check {
    let old = key()?;
    let new = key()?;
    expect("a create", store.create(&old, &record("")?).await?, Outcome::Done)?;
    let mut tasks = JoinSet::new();
    for _ in 0..30 {
        tasks.spawn(increment(store.clone(), old));
    }
    tokio::task::yield_now().await;
    let until = now() + Duration::from_secs(60);
    expect("a rename", store.rename(&old, &new, until).await?, Outcome::Done)?;
    let saved: u32 = all(tasks).await?.into_iter().sum();
    expect("the sum under the new key", count(&store, &new).await?, saved)?;
    expect_found("the old key", &store, &old, now(), "renamed").await
}

async fn touches_between_saves_lose_nothing(store: Shared) -> Check {
    let key = key()?;
    let first = record("")?;
    expect("a create", store.create(&key, &first).await?, Outcome::Done)?;
    let mut tasks = JoinSet::new();
    for _ in 0..30 {
        tasks.spawn(increment(store.clone(), key));
        let store = store.clone();
        let used = first.clone();
        tasks.spawn(async move {
            expect("a touch", store.touch(&key, &used).await?, Outcome::Done)?;
            Ok(0)
        });
    }
    let saved: u32 = all(tasks).await?.into_iter().sum();
    expect("increments that were saved", saved, 30)?;
    expect("the count", count(&store, &key).await?, saved)
}

async fn a_delete_between_saves_is_final(store: Shared) -> Check {
    let key = key()?;
    expect("a create", store.create(&key, &record("")?).await?, Outcome::Done)?;
    let mut tasks = JoinSet::new();
    for _ in 0..30 {
        tasks.spawn(increment(store.clone(), key));
    }
    tokio::task::yield_now().await;
    store.delete(&key).await?;
    all(tasks).await?;
    expect_found("the session", &store, &key, now(), "nothing").await
}

async fn versions_never_go_back(store: Shared) -> Check {
    let key = key()?;
    let first = record("0")?;
    expect("a create", store.create(&key, &first).await?, Outcome::Done)?;
    let mut tasks = JoinSet::new();
    for _ in 0..4 {
        let store = store.clone();
        tasks.spawn(async move {
            let mut last = 0;
            while last < 100 {
                let record = load_live(&store, &key).await?;
                expect("a version that is older", record.version < last, false)?;
                let text: Option<String> = record.data.get(TEXT)?;
                expect("the text of a version", text, Some(record.version.to_string()))?;
                last = record.version;
                tokio::task::yield_now().await;
            }
            Ok(())
        });
    }
    for seen in 0..100 {
        let next = with_text(&first, &(seen + 1).to_string(), seen + 1)?;
        expect("a save", store.save(&key, &next, seen).await?, Outcome::Done)?;
        tokio::task::yield_now().await;
    }
    all(tasks).await?;
    Ok(())
}
