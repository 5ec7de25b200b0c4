//! Visitors who close the connection before they have an answer.

use crate::target::{Outcome, Target, all_at_once, same_visitor, visitors};
use harness::ServerCommand;
use std::error::Error;
use std::io;
use std::thread;
use std::time::{Duration, Instant};

const THREADS: usize = 8;

/// How many requests are under way at once afterwards, to see whether one gets stuck.
const AFTERWARDS: usize = 200;

pub fn leave(command: &ServerCommand, times: usize) -> Outcome {
    let target = Target::open(command)?;
    let url = target.url();
    let mut visitor = visitors(&url, 1)?;
    let cookie = visitor[0].cookie.clone();
    thread::scope(|scope| {
        let mut threads = Vec::new();
        for first in 0..THREADS {
            let url = &url;
            let cookie = cookie.as_ref();
            let places = (first..times).step_by(THREADS);
            threads.push(scope.spawn(move || leave_each(url, cookie, places)));
        }
        threads.into_iter().try_for_each(|thread| thread.join().expect("no thread panics"))
    })?;
    let began = Instant::now();
    let (next, sent_again) = all_at_once(&mut visitor, "GET /")?;
    let waited = began.elapsed();
    let most = 1 + times as u64;
    let counted = next[0].count.ok_or_else(|| format!("the next visit got {next:?}"))? - 1;
    if counted > most {
        return Err(format!("{most} requests were sent, and {counted} were counted").into());
    }
    goes_on(&url, cookie.as_ref(), counted + 1, most + 1)?;
    Ok(format!(
        "{times} connections closed 0 to 5 ms after the last octet of their request: the next visit \
         was answered after {waited:.1?} and sent again {sent_again} times; {} of the {times} requests \
         had been counted by then, and {AFTERWARDS} more requests at once were each counted once",
        counted - 1
    ))
}

fn leave_each(
    url: &str,
    cookie: Option<&String>,
    places: impl Iterator<Item = usize>,
) -> io::Result<()> {
    for place in places {
        let mut connection = same_visitor(url, cookie)?;
        connection.send(if place.is_multiple_of(2) { "GET /" } else { "GET /slow?wait=2" })?;
        // The connection is closed at the end of the loop.
        thread::sleep(Duration::from_millis(place as u64 % 6));
    }
    Ok(())
}

/// No lock and no queue is stuck: the session counts on, and can be given another id and be ended.
fn goes_on(
    url: &str,
    cookie: Option<&String>,
    before: u64,
    most_before: u64,
) -> Result<(), Box<dyn Error>> {
    let mut connections = Vec::new();
    for _ in 0..AFTERWARDS {
        connections.push(same_visitor(url, cookie)?);
    }
    let (answers, _) = all_at_once(&mut connections, "GET /")?;
    let mut counts: Vec<u64> = answers.iter().filter_map(|answer| answer.count).collect();
    counts.sort_unstable();
    counts.dedup();
    let is_in_range = |count: &u64| *count > before && *count <= most_before + AFTERWARDS as u64;
    if counts.len() != AFTERWARDS || !counts.iter().all(is_in_range) {
        return Err(format!("{AFTERWARDS} requests showed {} new counts", counts.len()).into());
    }
    for line in ["POST /rotate", "POST /logout"] {
        let answer = connections[0].visit(line)?;
        if answer.status != 303 {
            return Err(format!("{line} was answered with {answer:?}").into());
        }
    }
    Ok(())
}
