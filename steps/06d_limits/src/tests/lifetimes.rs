//! Sessions end in time, whatever the clock does.

use crate::data::SessionData;
use crate::id::{Id, Key};
use crate::limits::Limits;
use crate::memory::MemoryStore;
use crate::record::{Found, Outcome, Record};
use std::time::{Duration, SystemTime};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// 20 minutes idle, 12 hours in all, and a touch a minute.
fn limits() -> Limits {
    Limits { idle: 20 * MINUTE, absolute: 12 * HOUR, touch: MINUTE }
}

/// A record that was begun and last used at these times.
fn record(created: SystemTime, accessed: SystemTime) -> Record {
    let expires = limits().expires(created, accessed);
    Record { data: SessionData::default(), version: 0, created, accessed, expires }
}

fn is_live(store: &MemoryStore, key: &Key, now: SystemTime) -> bool {
    matches!(store.load(key, now), Found::Live(_))
}

fn kept(record: Record) -> (MemoryStore, Key) {
    let store = MemoryStore::default();
    let key = Id::random().unwrap().key();
    store.create(key, record);
    (store, key)
}

#[test]
fn an_unused_session_ends_with_the_idle_limit() {
    let now = SystemTime::now();
    let (store, key) = kept(record(now, now));
    assert!(is_live(&store, &key, now + 20 * MINUTE - Duration::from_nanos(1)));
    assert!(!is_live(&store, &key, now + 20 * MINUTE));
}

#[test]
fn a_session_in_use_ends_with_the_absolute_limit() {
    let begin = SystemTime::now();
    let mut record = record(begin, begin);
    let mut now = begin;
    while now < begin + 12 * HOUR {
        assert!(now < record.expires, "it ended early");
        limits().renew(&mut record, now);
        now += 5 * MINUTE;
    }
    assert_eq!(record.expires, begin + 12 * HOUR);
    assert_eq!(record.created, begin);
}

#[test]
fn a_use_is_written_down_when_the_last_is_as_old_as_the_threshold() {
    let now = SystemTime::now();
    let mut record = record(now, now);
    assert!(!limits().renew(&mut record, now));
    assert!(!limits().renew(&mut record, now + MINUTE - Duration::from_nanos(1)));
    assert_eq!(record.expires, now + 20 * MINUTE);
    assert!(limits().renew(&mut record, now + MINUTE));
    assert_eq!(record.accessed, now + MINUTE);
    assert_eq!(record.expires, now + 21 * MINUTE);
}

#[test]
fn a_clock_that_was_set_back_does_not_make_a_session_live_longer() {
    let now = SystemTime::now();
    let mut record = record(now + YEAR, now + YEAR);
    assert!(limits().renew(&mut record, now));
    assert_eq!((record.created, record.accessed), (now, now));
    assert_eq!(record.expires, now + 20 * MINUTE);
}

#[test]
fn a_touch_changes_the_times_alone() {
    let now = SystemTime::now();
    let (store, key) = kept(record(now, now));
    let mut used = record(now, now + MINUTE);
    used.version = 9;
    used.data.insert("not", "this").unwrap();
    assert_eq!(store.touch(&key, &used), Outcome::Done);
    let Found::Live(kept) = store.load(&key, now) else { panic!("the session is gone") };
    assert_eq!((kept.version, kept.expires), (0, used.expires));
    assert_eq!(kept.data.get::<String>("not").unwrap(), None);
    store.delete(&key);
    assert_eq!(store.touch(&key, &used), Outcome::Gone);
    assert!(!is_live(&store, &key, now));
}

#[test]
fn req_64_expired_session_is_deleted_a_day_after_a_sweep_saw_it() {
    let now = SystemTime::now();
    let record = record(now, now);
    let end = record.expires;
    let (store, key) = kept(record);
    store.delete_expired(end + HOUR);
    store.delete_expired(end + HOUR + DAY - Duration::from_nanos(1));
    assert!(is_live(&store, &key, now), "it is looked for with a clock from before its end");
    store.delete_expired(end + HOUR + DAY);
    assert!(!is_live(&store, &key, now));
}

#[test]
fn a_start_with_a_wrong_clock_deletes_nothing() {
    let now = SystemTime::now();
    let (store, key) = kept(record(now, now));
    store.delete_expired(now + YEAR);
    store.delete_expired(now);
    store.delete_expired(now + YEAR + 2 * DAY);
    store.delete_expired(now - YEAR);
    assert!(is_live(&store, &key, now));
}

#[test]
fn a_mark_of_a_clock_that_was_ahead_is_made_again() {
    let now = SystemTime::now();
    let record = record(now, now);
    let end = record.expires;
    let (store, key) = kept(record);
    store.delete_expired(end + YEAR);
    store.delete_expired(end);
    assert!(is_live(&store, &key, now));
    store.delete_expired(end + DAY);
    assert!(!is_live(&store, &key, now));
}
