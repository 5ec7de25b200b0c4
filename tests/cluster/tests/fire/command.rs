//! `just cluster`, as one uses it at a terminal.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn command(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cluster"));
    command.args(words).env("PORT", address().rsplit(':').next().unwrap()).stdin(Stdio::null());
    command
}

fn address() -> String {
    cluster::free_address().unwrap()
}

/// The one sentence with which it refuses.
#[track_caller]
fn refusal(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    assert!(!status.success(), "it started: {}", String::from_utf8_lossy(&stdout));
    let error = String::from_utf8(stderr).unwrap();
    assert_eq!(error.lines().count(), 1, "{error}");
    error
}

#[test]
#[ignore = "needs haproxy and redis-server: run `just test-cluster`"]
fn another_number_of_nodes_is_refused() {
    for number in ["0", "1", "6"] {
        let error = refusal(&mut command(&[number]));
        assert!(error.contains("choose 2 to 5"), "{error}");
    }
}

#[test]
#[ignore = "needs haproxy and redis-server: run `just test-cluster`"]
fn missing_command_is_named_with_its_package() {
    let error = refusal(command(&["2"]).env("PATH", "/nowhere"));
    assert!(error.contains("apt-get install haproxy`"), "{error}");
}

/// Or else two balancers would share it, and a visitor would reach one cluster or the other.
#[test]
#[ignore = "needs haproxy and redis-server: run `just test-cluster`"]
fn port_in_use_is_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let error = refusal(command(&["2"]).env("PORT", port));
    assert!(error.contains("choose another port"), "{error}");
}

#[test]
#[ignore = "needs haproxy, postgresql and redis-server: run `just test-cluster`"]
fn ctrl_c_leaves_nothing_behind() {
    for store in ["redis", "postgres"] {
        let mut child = command(&["2", store]).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let lines = lines.by_ref().take_while(|line| !line.starts_with("Ctrl-C"));
        let places = places(&lines.collect::<Vec<_>>());
        let began = places.iter().map(is_there).collect::<Vec<_>>();
        kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGINT).unwrap();
        assert!(child.wait().unwrap().success());
        assert_eq!(began, [true; 5], "{places:?}");
        assert!(!places.iter().any(is_there), "{places:?}");
    }
}

/// Where something listens, or a file.
#[derive(Debug)]
enum Place {
    Address(String),
    File(PathBuf),
}

/// The places in lines such as `node-1: http://127.0.0.1:7001/`, `store: unix:///tmp/redis.sock`
/// and `store: host=/tmp/postgres user=postgres`.
fn places(lines: &[String]) -> Vec<Place> {
    let place = |line: &String| match line.split_once("http://") {
        Some((_, address)) => Place::Address(address.trim_end_matches('/').to_owned()),
        None => {
            let path = line[line.find('/').unwrap()..].trim_start_matches('/');
            Place::File(Path::new("/").join(path.split(' ').next().unwrap()))
        }
    };
    lines.iter().map(place).collect()
}

fn is_there(place: &Place) -> bool {
    match place {
        Place::Address(address) => TcpStream::connect(address).is_ok(),
        Place::File(file) => file.exists(),
    }
}

#[test]
#[ignore = "needs haproxy: run `just test-cluster`"]
fn haproxy_accepts_the_settings_for_two_to_five_nodes() {
    for nodes in cluster::NODES {
        let mut check = Command::new("haproxy");
        check.arg("-c").arg("-f").arg(cluster::file("haproxy.cfg").unwrap());
        check.env("ADDRESS", "127.0.0.1:6543").env("ADMIN", "/tmp/admin.sock");
        for node in 1..=nodes {
            check.env(format!("NODE_{node}"), format!("127.0.0.1:{}", 7000 + node));
        }
        let output = check.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success() && !said.contains("WARNING"), "{nodes} nodes: {said}");
    }
}
