//! A logout on one node, while a slow request of the same session is under way on another.

use crate::target::{Outcome, same_visitor, start, visitor};
use cluster::Result;
use harness::{Connection, ServerCommand, ShortAnswer};
use std::time::{Duration, Instant};

/// So many sessions end at once.
const AT_ONCE: usize = 50;

/// A session with a slow request on one node.
struct Pair {
    old_cookie: String,
    slow: Connection,
    other: Connection,
    wait: Duration,
    sent: Instant,
}

#[derive(Default)]
struct Tally {
    refused: usize,
    begun: usize,
    counted_before: usize,
}

impl Tally {
    /// Sorts the answer to a slow request, which may have been counted before the logout if the logout
    /// was answered after the slow view's wait.
    fn add(&mut self, slow: &ShortAnswer, old_cookie: &str, in_time: bool) -> Result<()> {
        match (slow.status, slow.count, &slow.set_cookie) {
            (409, None, None) => self.refused += 1,
            (200, Some(1), Some(new)) if new != old_cookie => self.begun += 1,
            (200, Some(2), None) if !in_time => self.counted_before += 1,
            _ => return Err(format!("the slow request was answered with {slow:?}").into()),
        }
        Ok(())
    }
}

/// In every other pair the slow view takes so long that the logout comes first. In the others it takes
/// up to 20 ms, so that both save at about the same time.
fn pairs(slow_node: &str, other_node: &str) -> Result<Vec<Pair>> {
    let mut pairs = Vec::new();
    for place in 0..AT_ONCE {
        let slow = visitor(slow_node)?;
        let other = same_visitor(other_node, slow.cookie.as_ref())?;
        let old_cookie = slow.cookie.clone().ok_or("the first answer sets no cookie")?;
        let wait = if place.is_multiple_of(2) { 400 } else { place as u64 % 20 };
        let wait = Duration::from_millis(wait);
        pairs.push(Pair { old_cookie, slow, other, wait, sent: Instant::now() });
    }
    Ok(pairs)
}

pub fn logouts(command: &ServerCommand, times: u64) -> Outcome {
    let cluster = start(command)?;
    let addresses = cluster.addresses();
    let mut tally = Tally::default();
    for round in 0..times as usize / AT_ONCE {
        let slow_node = &addresses[round % addresses.len()];
        let other_node = &addresses[(round + 1) % addresses.len()];
        let mut pairs = pairs(slow_node, other_node)?;
        for pair in &mut pairs {
            pair.sent = Instant::now();
            pair.slow.send(&format!("GET /slow?wait={}", pair.wait.as_millis()))?;
        }
        for pair in &mut pairs {
            pair.other.send("POST /logout")?;
        }
        let mut in_time = Vec::new();
        for pair in &mut pairs {
            let answer = pair.other.receive()?;
            if answer.status != 303 {
                return Err(format!("the logout was answered with {answer:?}").into());
            }
            in_time.push(pair.sent.elapsed() < pair.wait);
        }
        for (mut pair, in_time) in pairs.into_iter().zip(in_time) {
            tally.add(&pair.slow.receive()?, &pair.old_cookie, in_time)?;
            let mut late = same_visitor(&cluster.url(), Some(&pair.old_cookie))?;
            let answer = late.visit("GET /")?;
            let is_new = answer.set_cookie.as_ref().is_some_and(|new| *new != pair.old_cookie);
            if answer.count != Some(1) || !is_new {
                return Err(format!("the session lives again: {answer:?}").into());
            }
        }
    }
    let Tally { refused, begun, counted_before } = tally;
    if refused + begun == 0 {
        return Err("each slow request was counted before its logout, so nothing was tried".into());
    }
    Ok(format!(
        "{times} logouts on one node against slow requests on another: no session was revived; of the \
         slow requests, {refused} were answered with 409, {begun} began another session, and \
         {counted_before} were counted before the logout"
    ))
}
