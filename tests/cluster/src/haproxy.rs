//! HAProxy with the configuration of step 08c, and its admin socket.

use crate::server::Server;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long a node may take to answer what it has, or to become healthy.
const PATIENCE: Duration = Duration::from_secs(15);

/// A running HAProxy. It is stopped when dropped.
#[derive(Debug)]
pub struct HaProxy {
    _server: Server,
    /// Where visitors come in, as `http://127.0.0.1:PORT`.
    pub url: String,
    admin: PathBuf,
}

impl HaProxy {
    /// Starts it at an address, with its files in a folder, and waits until each node is healthy.
    pub fn start(
        address: &str,
        folder: &Path,
        settings: &str,
        nodes: &[String],
    ) -> crate::Result<Self> {
        let admin = folder.join("haproxy.sock");
        let file = folder.join("haproxy.cfg");
        fs::write(&file, settings)?;
        let mut command = Command::new("haproxy");
        command.arg("-db").arg("-f").arg(file).env("ADDRESS", address);
        command.env("ADMIN", &admin).stderr(Stdio::null());
        for (place, node) in nodes.iter().enumerate() {
            command.env(format!("NODE_{}", place + 1), node);
        }
        check(&mut command)?;
        // A second HAProxy would share the port with the first, and its visitors.
        TcpListener::bind(address).map_err(|error| {
            format!(
                "HAProxy can't listen on {address} ({error}): end what does, or choose another port"
            )
        })?;
        let is_ready =
            || TcpStream::connect(address).is_ok() && UnixStream::connect(&admin).is_ok();
        let server = Server::start(command, is_ready)?;
        let haproxy = Self { _server: server, url: format!("http://{address}"), admin };
        for node in 1..=nodes.len() {
            haproxy.wait_until_up(node)?;
        }
        Ok(haproxy)
    }

    /// The path of its admin socket.
    pub fn admin(&self) -> &Path {
        &self.admin
    }

    /// Sends a command to the admin socket, such as `show stat`, and returns the answer.
    pub fn ask(&self, command: &str) -> crate::Result<String> {
        let mut socket = UnixStream::connect(&self.admin)?;
        socket.write_all(format!("{command}\n").as_bytes())?;
        let mut answer = String::new();
        socket.read_to_string(&mut answer)?;
        Ok(answer)
    }

    /// Gives a node no new requests, and waits until it has answered those that it has.
    pub fn drain(&self, node: usize) -> crate::Result<()> {
        self.set(node, "state drain")?;
        self.wait_until(node, "it has answered all", |row| row.requests == 0)
    }

    /// Gives a node requests again, as soon as it is healthy, and waits for that.
    pub fn ready(&self, node: usize) -> crate::Result<()> {
        // What the last check said before the restart doesn't count.
        self.set(node, "health down")?;
        self.set(node, "state ready")?;
        self.wait_until_up(node)
    }

    /// Waits until HAProxy takes a node for unhealthy.
    pub fn wait_until_down(&self, node: usize) -> crate::Result<()> {
        self.wait_until(node, "it is unhealthy", |row| row.status.starts_with("DOWN"))
    }

    /// Waits until HAProxy takes a node for healthy.
    pub fn wait_until_up(&self, node: usize) -> crate::Result<()> {
        self.wait_until(node, "it is healthy", |row| row.status == "UP")
    }

    fn set(&self, node: usize, what: &str) -> crate::Result<()> {
        match self.ask(&format!("set server web/node-{node} {what}"))?.trim() {
            "" => Ok(()),
            problem => Err(format!("HAProxy refuses `{what}`: {problem}").into()),
        }
    }

    fn wait_until(&self, node: usize, what: &str, is_so: fn(&Row) -> bool) -> crate::Result<()> {
        let began = Instant::now();
        while !is_so(&self.row(node)?) {
            if began.elapsed() > PATIENCE {
                return Err(format!("HAProxy never said of node-{node} that {what}").into());
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    fn row(&self, node: usize) -> crate::Result<Row> {
        let table = self.ask("show stat")?;
        let mut lines = table.lines();
        let names: Vec<_> = lines.next().unwrap_or_default().split(',').collect();
        let start = format!("web,node-{node},");
        let row: Vec<_> =
            lines.find(|line| line.starts_with(&start)).unwrap_or_default().split(',').collect();
        let column = |name: &str| {
            let place = names.iter().position(|other| *other == name);
            let cell = place.and_then(|place| row.get(place));
            cell.ok_or_else(|| format!("HAProxy's table has no {name} of node-{node}"))
        };
        Ok(Row { status: (*column("status")?).to_owned(), requests: column("scur")?.parse()? })
    }
}

/// A node in HAProxy's table.
struct Row {
    /// `UP`, or `DOWN 1/2`, or `DRAIN`.
    status: String,
    /// How many it has that aren't answered yet.
    requests: u64,
}

/// What HAProxy says about its configuration is an error of the one who starts it.
fn check(command: &mut Command) -> crate::Result<()> {
    let mut checked = Command::new(command.get_program());
    checked.arg("-c").args(command.get_args());
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            checked.env(name, value);
        }
    }
    let output = checked.output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("haproxy refuses its settings: {}", String::from_utf8_lossy(&output.stderr)).into())
}
