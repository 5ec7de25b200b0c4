//! A PostgreSQL server that is stopped for a while, in whole or in part, or for good.

use super::PostgresServer;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::io;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

const STOP_WITHIN: Duration = Duration::from_secs(5);
const QUIET_WITHIN: Duration = Duration::from_secs(5);

impl PostgresServer {
    /// Lets it stop working without closing a connection, as a machine does that hangs.
    pub fn freeze(&self) {
        self.send(Signal::SIGSTOP);
    }

    /// Lets it go on.
    pub fn go_on(&self) {
        self.send(Signal::SIGCONT);
    }

    /// Lets the processes of its open connections stop working, and returns how many there are. New
    /// connections work. It waits until all have been idle for a moment, because the next request
    /// would not get a connection that something else is using.
    pub fn freeze_connections(&self) -> io::Result<usize> {
        let others = "FROM pg_stat_activity
            WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
        let busy =
            "AND (state IS DISTINCT FROM 'idle' OR state_change > now() - interval '200 ms')";
        let began = Instant::now();
        while self.ask(&format!("SELECT count(*) {others} {busy}"))? != "0" {
            if began.elapsed() > QUIET_WITHIN {
                return Err(io::Error::other("its connections are always in use"));
            }
            thread::sleep(Duration::from_millis(50));
        }
        let listed = self.ask(&format!("SELECT pid {others}"))?;
        let ids: Vec<i32> = listed.lines().filter_map(|line| line.parse().ok()).collect();
        for id in &ids {
            signal(*id, Signal::SIGSTOP);
        }
        Ok(ids.len())
    }

    /// Ends it without care for its files. A server that is killed would leave its shared memory behind.
    pub(super) fn stop_at_once(&mut self) {
        self.go_on();
        let Some(child) = &mut self.child else { return };
        signal(child.id().cast_signed(), Signal::SIGQUIT);
        let began = Instant::now();
        while began.elapsed() < STOP_WITHIN && matches!(child.try_wait(), Ok(None)) {
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Signals the server and its processes. Each of these is in another process group, and the
    /// server comes first, so that it starts no other one meanwhile.
    pub(super) fn send(&self, wanted: Signal) {
        let Some(child) = &self.child else { return };
        let server = child.id().cast_signed();
        if wanted != Signal::SIGCONT {
            signal(server, Signal::SIGSTOP);
        }
        let listed = Command::new("pgrep").args(["-P", &server.to_string()]).output();
        let listed = listed.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        for id in listed.unwrap_or_default().lines().filter_map(|line| line.parse().ok()) {
            signal(id, wanted);
        }
        signal(server, wanted);
    }
}

fn signal(id: i32, signal: Signal) {
    // An error means that it has ended already.
    kill(Pid::from_raw(id), signal).ok();
}
