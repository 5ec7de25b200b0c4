//! What has expired is deleted, but not before the clock has had a day to be put right.

use super::{Check, Problem, Shared, Suite, expect, expect_found, key, live, now, record};
use crate::id::Key;
use crate::record::{Outcome, Record};
use crate::store::Store;
use std::time::{Duration, SystemTime};

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

pub async fn try_all<S: Store + 'static>(suite: &mut Suite<impl AsyncFn() -> S>) {
    suite.case(an_expired_session_is_deleted_after_a_day).await;
    suite.case(a_live_session_is_not_swept).await;
    suite.case(a_session_alive_again_loses_its_mark).await;
    suite.case(a_clock_that_starts_a_year_ahead_deletes_nothing).await;
    suite.case(a_clock_that_goes_back_deletes_nothing).await;
    suite.case(a_mark_of_a_clock_that_was_ahead_is_made_again).await;
    suite.case(a_sweep_keeps_to_its_limit_and_ends).await;
    suite.case(a_sweep_with_marks_and_deletions_keeps_to_its_limit).await;
    suite.case(a_sweep_goes_on_behind_what_it_has_marked).await;
}

async fn create(store: &Shared) -> Result<(Key, Record), Problem> {
    let key = key()?;
    let record = record("first")?;
    expect("a create", store.create(&key, &record).await?, Outcome::Done)?;
    Ok((key, record))
}

async fn sweep(store: &Shared, when: &str, now: SystemTime, expected: usize) -> Check {
    expect(format!("sessions swept {when}"), store.delete_expired(now, 10).await?, expected)
}

/// Looks with a clock at which the session has not expired, so this finds it until it is deleted.
async fn expect_kept(store: &Shared, when: &str, key: &Key, record: &Record) -> Check {
    let before = record.expires - SECOND;
    expect_found(format!("the session {when}"), store, key, before, &live("first", 0)).await
}

async fn an_expired_session_is_deleted_after_a_day(store: Shared) -> Check {
    let (key, record) = create(&store).await?;
    let end = record.expires;
    sweep(&store, "just before its end", end - Duration::from_millis(1), 0).await?;
    sweep(&store, "at its end", end, 1).await?;
    expect_kept(&store, "after it was marked", &key, &record).await?;
    sweep(&store, "a second later", end + SECOND, 0).await?;
    sweep(&store, "a second before the day is over", end + DAY - SECOND, 0).await?;
    expect_kept(&store, "a second before the day is over", &key, &record).await?;
    sweep(&store, "after a day", end + DAY, 1).await?;
    expect_found("the session", &store, &key, end - SECOND, "nothing").await?;
    expect("a touch", store.touch(&key, &record).await?, Outcome::Gone)?;
    sweep(&store, "when nothing is left", end + DAY + DAY, 0).await
}

async fn a_live_session_is_not_swept(store: Shared) -> Check {
    let (key, record) = create(&store).await?;
    for _ in 0..3 {
        sweep(&store, "while it lives", now(), 0).await?;
    }
    expect_kept(&store, "after three sweeps", &key, &record).await
}

async fn a_session_alive_again_loses_its_mark(store: Shared) -> Check {
    let (key, mut record) = create(&store).await?;
    let first_end = record.expires;
    sweep(&store, "at its first end", first_end, 1).await?;
    record.expires = first_end + DAY + DAY;
    expect("a touch", store.touch(&key, &record).await?, Outcome::Done)?;
    sweep(&store, "while it lives again", first_end + HOUR, 1).await?;
    sweep(&store, "at its second end", record.expires, 1).await?;
    expect_kept(&store, "at its second end", &key, &record).await?;
    sweep(&store, "an hour later", record.expires + HOUR, 0).await?;
    expect_kept(&store, "an hour later", &key, &record).await?;
    sweep(&store, "a day later", record.expires + DAY, 1).await
}

