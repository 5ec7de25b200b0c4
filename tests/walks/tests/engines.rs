//! The engines keep what the steps promise that build them in front of the reader.

#![allow(clippy::unwrap_used)]

use harness::Server;
use walks::{Report, engines, find};

#[test]
#[ignore = "builds the engine with what its tests need: run `just test-all`"]
fn cookie_engine_keeps_the_promises_of_sealed() {
    let walk = find("sealed").unwrap();
    let server = Server::Program(engines::cookie_engine().unwrap());
    let report = Report::run(walk, walk.promises, &server, |_| ());
    assert!(report.broken().is_empty(), "{}\n\n{report}", report.lines());
}

#[test]
#[ignore = "builds the engine with what its tests need: run `just test-all`"]
fn store_engine_keeps_the_promises_of_group_commit() {
    let walk = find("group_commit").unwrap();
    let server = Server::Program(engines::store_engine().unwrap());
    let report = Report::run(walk, walk.promises, &server, |_| ());
    assert!(report.broken().is_empty(), "{}\n\n{report}", report.lines());
}

#[test]
#[ignore = "takes minutes: run `just test-all`"]
fn store_engine_keeps_the_promises_that_group_commit_inherits() {
    let walk = find("group_commit").unwrap();
    let server = Server::Program(engines::store_engine().unwrap());
    let inherited = walk.inherited().into_iter().map(|(_, promise)| promise);
    let report = Report::run(walk, inherited, &server, |_| ());
    assert!(report.broken().is_empty(), "{}\n\n{report}", report.lines());
}
