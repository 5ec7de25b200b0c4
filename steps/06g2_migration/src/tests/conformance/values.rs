//! What a session holds comes back as it was.

use super::{Check, Problem, Shared, Suite, expect, key, load_live, record, with_text};
use crate::data::SessionData;
use crate::record::{Outcome, Record};
use crate::store::Store;
use std::time::{Duration, SystemTime};

pub async fn try_all<S: Store + 'static>(suite: &mut Suite<impl AsyncFn() -> S>) {
    suite.case(an_empty_session_is_a_session).await;
    suite.case(a_megabyte_comes_back).await;
    suite.case(hostile_text_comes_back).await;
    suite.case(hostile_names_come_back).await;
    suite.case(numbers_come_back).await;
    suite.case(times_come_back_to_the_millisecond).await;
    suite.case(a_large_version_comes_back).await;
}

/// Saves data over other data, and loads it.
async fn saved(store: &Shared, data: SessionData) -> Result<SessionData, Problem> {
    let key = key()?;
    let mut record = record("before")?;
    expect("a create", store.create(&key, &record).await?, Outcome::Done)?;
    record.data = data;
    record.version = 1;
    expect("a save", store.save(&key, &record, 0).await?, Outcome::Done)?;
    Ok(load_live(store, &key).await?.data)
}

async fn created(store: &Shared, record: &Record) -> Result<Record, Problem> {
    let key = key()?;
    expect("a create", store.create(&key, record).await?, Outcome::Done)?;
    load_live(store, &key).await
}

async fn an_empty_session_is_a_session(store: Shared) -> Check {
    let data = saved(&store, SessionData::default()).await?;
    expect("a value that is not there", data.get::<String>(super::TEXT)?, None)?;
    let mut empty = record("")?;
    empty.data = SessionData::default();
    let data = created(&store, &empty).await?.data;
    expect("a value that was never there", data.get::<String>(super::TEXT)?, None)
}

async fn a_megabyte_comes_back(store: Shared) -> Check {
    let long = "0123456789abcdef".repeat(64 * 1024);
    let mut data = SessionData::default();
    data.insert("long", &long)?;
    data.insert("after it", 5)?;
    let data = saved(&store, data).await?;
    let found: String = data.get("long")?.unwrap_or_default();
    expect("whether the text is the same", found == long, true)?;
    expect("the value after it", data.get("after it")?, Some(5))
}

fn hostile() -> [String; 9] {
    [
        String::new(),
        "'; DROP TABLE sessions; --".into(),
        "\" \\ \\\" ${x} %s ?1 :key".into(),
        "a\0b".into(),
        "\r\n\t\u{1b}[31m\u{7f}\u{85}\u{2028}".into(),
        "🧁 e\u{301} \u{202e}right to left".into(),
        "\u{feff}\u{fffd}\u{10ffff}".into(),
        "null".into(),
        "long ".repeat(2048),
    ]
}

async fn hostile_text_comes_back(store: Shared) -> Check {
    for text in hostile() {
        let record = created(&store, &with_text(&record("")?, &text, 0)?).await?;
        expect("a text", super::text(&record)?, text)?;
    }
    Ok(())
}

async fn hostile_names_come_back(store: Shared) -> Check {
    let mut data = SessionData::default();
    for (number, name) in hostile().iter().enumerate() {
        data.insert(name, number)?;
    }
    let data = saved(&store, data).await?;
    for (number, name) in hostile().iter().enumerate() {
        expect(format!("the value of {name:?}"), data.get(name)?, Some(number))?;
    }
    Ok(())
}

async fn numbers_come_back(store: Shared) -> Check {
    let mut data = SessionData::default();
    data.insert("largest", u64::MAX)?;
    data.insert("smallest", i64::MIN)?;
    data.insert("third", 1.0 / 3.0)?;
    data.insert("nested", vec![Some(1), None])?;
    let data = saved(&store, data).await?;
    expect("the largest number", data.get("largest")?, Some(u64::MAX))?;
    expect("the smallest number", data.get("smallest")?, Some(i64::MIN))?;
    expect("a third", data.get("third")?, Some(1.0 / 3.0))?;
    expect("a list", data.get("nested")?, Some(vec![Some(1), None]))
}

async fn times_come_back_to_the_millisecond(store: Shared) -> Check {
    let mut record = record("first")?;
    record.created = at(1_234_567_890_001);
    record.accessed = at(1_999_999_999_999) + Duration::from_nanos(999_999);
    record.expires = at(32_503_680_000_999);
    let found = created(&store, &record).await?;
    expect("when it began", millis(found.created), 1_234_567_890_001)?;
    expect("when it was used", millis(found.accessed), 1_999_999_999_999)?;
    expect("when it ends", millis(found.expires), 32_503_680_000_999)
}

fn at(millis: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(millis)
}

fn millis(time: SystemTime) -> u128 {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis()
}

async fn a_large_version_comes_back(store: Shared) -> Check {
    let key = key()?;
    // An engine may take the time for it, in microseconds, and then numbers are left out.
    let large = 1_790_000_000_000_001;
    let larger = 1_790_000_000_005_002;
    let first = with_text(&record("")?, "first", large)?;
    expect("a create", store.create(&key, &first).await?, Outcome::Done)?;
    expect("the version", load_live(&store, &key).await?.version, large)?;
    let second = with_text(&first, "second", larger)?;
    expect("a save", store.save(&key, &second, large).await?, Outcome::Done)?;
    expect("the version after a save", load_live(&store, &key).await?.version, larger)
}
