//! Varnish with the configuration of step 08c.

use crate::places::need;
use crate::server::Server;
use crate::{file, free_address};
use std::fs;
use std::net::TcpStream;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// A running Varnish. It is stopped when dropped.
#[derive(Debug)]
pub struct Varnish {
    _server: Server,
    /// Where visitors come in, as `http://127.0.0.1:PORT`.
    pub url: String,
    _folder: TempDir,
}

impl Varnish {
    /// Starts it in front of a server, such as `http://127.0.0.1:6543`.
    pub fn start(behind: &str) -> crate::Result<Self> {
        need("varnishd", "varnish")?;
        let folder = TempDir::with_prefix("varnish-")?;
        let settings = fs::read_to_string(file("varnish.vcl")?)?;
        let port = behind.rsplit(':').next().unwrap_or_default();
        let settings = settings.replace("\"6543\"", &format!("\"{port}\""));
        let place = folder.path().join("varnish.vcl");
        fs::write(&place, settings)?;
        let address = free_address()?;
        let mut command = Command::new("varnishd");
        command.args(["-F", "-j", "none", "-s", "malloc,16m", "-a", &address]);
        command.arg("-n").arg(folder.path().join("work")).arg("-f").arg(&place);
        command.stderr(Stdio::null());
        let server = Server::start(command, || TcpStream::connect(&address).is_ok())?;
        Ok(Self { _server: server, url: format!("http://{address}"), _folder: folder })
    }
}
