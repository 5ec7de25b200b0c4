//! A process that serves a contender.

use crate::Error;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

/// The process ends when this is dropped.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
}

impl Server {
    /// Starts a program and waits until it says where it listens.
    pub fn start(command: &mut Command) -> Result<Self, Error> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let output = child.stdout.take().ok_or("a program has no output")?;
        let mut line = String::new();
        let read = BufReader::new(output).read_line(&mut line);
        let address = line.trim_end().strip_prefix("listening on http://");
        match (read, address.and_then(|address| address.parse().ok())) {
            (Ok(_), Some(address)) => Ok(Self { child, address }),
            _ => {
                stop(&mut child);
                Err(format!("{command:?} did not start: read what it printed above").into())
            }
        }
    }

    /// The memory that the process has now, in octets, if the system's `ps` says it.
    pub fn resident(&self) -> Option<u64> {
        let id = self.child.id().to_string();
        let output = Command::new("ps").args(["-o", "rss=", "-p", &id]).output().ok()?;
        let kilobytes: u64 = str::from_utf8(&output.stdout).ok()?.trim().parse().ok()?;
        Some(kilobytes * 1024)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        stop(&mut self.child);
    }
}

fn stop(child: &mut Child) {
    // An error: it has ended by itself.
    let _ = child.kill();
    let _ = child.wait();
}
