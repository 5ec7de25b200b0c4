//! How a step starts, refuses to start, and stops, seen from a terminal.

#![allow(clippy::unwrap_used)]

use harness::{Program, ServerCommand, binary};
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

fn step() -> Command {
    let mut command = Command::new(binary::of_package("step-sessions").unwrap());
    for variable in ["SECRET", "SECRET_FILE", "STATE_DIR", "RUST_LOG", "LISTEN_FDS"] {
        command.env_remove(variable);
    }
    command.env("PORT", "0").stdin(Stdio::null());
    command
}

fn step_on(state: &TempDir) -> Command {
    let mut command = step();
    command.env("STATE_DIR", state.path());
    command
}

fn state() -> TempDir {
    TempDir::with_prefix("start-").unwrap()
}

/// The one sentence with which a step refuses to start.
#[track_caller]
fn refusal(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let output = String::from_utf8(stdout).unwrap();
    let error = String::from_utf8(stderr).unwrap();
    assert!(!status.success(), "it started: {output}");
    assert!(!output.contains("listening"), "it said that it was ready: {output}");
    assert!(!error.contains("panicked"), "it panicked: {error}");
    error
}

#[track_caller]
fn assert_refused(command: &mut Command, parts: &[&str]) {
    let error = refusal(command);
    for part in parts {
        assert!(error.contains(part), "{part:?} is not in: {error}");
    }
}

fn run(state: &Path) -> Program {
    let command = ServerCommand::program(binary::of_package("step-sessions").unwrap());
    Program::start(&command, state, Stdio::null()).unwrap()
}

#[test]
fn help_names_every_flag_and_its_variable() {
    let output = step().arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    for part in ["--port", "PORT", "--state-dir", "STATE_DIR", "--secret-file", "SECRET_FILE"] {
        assert!(help.contains(part), "{part} is not in: {help}");
    }
}

#[test]
fn taken_port_is_named_with_a_way_out() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let state = state();
    assert_refused(step_on(&state).env("PORT", &port), &[&port, "in use", "--port"]);
    assert_eq!(fs::read_dir(state.path()).unwrap().count(), 0, "it wrote into the state folder");
}

#[test]
fn state_folder_that_cannot_be_made_is_named_with_a_way_out() {
    let state = state();
    fs::write(state.path().join("file"), "").unwrap();
    let folder = state.path().join("file").join("below");
    assert_refused(step().env("STATE_DIR", &folder), &["file", "below", "--state-dir"]);
}

#[test]
fn file_that_is_not_sqlite_is_refused_and_left_as_it_is() {
    let state = state();
    let file = state.path().join("sessions.sqlite");
    let text = "This is not a database, but somebody may still want it.".repeat(20);
    fs::write(&file, &text).unwrap();
    assert_refused(&mut step_on(&state), &["sessions.sqlite", "not a database", "move"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
}

#[test]
fn unknown_flag_is_refused_with_a_hint() {
    assert_refused(step().arg("--prot"), &["--prot", "--port"]);
}

#[test]
fn bad_port_is_refused() {
    assert_refused(step().args(["--port", "65536"]), &["65536", "--port"]);
    assert_refused(step().args(["--port", "http"]), &["http", "--port"]);
}

#[test]
fn unknown_log_level_is_refused() {
    assert_refused(step_on(&state()).env("RUST_LOG", "step=loud"), &["RUST_LOG", "debug"]);
}

#[test]
fn req_69_known_secret_is_refused() {
    let known = "itsaseekreet-itsaseekreet-itsaseekreet";
    let parts = ["SECRET", "tutorials", "openssl"];
    assert_refused(step_on(&state()).env("SECRET", known), &parts);
    assert_refused(step_on(&state()).env("SECRET", "itsaseekreet"), &parts);
}

#[test]
fn req_69_short_or_dull_secret_is_refused() {
    let short = "0123456789abcdef0123456789abcde";
    assert_refused(step_on(&state()).env("SECRET", short), &["SECRET", "32 bytes", "openssl"]);
    assert_refused(step_on(&state()).env("SECRET", ""), &["SECRET", "32 bytes"]);
    assert_refused(step_on(&state()).env("SECRET", "abab".repeat(16)), &["8 different"]);
}

#[test]
fn req_69_known_secret_in_a_file_is_refused() {
    let state = state();
    let file = state.path().join("mine");
    fs::write(&file, "itsaseekreet\n").unwrap();
    assert_refused(step_on(&state).arg("--secret-file").arg(&file), &["mine", "tutorials"]);
}

#[test]
fn refused_secret_is_not_repeated() {
    let secret = "hunter2-hunter2";
    let error = refusal(step_on(&state()).env("SECRET", secret));
    assert!(!error.contains("hunter2"), "the secret is in: {error}");
}

#[test]
fn secret_file_is_made_once() {
    let state = state();
    let file = state.path().join("secret");
    run(state.path()).stop().unwrap();
    let first = fs::read_to_string(&file).unwrap();
    run(state.path()).stop().unwrap();
    assert_eq!(fs::read_to_string(&file).unwrap(), first);
    assert_eq!(first.trim().len(), 64);
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_secret_and_state() {
    use std::os::unix::fs::PermissionsExt;
    let parent = state();
    let folder = parent.path().join("made");
    run(&folder).stop().unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(mode(&folder.join("secret")), 0o600);
}

#[test]
#[ignore = "takes its time: run `just test-all`"]
fn programs_started_at_once_share_one_secret_and_one_file() {
    for _ in 0..5 {
        start_eight_at_once();
    }
}

fn start_eight_at_once() {
    let state = state();
    let starts: Vec<_> = (0..8)
        .map(|_| step_on(&state).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap())
        .collect();
    for mut child in starts {
        use std::io::{BufRead, BufReader};
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready = lines.map_while(Result::ok).any(|line| line.starts_with("listening on"));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(ready, "one of the programs did not start");
    }
    let left = fs::read_dir(state.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(left.into_iter().all(|name| !name.to_string_lossy().contains("draft")));
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_it_with_exit_code_0() {
    use nix::{sys::signal, unistd::Pid};
    use std::io::{BufRead, BufReader};
    let state = state();
    let mut child = step_on(&state).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.map_while(Result::ok).any(|line| line.starts_with("listening on")));
    signal::kill(Pid::from_raw(child.id().cast_signed()), signal::Signal::SIGINT).unwrap();
    assert!(child.wait().unwrap().success());
}
