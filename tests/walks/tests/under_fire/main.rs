//! Programs that keep sessions in a file, under fire: over HTTP, on real files and real processes.
//!
//! Each test prints its counts in a sentence. Each one is also tried on a program that is wrong, an
//! earlier step or a patch of step 06h in the folder `wrong`, on which it has to fail.

#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod endings;
mod full;
mod increments;
mod kills;
mod leaving;
mod locks;
mod target;

use harness::{ScratchWorkspace, ServerCommand, binary, steps, wrong_programs};
use std::path::Path;
use target::Outcome;
use walks::engines;

/// What is done to a program, and how often.
type Fire = fn(&ServerCommand, usize) -> Outcome;

/// What a test does, by its name, and how often it does it to a wrong program.
fn fire(test: &str) -> (Fire, usize) {
    match test {
        "parallel_requests_to_two_programs_are_each_counted_once" => (increments::two_programs, 20),
        "slow_request_revives_no_session_that_was_logged_out" => (endings::logouts, 200),
        "slow_request_loses_no_session_that_was_rotated" => (endings::rotations, 200),
        "visitors_are_never_mixed_up" => (increments::crowd, 100),
        "counts_that_were_shown_survive_kills_under_load" => (kills::kills, 50),
        "visitors_who_leave_block_nobody" => (leaving::leave, 1000),
        "lock_of_a_moment_fails_nobody" => (locks::moment, 200),
        "long_lock_stops_only_who_writes_and_nothing_is_done_late" => (locks::long, 1),
        "counts_that_were_shown_survive_a_file_that_cannot_grow" => (full::file_limit, 3),
        _ => panic!("no test of wrong programs is named {test}"),
    }
}

fn step(slug: &str) -> ServerCommand {
    ServerCommand::program(binary::of_package(&steps::package(slug)).unwrap())
}

/// The programs that have to hold, by the names that they have in what is printed.
fn programs() -> Vec<(&'static str, ServerCommand)> {
    let library = engines::store_engine().unwrap();
    vec![("step 06h", step("group_commit")), ("the library", library)]
}

#[track_caller]
fn holds(fire: Fire, times: usize) {
    for (name, command) in programs() {
        match fire(&command, times) {
            Ok(counts) => println!("{name}: {counts}."),
            Err(error) => panic!("{name}: {error}"),
        }
    }
}

#[track_caller]
fn breaks(name: &str, command: &ServerCommand, fire: Fire, times: usize) {
    match fire(command, times) {
        Ok(counts) => panic!("{name} holds, although it is wrong: {counts}"),
        Err(error) => println!("{name}, as it should, fails: {error}."),
    }
}

#[test]
#[ignore = "takes its time: run `just test-all`"]
fn parallel_requests_are_each_counted_once() {
    holds(increments::one_program, 100);
}

#[test]
#[ignore = "takes its time: run `just test-all`"]
fn parallel_requests_to_two_programs_are_each_counted_once() {
    holds(increments::two_programs, 100);
}

#[test]
#[ignore = "takes its time: run `just test-all`"]
fn step_06a_loses_counts_under_this_fire() {
    breaks("step 06a", &step("server_side"), increments::one_program, 1);
}

#[test]
#[ignore = "takes its time: run `just test-all`"]
fn slow_request_revives_no_session_that_was_logged_out() {
    holds(endings::logouts, 200);
}

#[test]
#[ignore = "takes its time: run `just test-all`"]
fn slow_request_loses_no_session_that_was_rotated() {
    holds(endings::rotations, 200);
}

#[test]
#[ignore = "takes its time: run `just test-all`"]
fn visitors_are_never_mixed_up() {
    holds(increments::crowd, 100);
}

#[test]
#[ignore = "takes its time: run `just test-all`"]
fn counts_that_were_shown_survive_kills_under_load() {
    holds(kills::kills, 50);
}

#[test]
#[ignore = "takes its time: run `just test-all`"]
fn step_06e_forgets_counts_under_this_fire() {
    breaks("step 06e", &step("store_contract"), kills::kills, 1);
}

#[test]
#[ignore = "takes its time: run `just test-all`"]
fn visitors_who_leave_block_nobody() {
    holds(leaving::leave, 1000);
}

#[test]
#[ignore = "takes its time: run `just test-all`"]
fn lock_of_a_moment_fails_nobody() {
    holds(locks::moment, 200);
}

#[test]
#[ignore = "takes its time: run `just test-all`"]
fn long_lock_stops_only_who_writes_and_nothing_is_done_late() {
    holds(locks::long, 1);
}

#[test]
#[ignore = "takes its time: run `just test-all`"]
fn step_06f_lets_readers_wait_under_this_fire() {
    breaks("step 06f", &step("sqlite_store"), locks::long, 1);
}

#[test]
#[ignore = "takes its time: run `just test-all`"]
fn counts_that_were_shown_survive_a_file_that_cannot_grow() {
    holds(full::file_limit, 3);
}

#[test]
#[ignore = "takes its time: run `just test-all`"]
fn counts_that_were_shown_survive_a_full_disk() {
    holds(full::small_disk, 3);
}

#[test]
#[ignore = "builds wrong programs: run `just test-all`"]
fn wrong_programs_do_not_hold() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/under_fire/wrong");
    let scratch = ScratchWorkspace::open("fire").unwrap();
    for wrong in wrong_programs(&scratch, "group_commit", &folder).unwrap() {
        let (fire, times) = fire(&wrong.breaks);
        breaks(&wrong.name, &wrong.command, fire, times);
    }
}
