//! The engines keep what the steps promise that build them in front of the reader.

#![allow(clippy::unwrap_used)]

use walks::{Report, engines, find};

#[test]
fn cookie_engine_keeps_the_promises_of_sealed() {
    let Some(server) = engines::cookie_engine().unwrap() else {
        assert!(find("sealed").is_err(), "engines/cookie/examples/counter.rs is not there");
        return;
    };
    let Ok(walk) = find("sealed") else { return };
    let report = Report::run(walk, walk.promises, &server, |_| ());
    assert!(report.broken().is_empty(), "{}\n\n{report}", report.lines());
}
