//! The program that is under fire, and the visitors who fire.

use harness::{Connection, Program, ServerCommand, ShortAnswer};
use std::error::Error;
use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use tempfile::TempDir;

/// The counts in a sentence, or what the program did wrong.
pub type Outcome = Result<String, Box<dyn Error>>;

/// How often a request is sent again that the program had no time for.
const MAX_RETRIES: usize = 5;

/// A program on a state folder that nobody else uses.
pub struct Target {
    command: ServerCommand,
    state: TempDir,
    program: Option<Program>,
    second: Option<Program>,
}

impl Target {
    pub fn open(command: &ServerCommand) -> Result<Self, Box<dyn Error>> {
        let state = TempDir::with_prefix("fire-")?;
        let command = command.clone();
        let mut target = Self { command, state, program: None, second: None };
        target.program = Some(target.started()?);
        Ok(target)
    }

    fn started(&self) -> Result<Program, Box<dyn Error>> {
        started(&self.command, self.state.path())
    }

    pub fn url(&self) -> String {
        self.program.as_ref().map(|program| program.url.clone()).unwrap_or_default()
    }

    /// Starts the program a second time on the same state. Returns where the second one listens.
    pub fn start_second(&mut self) -> Result<String, Box<dyn Error>> {
        let second = self.second.insert(self.started()?);
        Ok(second.url.clone())
    }

    /// Kills the program, as `kill -9` does. What was under way breaks off.
    pub fn kill(&mut self) {
        self.program = None;
    }

    pub fn start_again(&mut self) -> Result<(), Box<dyn Error>> {
        self.program = Some(self.started()?);
        Ok(())
    }

    /// The file that holds the sessions.
    pub fn file(&self) -> PathBuf {
        self.state.path().join("sessions.sqlite")
    }
}

pub fn started(
    command: &ServerCommand,
    state: &std::path::Path,
) -> Result<Program, Box<dyn Error>> {
    Program::start(command, state, Stdio::null()).map_err(|not_kept| not_kept.to_string().into())
}

/// New visitors, each with a session whose count is 1.
pub fn visitors(url: &str, number: usize) -> Result<Vec<Connection>, Box<dyn Error>> {
    let mut visitors = Vec::new();
    for _ in 0..number {
        let mut visitor = Connection::open(url)?;
        expect_count(&visitor.visit("GET /")?, 1)?;
        visitors.push(visitor);
    }
    Ok(visitors)
}

/// Another connection of the same visitor.
pub fn same_visitor(url: &str, cookie: Option<&String>) -> io::Result<Connection> {
    let mut connection = Connection::open(url)?;
    connection.cookie = cookie.cloned();
    Ok(connection)
}

/// A request from each visitor, all under way at once. One that is answered with 503 is sent again,
/// because a busy machine may have had no time for it. Returns the answers and how many were sent again.
pub fn all_at_once(
    visitors: &mut [Connection],
    line: &str,
) -> Result<(Vec<ShortAnswer>, usize), Box<dyn Error>> {
    for visitor in &mut *visitors {
        visitor.send(line)?;
    }
    let mut answers = Vec::new();
    let mut sent_again = 0;
    for visitor in visitors {
        let mut answer = visitor.receive()?;
        for _ in 0..MAX_RETRIES {
            if answer.status != 503 {
                break;
            }
            sent_again += 1;
            answer = visitor.visit(line)?;
        }
        answers.push(answer);
    }
    Ok((answers, sent_again))
}

/// The answer is a page with this count.
pub fn expect_count(answer: &ShortAnswer, count: u64) -> Result<(), Box<dyn Error>> {
    if answer.status == 200 && answer.count == Some(count) {
        return Ok(());
    }
    Err(format!("expected a page with a count of {count}, and {answer:?} came").into())
}
