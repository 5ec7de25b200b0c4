//! A server that is neither ours nor a store: HAProxy or Varnish.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const READY_WITHIN: Duration = Duration::from_secs(15);
const STOP_WITHIN: Duration = Duration::from_secs(5);

/// A running server. It is stopped when dropped.
#[derive(Debug)]
pub(crate) struct Server(Child);

impl Server {
    /// Starts it and waits until it is ready.
    pub(crate) fn start(mut command: Command, is_ready: impl Fn() -> bool) -> crate::Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let child = command.spawn().map_err(|error| format!("{name} does not start ({error})"))?;
        let mut server = Self(child);
        let began = Instant::now();
        while !is_ready() {
            if let Some(status) = server.0.try_wait()? {
                return Err(format!("{name} has ended ({status}) before it was ready").into());
            }
            if began.elapsed() > READY_WITHIN {
                return Err(format!("{name} is not ready after {READY_WITHIN:?}").into());
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let id = Pid::from_raw(self.0.id().cast_signed());
        // An error means that it has ended already.
        kill(id, Signal::SIGTERM).ok();
        let began = Instant::now();
        while began.elapsed() < STOP_WITHIN && matches!(self.0.try_wait(), Ok(None)) {
            thread::sleep(Duration::from_millis(5));
        }
        self.0.kill().ok();
        self.0.wait().ok();
    }
}
