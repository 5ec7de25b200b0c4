//! What a sandbox does to a real program besides visiting it: other variables, its log, a start that
//! has to fail.

#![allow(clippy::unwrap_used)]

use harness::{NotKept, Sandbox, Server, ServerCommand, binary};

const SECRET: &str = "1f0d9c4b7a3e58626f1d84b7c2a95e0d3c6b8f7e1a24509d";
const OTHER: &str = "8b2e61d3f09a4c7756e3d18fa0b4c92d7e5f1360a8b94d2c";

fn sandbox() -> Sandbox {
    let program = binary::of_package("step-sessions").unwrap();
    Sandbox::open(&Server::Program(ServerCommand::program(program))).unwrap()
}

#[track_caller]
fn assert_broken(outcome: Result<(), NotKept>, came: &str) {
    match outcome {
        Err(NotKept::Broken(failure)) => assert!(failure.came.contains(came), "{failure}"),
        outcome => panic!("{outcome:?}"),
    }
}

#[test]
fn variables_stay_until_others_are_given() {
    let mut sandbox = sandbox();
    let visitor = sandbox.visitor().unwrap();
    sandbox.restart_with(&[("SECRET", SECRET)]).unwrap();
    sandbox.get(visitor, "/").unwrap().shows_count(1, "").unwrap();
    sandbox.kill_and_restart().unwrap();
    sandbox.get(visitor, "/").unwrap().shows_count(2, "").unwrap();
    sandbox.restart_with(&[("SECRET", OTHER)]).unwrap();
    sandbox.get(visitor, "/").unwrap().shows_count(1, "").unwrap();
    let recording = sandbox.recording.to_string();
    assert!(recording.contains("started again with SECRET=[secret 1]\n"), "{recording}");
    assert!(recording.contains("started again with SECRET=[secret 2]\n"), "{recording}");
}

#[test]
fn refused_start_says_why_and_another_start_is_possible() {
    let mut sandbox = sandbox();
    let visitor = sandbox.visitor().unwrap();
    sandbox.refuses_to_start_with(&[("SECRET", "short")], "SECRET", "").unwrap();
    let outcome = sandbox.refuses_to_start_with(&[("SECRET", "short")], "no such text", "");
    assert_broken(outcome, "it says");
    assert_broken(sandbox.refuses_to_start_with(&[("SECRET", SECRET)], "SECRET", ""), "it runs");
    sandbox.restart_with(&[]).unwrap();
    sandbox.get(visitor, "/").unwrap().shows_count(1, "").unwrap();
}

#[test]
fn log_of_every_start_can_be_read() {
    let mut sandbox = sandbox();
    sandbox.log_has_no(&["DEBUG"], "").unwrap();
    sandbox.restart_with(&[("RUST_LOG", "debug")]).unwrap();
    let visitor = sandbox.visitor().unwrap();
    sandbox.get(visitor, "/").unwrap();
    sandbox.restart_with(&[]).unwrap();
    sandbox.log_has(&["DEBUG"], "").unwrap();
    assert_broken(sandbox.log_has_no(&["DEBUG"], ""), "such a line");
    assert_broken(sandbox.log_has(&["DEBUG", "no such text"], ""), "no such line");
}
