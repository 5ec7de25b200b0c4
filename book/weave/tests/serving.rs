//! The served book, its live reload, and what it leaves behind.

use crate::fixture::Fixture;
use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};

struct Served {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    address: String,
}

impl Served {
    fn start(fixture: &Fixture) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_weave"));
        fixture.write("temporary/.keep", "");
        command
            .env("TMPDIR", fixture.path("temporary"))
            .args(["--port", "0"])
            .current_dir(fixture.path(""))
            .stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready = lines.next().unwrap().unwrap();
        let port = ready.trim_end_matches('/').rsplit(':').next().unwrap();
        let address = format!("127.0.0.1:{port}");
        Self { child, lines, address }
    }

    fn ask(&self, path: &str, headers: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: {}\r\n{headers}\r\n", self.address);
        stream.write_all(request.as_bytes()).unwrap();
        stream
    }

    fn page(&self, path: &str) -> String {
        let mut page = String::new();
        self.ask(path, "connection: close\r\n").read_to_string(&mut page).unwrap();
        page
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It is no more there when the test has stopped it.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

const UPGRADE: &str = "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
                       sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";

#[test]
fn edited_book_is_built_again_and_its_readers_are_told() {
    let fixture = Fixture::new();
    let mut served = Served::start(&fixture);
    assert!(served.page("/").starts_with("HTTP/1.1 200 OK"));
    assert!(served.page("/02_second.html").contains("__livereload"));
    assert!(served.page("/gone.html").starts_with("HTTP/1.1 404"));
    let mut news = served.ask("/__livereload", UPGRADE);
    let mut byte = [0];
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        news.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    fixture.edit("book/src/02_second.md", "Go back", "Return");
    assert!(served.lines.next().unwrap().unwrap().starts_with("built again in "));
    let mut frame = [0; 8];
    news.read_exact(&mut frame).unwrap();
    assert_eq!(&frame[2..], b"reload");
    assert!(served.page("/02_second.html").contains("Return to"));
}

#[cfg(unix)]
#[test]
fn stopped_server_leaves_nothing_behind() {
    use nix::sys::signal::{Signal, kill};
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let fixture = Fixture::new();
        let mut served = Served::start(&fixture);
        let pages = || fixture.path("temporary").read_dir().unwrap().count() - 1;
        assert_eq!(pages(), 1);
        let id = nix::unistd::Pid::from_raw(served.child.id().try_into().unwrap());
        kill(id, signal).unwrap();
        assert!(served.child.wait().unwrap().success());
        assert_eq!(pages(), 0);
        assert!(TcpStream::connect(&served.address).is_err());
    }
}

#[test]
fn taken_port_is_told() {
    let fixture = Fixture::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let mut command = Command::new(env!("CARGO_BIN_EXE_weave"));
    let output = command.args(["--port", &port]).current_dir(fixture.path("")).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(told.contains("free it, or choose one with --port"), "{told}");
}
