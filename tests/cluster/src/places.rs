//! Where things are and where they listen.

use harness::steps;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};

/// A file of step 08c.
pub fn file(name: &str) -> crate::Result<PathBuf> {
    Ok(steps::folder("cluster")?.join(name))
}

/// An address on loopback where nobody listens. A node that is started again needs the port that it
/// had, so it isn't one of those that the system gives to the clients of others (32768 on).
pub fn free_address() -> crate::Result<String> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = 12_000 + (std::process::id() % 100) as u16 * 200;
    for _ in 0..200 {
        let port = first + NEXT.fetch_add(1, Ordering::Relaxed) % 200;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(format!("127.0.0.1:{port}"));
        }
    }
    Err(format!("no port is free between {first} and {}: end what listens there", first + 199)
        .into())
}

/// It is an error if a command is missing. The error says which package has it.
pub(crate) fn need(command: &str, package: &str) -> crate::Result<()> {
    let mut asked = Command::new(command);
    asked.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if asked.status().is_ok() {
        return Ok(());
    }
    Err(format!(
        "the command {command} is missing: on Debian, `apt-get install {package}` installs it"
    )
    .into())
}
