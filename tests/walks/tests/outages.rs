//! What a step does on a disk that is full and a file that is locked, where a walk cannot see it.

#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use harness::{Needs, Program, Sandbox, Server, ServerCommand, binary};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tempfile::TempDir;

fn step(package: &str) -> Server {
    Server::Program(ServerCommand::program(binary::of_package(package).unwrap()))
}

/// Starts a step that cannot make a file larger than this.
fn with_file_limit(package: &str, state: &Path, kibibytes: u32) -> Program {
    let program = binary::of_package(package).unwrap();
    let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\"", kibibytes * 2);
    let words = vec!["sh".into(), "-c".into(), script.into(), program.into()];
    let command = ServerCommand { words, folder: None, grouped: true, needs: Needs::Nothing };
    Program::start(&command, state, Stdio::null()).unwrap()
}

/// The write-ahead log grows with each visit, until it meets the limit.
#[test]
#[ignore = "takes its time: run `just test-all`"]
fn full_disk_is_a_503_page_and_loses_no_count_that_was_shown() {
    let state = TempDir::new().unwrap();
    let program = with_file_limit("step-outages", state.path(), 200);
    let mut cookie = String::new();
    let mut shown = 0;
    for _ in 0..200 {
        let mut request = format!("GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n{cookie}\r\n");
        let answer = exchange(&program.url, &request);
        if answer.starts_with("HTTP/1.1 503") {
            assert!(answer.contains("\r\nretry-after: 10\r\n"), "{answer}");
            assert!(answer.ends_with("try again soon."), "{answer}");
            break;
        }
        let (_, set) = answer.split_once("set-cookie: ").expect(&answer);
        cookie = format!("cookie: {}\r\n", set.split(';').next().unwrap());
        let (_, count) = answer.split_once("Count: ").expect(&answer);
        shown = count.split('<').next().unwrap().parse().unwrap();
        request.clear();
    }
    assert!((1..200).contains(&shown), "the disk was not full after {shown} visits");
    program.kill().unwrap();
    let command = ServerCommand::program(binary::of_package("step-outages").unwrap());
    let program = Program::start(&command, state.path(), Stdio::null()).unwrap();
    let request = format!("GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n{cookie}\r\n");
    let answer = exchange(&program.url, &request);
    assert!(answer.contains(&format!("Count: {}<", shown + 1)), "{answer}");
}

fn exchange(url: &str, request: &str) -> String {
    use std::io::{Read, Write};
    let mut connection = std::net::TcpStream::connect(url.trim_start_matches("http://")).unwrap();
    connection.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    answer
}

/// The store has one thread: while the file is locked, each visitor waits for all before.
#[test]
#[ignore = "takes its time: run `just test-all`"]
fn visitors_wait_for_one_another_while_the_file_is_locked() {
    let mut sandbox = Sandbox::open(&step("step-outages")).unwrap();
    let visitors: Vec<_> = (0..3).map(|_| sandbox.visitor().unwrap()).collect();
    for visitor in &visitors {
        sandbox.get(*visitor, "/").unwrap();
    }
    let file = sandbox.state_dir().unwrap().join("sessions.sqlite");
    let connection = rusqlite::Connection::open(file).unwrap();
    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    let began = Instant::now();
    let mut waited: Vec<Duration> = sandbox.visit_at_once(&visitors, "/").unwrap();
    waited.sort();
    println!("three visitors at once waited {waited:.1?}, {:.1?} in all", began.elapsed());
    for (place, waited) in waited.into_iter().enumerate() {
        let at_least = Duration::from_secs(place as u64 + 1);
        assert!(waited >= at_least, "the visitor at place {place} waited {waited:?}");
    }
}
