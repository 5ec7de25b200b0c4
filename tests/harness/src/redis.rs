//! A Redis server for one sandbox, in a folder that goes with it.

use crate::{Failure, NotKept, Outcome, Sandbox, Service};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const READY_WITHIN: Duration = Duration::from_secs(15);

/// How a server has to be set so that it forgets nothing that it has confirmed.
const DURABLE: [&str; 8] = [
    "--appendonly",
    "yes",
    "--appendfsync",
    "always",
    "--maxmemory-policy",
    "noeviction",
    "--save",
    "",
];

/// Whether the command `redis-server` is there.
pub fn is_installed() -> bool {
    let version = Command::new("redis-server").arg("--version").stdout(Stdio::null()).status();
    version.is_ok_and(|status| status.success())
}

/// A Redis server on a Unix socket. It is killed when dropped.
#[derive(Debug)]
pub struct RedisServer {
    folder: TempDir,
    child: Option<Child>,
}

impl RedisServer {
    /// Starts a server in a new folder.
    pub fn start() -> Result<Self, NotKept> {
        if cfg!(windows) || !is_installed() {
            let why = "the command redis-server is missing: install Redis 7, on Debian with \
                       `apt-get install redis-server`";
            return Err(NotKept::Skipped(why.to_owned()));
        }
        let folder = TempDir::with_prefix("redis-").map_err(|error| trouble(&error))?;
        let mut server = Self { folder, child: None };
        server.start_again()?;
        Ok(server)
    }

    /// Where it listens, for `REDIS_URL`.
    pub fn url(&self) -> String {
        format!("unix://{}", self.socket().display())
    }

    /// The folder of its files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("redis.sock")
    }

    /// Starts it on the files that it had, and waits until it has read them.
    pub fn start_again(&mut self) -> Outcome {
        let mut command = Command::new("redis-server");
        command.args(["--port", "0", "--unixsocket"]).arg(self.socket());
        command.arg("--dir").arg(self.folder.path()).args(DURABLE);
        command.current_dir(self.folder.path()).stdin(Stdio::null());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        self.child = Some(command.spawn().map_err(|error| trouble(&error))?);
        let began = Instant::now();
        while self.ask(&["PING"]).ok().as_deref() != Some("+PONG") {
            if began.elapsed() > READY_WITHIN {
                return Err(NotKept::Skipped("redis-server does not answer".to_owned()));
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// Kills it, as `kill -9` does.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            // An error means that it has ended already.
            child.kill().ok();
            child.wait().ok();
        }
    }

    /// Lets it stop working without closing a connection, as a machine does that hangs.
    #[cfg(unix)]
    pub fn freeze(&self) {
        self.send(nix::sys::signal::Signal::SIGSTOP);
    }

    /// Lets it go on.
    #[cfg(unix)]
    pub fn go_on(&self) {
        self.send(nix::sys::signal::Signal::SIGCONT);
    }

    #[cfg(unix)]
    fn send(&self, signal: nix::sys::signal::Signal) {
        if let Some(child) = &self.child {
            let id = nix::unistd::Pid::from_raw(child.id().cast_signed());
            // An error means that it has ended already.
            nix::sys::signal::kill(id, signal).ok();
        }
    }

    /// Sends one command, and returns the lines of the reply, as they go over the wire.
    #[cfg(unix)]
    pub fn ask(&self, words: &[&str]) -> io::Result<String> {
        let mut connection = std::os::unix::net::UnixStream::connect(self.socket())?;
        connection.set_read_timeout(Some(Duration::from_secs(5)))?;
        let mut request = format!("*{}\r\n", words.len());
        for word in words {
            request.push_str(&format!("${}\r\n{word}\r\n", word.len()));
        }
        // The server closes the connection after the reply.
        request.push_str("*1\r\n$4\r\nQUIT\r\n");
        connection.write_all(request.as_bytes())?;
        let mut reply = Vec::new();
        connection.read_to_end(&mut reply)?;
        let reply = String::from_utf8_lossy(&reply).replace("\r\n", "\n");
        let quit = "+OK\n";
        Ok(reply.strip_suffix(quit).unwrap_or(&reply).trim_end().to_owned())
    }

    /// Sends one command. There are no Unix sockets here, and no server either.
    #[cfg(windows)]
    pub fn ask(&self, _: &[&str]) -> io::Result<String> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Sandbox {
    /// The Redis server of this sandbox. Skipped if its program was started without one.
    pub fn redis(&mut self) -> Result<&mut RedisServer, NotKept> {
        match &mut self.service {
            Service::Redis(server) => Ok(server),
            _ => Err(NotKept::Skipped("this program was started without a Redis".to_owned())),
        }
    }
}

fn trouble(error: &io::Error) -> NotKept {
    let meaning = "the disk is full, or Redis isn't installed as usual";
    Failure::outside("a Redis server", error.to_string(), meaning)
}
