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
