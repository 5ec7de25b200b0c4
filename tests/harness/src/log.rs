//! What the program writes to standard error: its log.

use crate::{Failure, NotKept, Outcome, Sandbox, Server};
use std::fs::{self, OpenOptions};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

/// A program may write a line after the answer that the line is about.
const WRITTEN_WITHIN: Duration = Duration::from_secs(2);

impl Sandbox {
    /// What the program has written to standard error so far, in all its starts in this sandbox.
    ///
    /// Skipped for a server that was running already.
    pub fn log(&self) -> Result<String, NotKept> {
        match self.server {
            Server::Program(_) => Ok(self.log_text()),
            Server::Running { .. } => {
                Err(NotKept::Skipped("the log of a running server cannot be read".to_owned()))
            }
        }
    }

    /// A line of the log has all of these texts, such as `["WARN", "clock"]`. A line that is not
    /// there yet has 2 s to come.
    pub fn log_has(&self, texts: &[&str], meaning: &str) -> Outcome {
        let began = Instant::now();
        while !has_line(&self.log()?, texts) {
            if began.elapsed() > WRITTEN_WITHIN {
                let expected = format!("a line of the log with {}", quoted(texts));
                return Err(Failure::outside(&expected, "no such line".to_owned(), meaning));
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// No line of the log has all of these texts, as the log is now.
    pub fn log_has_no(&self, texts: &[&str], meaning: &str) -> Outcome {
        if !has_line(&self.log()?, texts) {
            return Ok(());
        }
        // The line itself has a time in it, so it would differ from run to run.
        let expected = format!("no line of the log with {}", quoted(texts));
        Err(Failure::outside(&expected, "such a line".to_owned(), meaning))
    }

    pub(super) fn log_text(&self) -> String {
        let log = fs::read(self.log.path()).unwrap_or_default();
        String::from_utf8_lossy(&log).into_owned()
    }

    /// Where the next start of the program writes: after what the earlier ones wrote.
    pub(super) fn log_end(&self) -> Stdio {
        let file = OpenOptions::new().append(true).open(self.log.path());
        file.map_or(Stdio::null(), Stdio::from)
    }
}

fn has_line(log: &str, texts: &[&str]) -> bool {
    log.lines().any(|line| texts.iter().all(|text| line.contains(text)))
}

fn quoted(texts: &[&str]) -> String {
    texts.iter().map(|text| format!("{text:?}")).collect::<Vec<_>>().join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_to_be_in_one_line() {
        let log = "WARN a session is refused\nINFO the clock is right\n";
        assert!(has_line(log, &["WARN", "refused"]));
        assert!(!has_line(log, &["WARN", "clock"]));
    }
}
