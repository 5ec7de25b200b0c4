//! Many requests at once.

use super::{
    Check, Problem, Shared, Suite, expect, expect_found, key, live, load_live, now, record,
};
use crate::id::Key;
use crate::record::{Found, Outcome};
use crate::store::Store;
use std::time::Duration;
use tokio::task::JoinSet;

const COUNT: &str = "count";

pub async fn try_all<S: Store + 'static>(suite: &mut Suite<impl AsyncFn() -> S>) {
    suite.case(updates_at_once_lose_nothing).await;
    suite.case(one_create_of_many_wins).await;
    suite.case(one_rename_of_many_wins).await;
}

/// Counts up in a session until somebody else's save is not in the way. Returns how often it was
/// saved: once, or never if the session has gone.
pub async fn increment(store: Shared, key: Key) -> Result<u32, Problem> {
    loop {
        let Found::Live(mut record) = store.load(&key, now()).await? else { return Ok(0) };
        let count: u32 = record.data.get(COUNT)?.unwrap_or(0);
        let seen = record.version;
        record.data.insert(COUNT, count + 1)?;
        record.version += 1;
        // Gives the others time to get between the load and the save.
        tokio::task::yield_now().await;
        match store.save(&key, &record, seen).await? {
            Outcome::Done => return Ok(1),
            Outcome::Conflict => {}
            Outcome::Gone => return Ok(0),
        }
    }
}

pub async fn count(store: &Shared, key: &Key) -> Result<u32, Problem> {
    Ok(load_live(store, key).await?.data.get(COUNT)?.unwrap_or(0))
}

pub async fn all<T: 'static>(tasks: JoinSet<Result<T, Problem>>) -> Result<Vec<T>, Problem> {
    tasks.join_all().await.into_iter().collect()
}

async fn updates_at_once_lose_nothing(store: Shared) -> Check {
    let key = key()?;
    expect("a create", store.create(&key, &record("")?).await?, Outcome::Done)?;
    let mut tasks = JoinSet::new();
    for _ in 0..50 {
        let store = store.clone();
        tasks.spawn(async move {
            for _ in 0..4 {
                increment(store.clone(), key).await?;
            }
            Ok(())
        });
    }
    all(tasks).await?;
    expect("the sum", count(&store, &key).await?, 200)?;
    expect("the version", load_live(&store, &key).await?.version, 200)
}

async fn one_create_of_many_wins(store: Shared) -> Check {
    let key = key()?;
    let mut tasks = JoinSet::new();
    for number in 0..20 {
        let store = store.clone();
        tasks.spawn(async move {
            let text = format!("creator {number}");
            let outcome = store.create(&key, &record(&text)?).await?;
            Ok((outcome == Outcome::Done).then_some(text))
        });
    }
    let winners: Vec<String> = all(tasks).await?.into_iter().flatten().collect();
    expect("creates that were done", winners.len(), 1)?;
    expect_found("the session", &store, &key, now(), &live(&winners[0], 0)).await
}

async fn one_rename_of_many_wins(store: Shared) -> Check {
    let old = key()?;
    expect("a create", store.create(&old, &record("first")?).await?, Outcome::Done)?;
    let until = now() + Duration::from_secs(60);
    let mut tasks = JoinSet::new();
    for _ in 0..20 {
        let store = store.clone();
        let new = key()?;
        tasks.spawn(async move { Ok((store.rename(&old, &new, until).await?, new)) });
    }
    let mut done = 0;
    for (outcome, new) in all(tasks).await? {
        let expected = if outcome == Outcome::Done { live("first", 0) } else { "nothing".into() };
        expect_found("a new key", &store, &new, now(), &expected).await?;
        done += usize::from(outcome == Outcome::Done);
    }
    expect("renames that were done", done, 1)?;
    expect_found("the old key", &store, &old, now(), "renamed").await
}
