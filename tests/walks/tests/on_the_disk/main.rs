//! The flush comes before the answer, as the kernel sees it.
//!
//! A kill proves nothing about the disk, because what a program has written stays with the system when
//! the program ends. So the program runs under `strace`, and for each answer the test finds the write
//! to the log that the answer is about, and the flush between the two.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

mod flushes;
mod trace;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use flushes::{Disk, Saved};
use harness::{
    Connection, Needs, Program, ScratchWorkspace, ServerCommand, binary, steps, wrong_programs,
};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;
use walks::engines;

const VISITORS: usize = 10;

/// How often each visitor loads a page. The counts of step 02 stay below 128 and take one octet.
const VISITS: usize = 20;

/// How a program keeps a count: the session's key as it is in the file, and what the data has in it.
type Keeps = fn(cookie: &str, count: u64) -> Saved;

/// From step 06f on, the key is the hash of the id, and the data is JSON.
fn as_json(cookie: &str, count: u64) -> Saved {
    let (_, id) = cookie.split_once('=').unwrap();
    let key = Sha256::digest(URL_SAFE_NO_PAD.decode(id).unwrap()).to_vec();
    Saved { key, count: format!("\"counter\":{count}").into_bytes() }
}

/// tower-sessions keeps the id as it is, which comes after the signature in the cookie, and the data
/// as MessagePack: a text of seven octets, and a small number.
fn as_message_pack(cookie: &str, count: u64) -> Saved {
    let key = cookie.as_bytes()[cookie.len() - 22..].to_vec();
    Saved { key, count: [b"\xa7counter", &[u8::try_from(count).unwrap()][..]].concat() }
}

/// The program, run by `strace`, which writes its system calls to a file.
fn traced(program: &ServerCommand, trace: &Path) -> ServerCommand {
    let found = Command::new("strace").arg("--version").stdout(Stdio::null()).status();
    assert!(found.is_ok(), "strace is missing: install it (Debian: apt-get install strace)");
    let calls = "trace=pwrite64,fsync,fdatasync,write,writev,sendto,sendmsg";
    let flags = ["--seccomp-bpf", "-f", "-yy", "-xx", "-s", "5000", "-e", calls, "-o"];
    let mut words = vec!["strace".into()];
    words.extend(flags.map(Into::into));
    words.push(trace.into());
    words.extend(program.words.clone());
    ServerCommand { words, folder: None, grouped: true, needs: Needs::Nothing }
}

/// A visitor, and what the pages showed: the cookie of the session, and its count.
struct Visitor {
    connection: Connection,
    port: u16,
    shown: Vec<(String, u64)>,
}

/// All visitors load pages at once. Then one of them, alone, posts to these pages. Returns how many
/// answers came after their flush, in a sentence, or what is wrong about the first that didn't.
fn flush_comes_first(
    program: &ServerCommand,
    keeps: Keeps,
    posts: &[&str],
) -> Result<String, String> {
    let state = TempDir::with_prefix("disk-").unwrap();
    let folder = TempDir::with_prefix("trace-").unwrap();
    let trace = folder.path().join("trace");
    let program = Program::start(&traced(program, &trace), state.path(), Stdio::null()).unwrap();
    let mut visitors = Vec::new();
    for _ in 0..VISITORS {
        let connection = Connection::open(&program.url).unwrap();
        let port = connection.port().unwrap();
        visitors.push(Visitor { connection, port, shown: Vec::new() });
    }
    load_pages(&mut visitors);
    for line in posts {
        assert_eq!(visitors[0].connection.visit(line).unwrap().status, 303);
    }
    program.stop().unwrap();
    let calls = trace::calls(&fs::read_to_string(trace).unwrap());
    let disk = Disk::new(&calls);
    for visitor in &visitors {
        let answers = disk.answers(visitor.port);
        assert!(answers.len() >= VISITS, "the trace has only {} answers", answers.len());
        for ((cookie, count), answer) in visitor.shown.iter().zip(answers) {
            let problem = |why: String| format!("a count of {count}: {why}");
            disk.is_flushed(&keeps(cookie, *count), answer).map_err(problem)?;
        }
    }
    let alone = disk.answers(visitors[0].port);
    assert_eq!(alone.len(), VISITS + posts.len());
    for (pair, line) in alone.windows(2).skip(VISITS - 1).zip(posts) {
        disk.is_flushed_since(pair[0], pair[1]).map_err(|why| format!("{line}: {why}"))?;
    }
    Ok(format!(
        "{} answers to requests that write, each sent after a flush of its write; the log was flushed \
         {} times",
        VISITORS * VISITS + posts.len(),
        disk.number_of_flushes()
    ))
}

fn load_pages(visitors: &mut [Visitor]) {
    for _ in 0..VISITS {
        for visitor in &mut *visitors {
            visitor.connection.send("GET /").unwrap();
        }
        for visitor in &mut *visitors {
            let count = visitor.connection.receive().unwrap().count.unwrap();
            visitor.shown.push((visitor.connection.cookie.clone().unwrap(), count));
        }
    }
}

fn step(slug: &str) -> ServerCommand {
    ServerCommand::program(binary::of_package(&steps::package(slug)).unwrap())
}

const ENDINGS: [&str; 2] = ["POST /rotate", "POST /logout"];

#[test]
#[ignore = "needs strace: run `just test-all`"]
fn commit_is_flushed_before_its_answers() {
    let counts = flush_comes_first(&step("group_commit"), as_json, &ENDINGS).unwrap();
    println!("step 06h: {counts}.");
}

#[test]
#[ignore = "needs strace: run `just test-all`"]
fn library_flushes_before_each_answer() {
    let program = engines::store_engine().unwrap();
    let counts = flush_comes_first(&program, as_json, &ENDINGS).unwrap();
    println!("the library: {counts}.");
}

#[test]
#[ignore = "needs strace: run `just test-all`"]
fn step_06f_flushes_before_each_answer() {
    let counts = flush_comes_first(&step("sqlite_store"), as_json, &ENDINGS).unwrap();
    println!("step 06f: {counts}.");
}

#[test]
#[ignore = "needs strace: run `just test-all`"]
fn step_02_flushes_before_each_answer() {
    let counts = flush_comes_first(&step("sessions"), as_message_pack, &[]).unwrap();
    println!("step 02: {counts}.");
}

#[test]
#[ignore = "needs strace: run `just test-all`"]
fn wrong_programs_are_found() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/on_the_disk/wrong");
    let scratch = ScratchWorkspace::open("disk").unwrap();
    for wrong in wrong_programs(&scratch, "group_commit", &folder).unwrap() {
        assert_eq!(wrong.breaks, "commit_is_flushed_before_its_answers");
        match flush_comes_first(&wrong.command, as_json, &ENDINGS) {
            Ok(counts) => panic!("{} is not found: {counts}", wrong.name),
            Err(why) => println!("{}, as it should, fails: {why}.", wrong.name),
        }
    }
}
