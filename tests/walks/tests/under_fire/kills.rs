//! A program that is killed while visitors load pages, again and again, on one state folder.

use crate::target::{Outcome, Target};
use harness::{Connection, ServerCommand};
use std::error::Error;
use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

const THREADS: usize = 8;
const VISITORS_OF_A_THREAD: usize = 5;

/// What a visitor knows.
#[derive(Default)]
pub struct Visited {
    pub cookie: Option<String>,
    /// The highest count that was shown.
    pub shown: u64,
    /// The requests that were sent and not answered with a page: they may have been counted.
    pub unanswered: u64,
}

impl Visited {
    /// Sees the answer of a program that was started again. The count goes on after what was shown.
    pub fn look_again(&mut self, url: &str) -> Result<(), Box<dyn Error>> {
        let mut connection = Connection::open(url)?;
        connection.cookie.clone_from(&self.cookie);
        let answer = connection.visit("GET /")?;
        let highest = self.shown + self.unanswered + 1;
        match answer.count {
            Some(count) if (self.shown + 1..=highest).contains(&count) => self.shown = count,
            _ => {
                let shown = self.shown;
                let problem = format!("a count of {shown} was shown, and afterwards {answer:?}");
                return Err(format!("{problem} came").into());
            }
        }
        self.cookie = connection.cookie;
        self.unanswered = 0;
        Ok(())
    }
}

pub fn kills(command: &ServerCommand, times: usize) -> Outcome {
    let mut target = Target::open(command)?;
    let mut visitors: Vec<Visited> = Vec::new();
    visitors.resize_with(THREADS * VISITORS_OF_A_THREAD, Visited::default);
    let mut answered = 0;
    let mut in_flight = 0;
    for round in 0..times {
        let url = target.url();
        let (report, answers) = channel();
        thread::scope(|scope| {
            for visitors in visitors.chunks_mut(VISITORS_OF_A_THREAD) {
                let report = report.clone();
                let url = url.clone();
                // The error is that of the connection, which ends when the program is killed.
                scope.spawn(move || load(&url, visitors, &report));
            }
            drop(report);
            // Each time at another moment of the load.
            let waited = wait_for(&answers, 40 + round * 61 % 160);
            target.kill();
            answered += waited + answers.iter().count();
        });
        target.start_again()?;
        for visitor in &mut visitors {
            in_flight += visitor.unanswered;
            visitor.look_again(&target.url())?;
        }
    }
    Ok(format!(
        "{times} kills under load on one state folder: {answered} requests had been answered, \
         {in_flight} were in flight at the kills, and each count that was shown was there afterwards"
    ))
}

/// Waits for so many answers. There are fewer if the program stops answering.
fn wait_for(answers: &Receiver<()>, number: usize) -> usize {
    let within = Duration::from_secs(30);
    (0..number).take_while(|_| answers.recv_timeout(within).is_ok()).count()
}

/// Loads pages until the program is gone.
fn load(url: &str, visitors: &mut [Visited], report: &Sender<()>) -> io::Result<()> {
    let mut connections = Vec::new();
    for visitor in &mut *visitors {
        let mut connection = Connection::open(url)?;
        connection.cookie.clone_from(&visitor.cookie);
        connections.push(connection);
    }
    loop {
        for (visitor, connection) in visitors.iter_mut().zip(&mut connections) {
            connection.send("GET /")?;
            visitor.unanswered += 1;
        }
        for (visitor, connection) in visitors.iter_mut().zip(&mut connections) {
            let answer = connection.receive()?;
            if let Some(count) = answer.count {
                visitor.shown = count;
                visitor.unanswered = 0;
                visitor.cookie.clone_from(&connection.cookie);
            }
            // An error: nobody waits for the answers any more.
            let _ = report.send(());
        }
    }
}
