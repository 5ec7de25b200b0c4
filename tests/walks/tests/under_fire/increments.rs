//! Many requests of one session at once, and many sessions at once.

use crate::target::{Outcome, Target, all_at_once, expect_count, same_visitor, visitors};
use harness::{Connection, ServerCommand};
use std::ops::Range;

/// How many requests of one session are under way at once.
const AT_ONCE: usize = 200;

/// A view that takes a moment, so that all of them have begun before the first one saves.
const LINE: &str = "GET /slow?wait=20";

pub fn one_program(command: &ServerCommand, rounds: usize) -> Outcome {
    let target = Target::open(command)?;
    count_together(&[target.url()], rounds)
}

pub fn two_programs(command: &ServerCommand, rounds: usize) -> Outcome {
    let mut target = Target::open(command)?;
    let second = target.start_second()?;
    count_together(&[target.url(), second], rounds)
}

/// Each round shows the next 200 counts, each of them once. The order doesn't matter. What was answered
/// with 503 may have been counted, and then its count is missing.
fn count_together(urls: &[String], rounds: usize) -> Outcome {
    let first = visitors(&urls[0], 1)?;
    let mut connections = Vec::new();
    for url in urls.iter().cycle().take(AT_ONCE) {
        connections.push(same_visitor(url, first[0].cookie.as_ref())?);
    }
    let mut total_sent_again = 0;
    let mut before = 1;
    for round in 1..=rounds {
        let (answers, sent_again) = all_at_once(&mut connections, LINE)?;
        total_sent_again += sent_again;
        let mut counts: Vec<u64> = answers.iter().filter_map(|answer| answer.count).collect();
        counts.sort_unstable();
        counts.dedup();
        let highest = counts.last().copied().unwrap_or_default();
        let may_be = before + 1..=before + (AT_ONCE + sent_again) as u64;
        if counts.len() != AT_ONCE || !counts.iter().all(|count| may_be.contains(count)) {
            let raised = highest.saturating_sub(before);
            let problem = format!("round {round}: {AT_ONCE} requests raised the count by {raised}");
            return Err(format!("{problem}, and showed {} different counts", counts.len()).into());
        }
        before = highest;
    }
    let programs = if urls.len() == 1 { "one program" } else { "two programs on one file" };
    Ok(format!(
        "{rounds} rounds of {AT_ONCE} requests of one session at once, to {programs}: each round \
         showed {AT_ONCE} new counts, each of them once; {total_sent_again} requests were sent again \
         after a 503"
    ))
}

const VISITORS: usize = 100;

/// All visitors begin at once. From then on, each goes on a round after the one before, so no two of
/// them ever expect the same count. And each uses another connection every time, one that other
/// visitors have used before.
pub fn crowd(command: &ServerCommand, requests: usize) -> Outcome {
    let target = Target::open(command)?;
    let mut connections = Vec::new();
    for _ in 0..VISITORS {
        connections.push(Connection::open(&target.url())?);
    }
    let mut cookies = vec![None; VISITORS];
    let mut total_sent_again = 0;
    for round in 0..requests + VISITORS - 1 {
        connections.rotate_right(1);
        let range = active(round, requests);
        for visitor in range.clone() {
            connections[visitor].cookie.clone_from(&cookies[visitor]);
        }
        let (answers, sent_again) = all_at_once(&mut connections[range.clone()], "GET /")?;
        total_sent_again += sent_again;
        for (visitor, answer) in range.zip(answers) {
            let count = if round == 0 { 1 } else { round - visitor + 1 };
            expect_count(&answer, count as u64)?;
            cookies[visitor].clone_from(&connections[visitor].cookie);
        }
    }
    Ok(format!(
        "{VISITORS} visitors with {requests} requests each, over connections that they share: each saw \
         exactly its own counts from 1 to {requests}; {total_sent_again} requests were sent again after \
         a 503"
    ))
}

/// The visitors who take part in a round. In the first one, all do.
fn active(round: usize, requests: usize) -> Range<usize> {
    match round {
        0 => 0..VISITORS,
        _ => (round + 1).saturating_sub(requests)..VISITORS.min(round),
    }
}
