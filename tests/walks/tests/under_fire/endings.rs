//! A logout or a rotation, while a slow request of the same session is under way.

use crate::target::{Outcome, Target, same_visitor, visitors};
use harness::{Connection, ServerCommand, ShortAnswer};
use std::error::Error;
use std::time::{Duration, Instant};

/// So many sessions end or rotate at once.
const AT_ONCE: usize = 50;

/// A session with two requests under way.
struct Pair {
    old_cookie: String,
    slow: Connection,
    quick: Connection,
    /// How long the slow view takes, and when its request was sent.
    wait: Duration,
    sent: Instant,
}

/// What came of a pair.
struct Ended {
    pair: Pair,
    slow: ShortAnswer,
    quick: ShortAnswer,
    /// Whether the quick request was answered before the slow view can have saved.
    in_time: bool,
}

#[derive(Default)]
struct Tally {
    refused: usize,
    begun: usize,
    counted_before: usize,
}

/// In every other pair the slow view takes so long that the quick request comes first. In the others
/// it takes up to 20 ms, so that both save at about the same time.
fn pairs(url: &str, number: usize) -> Result<Vec<Pair>, Box<dyn Error>> {
    let mut pairs = Vec::new();
    for (place, slow) in visitors(url, number)?.into_iter().enumerate() {
        let quick = same_visitor(url, slow.cookie.as_ref())?;
        let old_cookie = slow.cookie.clone().ok_or("the first answer sets no cookie")?;
        let wait = if place.is_multiple_of(2) { 400 } else { place as u64 % 20 };
        let wait = Duration::from_millis(wait);
        pairs.push(Pair { old_cookie, slow, quick, wait, sent: Instant::now() });
    }
    Ok(pairs)
}

/// Sends the slow requests and the quick ones, and waits for all answers.
fn end_all(mut pairs: Vec<Pair>, line: &str) -> Result<Vec<Ended>, Box<dyn Error>> {
    for pair in &mut pairs {
        pair.sent = Instant::now();
        pair.slow.send(&format!("GET /slow?wait={}", pair.wait.as_millis()))?;
    }
    for pair in &mut pairs {
        pair.quick.send(line)?;
    }
    let mut quick_answers = Vec::new();
    for pair in &mut pairs {
        let answer = pair.quick.receive()?;
        let in_time = pair.sent.elapsed() < pair.wait;
        quick_answers.push((answer, in_time));
    }
    let mut ended = Vec::new();
    for (mut pair, (quick, in_time)) in pairs.into_iter().zip(quick_answers) {
        let slow = pair.slow.receive()?;
        if quick.status != 303 {
            return Err(format!("{line} was answered with {quick:?}").into());
        }
        ended.push(Ended { pair, slow, quick, in_time });
    }
    Ok(ended)
}

impl Tally {
    /// Sorts the answers to slow requests. A new session after a rotation would displace the old one.
    fn add(&mut self, ended: &Ended, may_begin: bool) -> Result<(), Box<dyn Error>> {
        let slow = &ended.slow;
        match (slow.status, slow.count, &slow.set_cookie) {
            (409, None, None) => self.refused += 1,
            (200, Some(1), Some(new)) if may_begin && *new != ended.pair.old_cookie => {
                self.begun += 1;
            }
            (200, Some(2), None) if !ended.in_time => self.counted_before += 1,
            _ => return Err(format!("the slow request was answered with {slow:?}").into()),
        }
        Ok(())
    }
}

pub fn logouts(command: &ServerCommand, times: usize) -> Outcome {
    let target = Target::open(command)?;
    let mut tally = Tally::default();
    for _ in 0..times / AT_ONCE {
        for ended in end_all(pairs(&target.url(), AT_ONCE)?, "POST /logout")? {
            tally.add(&ended, true)?;
            let late = same_visitor(&target.url(), Some(&ended.pair.old_cookie))?.visit("GET /")?;
            let is_anonymous = late.status == 200 && late.count == Some(1);
            if !is_anonymous || late.set_cookie.is_none_or(|new| new == ended.pair.old_cookie) {
                return Err(
                    format!("the session lives again: its count is {:?}", late.count).into()
                );
            }
        }
    }
    let Tally { refused, begun, counted_before } = tally;
    if refused + begun == 0 {
        return Err("each slow request was counted before its logout, so nothing was tried".into());
    }
    Ok(format!(
        "{times} logouts against slow requests: no session was revived; of the slow requests, \
         {refused} were answered with 409, {begun} began another session, and {counted_before} were \
         counted before the logout"
    ))
}

pub fn rotations(command: &ServerCommand, times: usize) -> Outcome {
    let target = Target::open(command)?;
    let mut tally = Tally::default();
    for _ in 0..times / AT_ONCE {
        for ended in end_all(pairs(&target.url(), AT_ONCE)?, "POST /rotate")? {
            tally.add(&ended, false)?;
            let Ended { pair, slow, quick, .. } = ended;
            let new_cookie = quick.set_cookie.ok_or("the rotation sets no cookie")?;
            let next = same_visitor(&target.url(), Some(&new_cookie))?.visit("GET /")?;
            let count = slow.count.unwrap_or(1) + 1;
            if next.count != Some(count) || next.set_cookie.is_some() {
                return Err(format!("the session was lost: {next:?}, and not {count}").into());
            }
            let late = same_visitor(&target.url(), Some(&pair.old_cookie))?.visit("GET /")?;
            if late.status != 409 || late.set_cookie.is_some() {
                return Err(format!("the old id was answered with {late:?}").into());
            }
        }
    }
    let Tally { refused, counted_before, .. } = tally;
    if refused == 0 {
        return Err(
            "each slow request was counted before its rotation, so nothing was tried".into()
        );
    }
    Ok(format!(
        "{times} rotations against slow requests: no session was lost; of the slow requests, {refused} \
         were answered with 409, and {counted_before} were counted before the rotation"
    ))
}
