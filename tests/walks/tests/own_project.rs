//! The project of the chapter "In your own project": it builds outside of the workspace, with nothing
//! of the steps, and keeps what step 02 promises.

#![allow(clippy::unwrap_used)]

use harness::{Server, ServerCommand, binary};
use std::fs;
use walks::Report;

#[test]
#[ignore = "builds every crate a second time: `just test-all` runs it"]
fn own_project_keeps_the_promises_of_sessions() {
    let folder = binary::workspace().join("tests/own_project");
    let target = binary::workspace().join("target/own_project").display().to_string();
    let program = binary::build(&folder, &["--locked", "--target-dir", &target]).unwrap();
    let server = Server::Program(ServerCommand::program(program));
    let walk = walks::find("sessions").unwrap();
    let report = Report::run(walk, walk.promises, &server, |_| ());
    assert!(report.broken().is_empty(), "{report}");
}

#[test]
fn own_project_has_the_template_of_sessions_and_at_most_120_lines() {
    let read = |file: &str| fs::read_to_string(binary::workspace().join(file)).unwrap();
    let template = read("tests/own_project/templates/home.html");
    assert_eq!(template, read("steps/02_sessions/templates/home.html"));
    let lines = harness::texts::without_anchors(&read("tests/own_project/src/main.rs"));
    assert!(lines.lines().count() <= 120, "{} lines", lines.lines().count());
}
