//! Visitors who load pages all the time, and what they notice.

use crate::target::Outcome;
use cluster::Result;
use harness::{Connection, ShortAnswer};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

const THREADS: usize = 8;
const VISITORS_OF_A_THREAD: usize = 5;

/// A visitor with a session.
pub struct Visitor {
    pub cookie: Option<String>,
    /// The highest count that was shown.
    pub shown: u64,
    /// The requests that were sent so far.
    pub sent: u64,
}

/// How the requests of all visitors ended.
#[derive(Default)]
pub struct Tally {
    pub sent: u64,
    /// Pages that were shown.
    pub answered: u64,
    /// Answers that say to try again.
    pub unavailable: u64,
    /// Requests without an answer, and answers that the balancer gave in place of a node.
    pub failed: u64,
}

impl Visitor {
    /// New visitors, each with a session whose count is 1.
    pub fn begin(url: &str) -> Result<Vec<Self>> {
        let mut visitors = Vec::new();
        for _ in 0..THREADS * VISITORS_OF_A_THREAD {
            let mut connection = Connection::open(url)?;
            let answer = connection.visit("GET /")?;
            if answer.count != Some(1) {
                return Err(format!("a new visitor got {answer:?}").into());
            }
            visitors.push(Self { cookie: connection.cookie, shown: 1, sent: 1 });
        }
        Ok(visitors)
    }

    pub fn connect(&self, url: &str) -> io::Result<Connection> {
        let mut connection = Connection::open(url)?;
        connection.cookie.clone_from(&self.cookie);
        Ok(connection)
    }

    /// The count goes on after what was shown, and nothing is counted that was not sent.
    fn see(&mut self, answer: &ShortAnswer) -> Result<()> {
        let Some(count) = answer.count else { return Ok(()) };
        if count <= self.shown {
            return Err(format!("{} was shown, and afterwards {count}", self.shown).into());
        }
        if count > self.sent {
            let sent = self.sent;
            return Err(format!("after {sent} requests a count of {count} was shown").into());
        }
        self.shown = count;
        Ok(())
    }
}

impl Tally {
    fn add(&mut self, other: &Self) {
        self.sent += other.sent;
        self.answered += other.answered;
        self.unavailable += other.unavailable;
        self.failed += other.failed;
    }

    fn note(&mut self, answer: &io::Result<ShortAnswer>) {
        match answer {
            Ok(answer) if answer.count.is_some() => self.answered += 1,
            Ok(answer) if answer.status == 503 && answer.has_retry_after => self.unavailable += 1,
            Ok(_) | Err(_) => self.failed += 1,
        }
    }
}

/// Visitors load pages while something is done to the cluster.
pub fn under_load(
    url: &str,
    visitors: &mut [Visitor],
    act: impl FnOnce() -> Result<()>,
) -> Result<Tally> {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let threads: Vec<_> = visitors
            .chunks_mut(VISITORS_OF_A_THREAD)
            .map(|visitors| scope.spawn(|| load(url, visitors, &is_over)))
            .collect();
        let acted = act();
        is_over.store(true, Ordering::Relaxed);
        let mut total = Tally::default();
        for thread in threads {
            total.add(&thread.join().map_err(|_| "a visitor panicked")??);
        }
        acted.map(|()| total)
    })
}

fn load(url: &str, visitors: &mut [Visitor], is_over: &AtomicBool) -> Result<Tally> {
    let mut tally = Tally::default();
    let mut connections = Vec::new();
    for visitor in &mut *visitors {
        connections.push(visitor.connect(url)?);
    }
    while !is_over.load(Ordering::Relaxed) {
        let mut are_sent = Vec::new();
        for (visitor, connection) in visitors.iter_mut().zip(&mut connections) {
            visitor.sent += 1;
            are_sent.push(connection.send("GET /"));
        }
        let both = visitors.iter_mut().zip(&mut connections);
        for ((visitor, connection), is_sent) in both.zip(are_sent) {
            let answer = is_sent.and_then(|()| connection.receive());
            tally.sent += 1;
            tally.note(&answer);
            match answer {
                Ok(answer) if answer.count.is_some() => visitor.see(&answer)?,
                // The connection may have ended with the answer.
                Ok(_) | Err(_) => *connection = visitor.connect(url)?,
            }
        }
    }
    Ok(tally)
}

/// Each visitor looks once more, and the counts go on.
pub fn look_again(url: &str, visitors: &mut [Visitor]) -> Outcome {
    for visitor in &mut *visitors {
        visitor.sent += 1;
        let answer = visitor.connect(url)?.visit("GET /")?;
        if answer.count.is_none() {
            return Err(format!("{answer:?} came, long after all is well again").into());
        }
        visitor.see(&answer)?;
    }
    Ok(format!("{} visitors looked again", visitors.len()))
}