async fn a_clock_that_starts_a_year_ahead_deletes_nothing(store: Shared) -> Check {
    let (key, record) = create(&store).await?;
    sweep(&store, "a year ahead", now() + YEAR, 1).await?;
    sweep(&store, "an hour after that", now() + YEAR + HOUR, 0).await?;
    expect_kept(&store, "when the year ahead never was", &key, &record).await?;
    sweep(&store, "with the right clock", now(), 1).await?;
    sweep(&store, "a year and two days ahead", now() + YEAR + DAY + DAY, 1).await?;
    expect_kept(&store, "after the clock was wrong again", &key, &record).await
}

async fn a_clock_that_goes_back_deletes_nothing(store: Shared) -> Check {
    let (key, record) = create(&store).await?;
    let end = record.expires;
    sweep(&store, "ten days after its end", end + 10 * DAY, 1).await?;
    sweep(&store, "a day after its end", end + DAY, 1).await?;
    sweep(&store, "a year ago", now() - YEAR, 1).await?;
    sweep(&store, "in 1970", SystemTime::UNIX_EPOCH, 0).await?;
    expect_kept(&store, "when the clock goes back", &key, &record).await?;
    sweep(&store, "at its end", end, 1).await?;
    expect_kept(&store, "at its end", &key, &record).await?;
    sweep(&store, "a day later", end + DAY, 1).await
}

async fn a_mark_of_a_clock_that_was_ahead_is_made_again(store: Shared) -> Check {
    let (key, record) = create(&store).await?;
    let end = record.expires;
    sweep(&store, "a year ahead", end + YEAR, 1).await?;
    sweep(&store, "at its end", end, 1).await?;
    expect_kept(&store, "at its end", &key, &record).await?;
    sweep(&store, "a day later", end + DAY, 1).await
}

async fn a_sweep_keeps_to_its_limit_and_ends(store: Shared) -> Check {
    let mut records = Vec::new();
    for _ in 0..25 {
        records.push(create(&store).await?);
    }
    let end = now() + HOUR + SECOND;
    for expected in [10, 10, 5, 0] {
        sweep(&store, "when they end", end, expected).await?;
    }
    for (key, record) in &records {
        expect_kept(&store, "when all are marked", key, record).await?;
    }
    for (swept, expected) in [(10, 10), (20, 10), (25, 5), (25, 0)] {
        sweep(&store, "a day later", end + DAY, expected).await?;
        let mut left = 0;
        for (key, record) in &records {
            left += usize::from(store.touch(key, record).await? == Outcome::Done);
        }
        expect("sessions that are left", left, 25 - swept)?;
    }
    Ok(())
}

async fn a_sweep_with_marks_and_deletions_keeps_to_its_limit(store: Shared) -> Check {
    for _ in 0..8 {
        create(&store).await?;
    }
    let end = now() + HOUR + SECOND;
    sweep(&store, "when they end", end, 8).await?;
    for _ in 0..8 {
        create(&store).await?;
    }
    sweep(&store, "when eight are to be marked and eight to be deleted", end + DAY, 10).await?;
    sweep(&store, "after that", end + DAY, 6).await
}

/// Marked sessions wait for a day. If they filled each batch, nothing else would be swept.
async fn a_sweep_goes_on_behind_what_it_has_marked(store: Shared) -> Check {
    for _ in 0..15 {
        create(&store).await?;
    }
    let end = now() + HOUR + SECOND;
    sweep(&store, "when they end", end, 10).await?;
    sweep(&store, "when they end", end, 5).await?;
    let key = key()?;
    let mut later = record("first")?;
    later.expires = end + HOUR;
    expect("a create", store.create(&key, &later).await?, Outcome::Done)?;
    sweep(&store, "when one more ends", end + HOUR, 1).await?;
    sweep(&store, "after a day", end + DAY, 10).await?;
    sweep(&store, "after a day", end + DAY, 5).await?;
    expect_kept(&store, "that was marked last", &key, &later).await
}
