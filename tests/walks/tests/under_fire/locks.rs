//! Another program that holds the write lock of the file.

use crate::target::{Outcome, Target, expect_count, same_visitor, visitors};
use harness::{Connection, ServerCommand};
use rusqlite::Connection as File;
use std::error::Error;
use std::thread;
use std::time::{Duration, Instant};

const MOMENT: Duration = Duration::from_millis(300);

/// The lock is held this long, which is longer than a request may wait.
const LONG: Duration = Duration::from_secs(20);

/// The deadline of a request is 3 seconds. The rest is for a busy machine.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

const WRITERS: usize = 20;

/// So many visitors, once, while the lock is held for 0.3 s.
pub fn moment(command: &ServerCommand, number: usize) -> Outcome {
    let target = Target::open(command)?;
    let mut visitors = visitors(&target.url(), number)?;
    let file = File::open(target.file())?;
    file.execute_batch("BEGIN IMMEDIATE")?;
    for visitor in &mut visitors {
        visitor.send("GET /")?;
    }
    thread::sleep(MOMENT);
    file.execute_batch("ROLLBACK")?;
    let began = Instant::now();
    for visitor in &mut visitors {
        expect_count(&visitor.receive()?, 2)?;
    }
    Ok(format!(
        "{number} requests while another program held the lock for {MOMENT:?}: all of them were \
         answered with 200, the last one {:.0?} after the lock was free",
        began.elapsed()
    ))
}

/// How long the slowest answers took while the file was locked.
#[derive(Default)]
struct Slowest {
    write: Duration,
    other: Duration,
    refused: usize,
}

/// Visitors who write, one who only reads, and one without a session, until the time is over.
pub fn long(command: &ServerCommand, _: usize) -> Outcome {
    let target = Target::open(command)?;
    let url = target.url();
    let mut writers = visitors(&url, WRITERS)?;
    let mut reader = same_visitor(&url, writers[0].cookie.as_ref())?;
    let mut stranger = Connection::open(&url)?;
    let file = File::open(target.file())?;
    let sessions = "SELECT count(*) FROM sessions";
    file.execute_batch("BEGIN IMMEDIATE")?;
    let began = Instant::now();
    let mut slowest = Slowest::default();
    let mut others = 0;
    while began.elapsed() < LONG {
        let sent = Instant::now();
        for (place, writer) in writers.iter_mut().enumerate() {
            writer.send(if place == 0 { "POST /logout" } else { "GET /" })?;
        }
        stranger.send("GET /howdy")?;
        while sent.elapsed() < Duration::from_secs(1) {
            slowest.add_others(&mut reader, &url)?;
            others += 2;
        }
        for visitor in writers.iter_mut().chain([&mut stranger]) {
            slowest.add_refused(visitor, sent)?;
        }
    }
    file.execute_batch("ROLLBACK")?;
    // If anything were carried out late, it would come before these writes.
    for writer in &mut writers {
        expect_count(&writer.visit("GET /")?, 2)?;
    }
    let left: i64 = file.query_one(sessions, [], |row| row.get(0))?;
    if left != WRITERS as i64 {
        return Err(format!("{left} sessions are in the file, and not {WRITERS}").into());
    }
    let Slowest { write, other, refused } = slowest;
    Ok(format!(
        "another program held the lock for {:.0?}: {refused} writes were answered with 503, the slowest \
         after {write:.1?}, and {others} requests that read or need no session were served meanwhile, \
         the slowest in {other:.1?}; afterwards all was in order without a restart, and none of what was \
         refused had been carried out",
        began.elapsed()
    ))
}

impl Slowest {
    /// A request that only reads, and a page without a session. They wait for no lock.
    fn add_others(&mut self, reader: &mut Connection, url: &str) -> Result<(), Box<dyn Error>> {
        let began = Instant::now();
        let read = reader.visit("HEAD /")?;
        let page = Connection::open(url)?.visit("GET /nowhere")?;
        let took = began.elapsed();
        self.other = self.other.max(took);
        if took > ANSWER_WITHIN || read.status != 200 || page.status != 404 {
            let problem = "while the file was locked, a reader and a page without a session got";
            return Err(format!("{problem} {read:?} and {page:?} after {took:.1?}").into());
        }
        Ok(())
    }

    fn add_refused(
        &mut self,
        visitor: &mut Connection,
        sent: Instant,
    ) -> Result<(), Box<dyn Error>> {
        let answer = visitor.receive()?;
        let took = sent.elapsed();
        self.write = self.write.max(took);
        self.refused += 1;
        if took > ANSWER_WITHIN || answer.status != 503 || !answer.has_retry_after {
            return Err(format!("a write got {answer:?} after {took:.1?}").into());
        }
        Ok(())
    }
}
