//! The tutor, seen from a terminal.

#![allow(clippy::unwrap_used)]

use harness::{Program, ServerCommand, binary};
use harness::{ScratchWorkspace, steps, texts};
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

fn tutor(arguments: &[&str]) -> Output {
    tutor_on(&binary::workspace().join("target/scratch/empty"), arguments)
}

fn tutor_on(my: &std::path::Path, arguments: &[&str]) -> Output {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| binary::workspace().join("target"), PathBuf::from);
    Command::new(env!("CARGO_BIN_EXE_tutor"))
        .args(arguments)
        .arg("--my")
        .arg(my)
        .env("CARGO_TARGET_DIR", target)
        .current_dir(binary::workspace())
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

#[track_caller]
fn assert_error(output: &Output, parts: &[&str]) {
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{error}");
    for part in parts {
        assert!(error.contains(part), "{part:?} is not in: {error}");
    }
}

/// A folder of copies in a scratch workspace, without a copy of this step in it.
fn copies(name: &str, slug: &str) -> PathBuf {
    let scratch = ScratchWorkspace::open(name).unwrap();
    let copy = scratch.copy(slug);
    if copy.exists() {
        fs::remove_dir_all(&copy).unwrap();
    }
    copy.parent().unwrap().to_owned()
}

fn snapshot(name: &str, text: &str) {
    insta::with_settings!({
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, { insta::assert_snapshot!(name, text) });
}

#[test]
fn list_names_the_steps() {
    snapshot("list", &stdout(&tutor(&["list"])));
}

#[test]
fn help_says_what_it_does() {
    snapshot("help", &stdout(&tutor(&["--help"])));
}

fn check_of_our_step(slug: &str) {
    let folder = steps::folder(slug).unwrap();
    let name = folder.file_name().unwrap().to_str().unwrap();
    let output = tutor(&["check", slug, &format!("steps/{name}")]);
    assert!(output.status.success(), "{slug}: {}", stdout(&output));
    snapshot(&format!("check_{slug}"), &stdout(&output));
}

#[test]
fn check_says_which_promises_were_kept() {
    check_of_our_step("sessions");
}

#[test]
#[ignore = "takes every walk: run `just test-all`"]
fn check_of_each_step_is_as_the_book_shows_it() {
    for walk in walks::all() {
        check_of_our_step(walk.slug);
    }
}

#[test]
fn check_of_an_unsolved_exercise_says_what_to_do() {
    let output = tutor(&["check", "sessions", "steps/02_sessions", "--exercise", "head"]);
    assert_eq!(output.status.code(), Some(1));
    snapshot("exercise_head", &stdout(&output));
}

#[test]
fn copy_begins_at_the_step_it_starts_from_and_is_never_written_over() {
    let my = copies("tutor-start", "sessions");
    assert!(tutor_on(&my, &["start", "sessions"]).status.success());
    let copied = fs::read_to_string(my.join("sessions/templates/home.html")).unwrap();
    assert!(copied.contains("Quick Tour:"), "{copied}");
    let manifest = fs::read_to_string(my.join("sessions/Cargo.toml")).unwrap();
    assert!(manifest.contains("name = \"my-sessions\""), "{manifest}");
    fs::write(my.join("sessions/templates/home.html"), "mine").unwrap();
    assert_error(&tutor_on(&my, &["start", "sessions"]), &["is there already", "move it out of"]);
    assert_eq!(fs::read_to_string(my.join("sessions/templates/home.html")).unwrap(), "mine");
}

/// One test for both: two packages of one name, built at once, would take each other's place.
#[test]
fn fresh_copy_breaks_the_walk_and_a_broken_one_shows_the_compilers_errors() {
    let my = copies("tutor-check", "sessions");
    assert!(tutor_on(&my, &["start", "sessions"]).status.success());
    let output = tutor_on(&my, &["check", "sessions"]);
    assert_eq!(output.status.code(), Some(1), "{}", stdout(&output));
    snapshot("check_of_a_fresh_copy", &stdout(&output));
    fs::write(my.join("sessions/src/main.rs"), "fn main() { nothing() }\n").unwrap();
    assert_error(&tutor_on(&my, &["check", "sessions"]), &["cannot find function", "fix"]);
}

#[test]
fn first_step_begins_with_a_program_that_builds() {
    let my = copies("tutor-first", "view_classes");
    assert!(tutor_on(&my, &["start", "view_classes"]).status.success());
    let output = tutor_on(&my, &["check", "view_classes"]);
    assert_eq!(output.status.code(), Some(1), "{}", stdout(&output));
    let shown = stdout(&output);
    assert!(shown.contains("main returned instead of serving"), "{shown}");
    assert!(shown.contains("read:     book/src/01_view_classes.md"), "{shown}");
}

#[test]
fn diff_is_what_turns_a_copy_into_ours() {
    let my = copies("tutor-diff", "view_classes");
    let texts = steps::renamed("view_classes", "my-view-classes").unwrap();
    fs::create_dir_all(my.join("view_classes")).unwrap();
    texts::write(&my.join("view_classes"), &texts).unwrap();
    let output = tutor_on(&my, &["diff", "view_classes"]);
    assert!(output.status.success(), "{}", stdout(&output));
    let views = my.join("view_classes/src/views.rs");
    let mine = fs::read_to_string(&views).unwrap().replace("Hello View", "Hallo View");
    fs::write(&views, mine).unwrap();
    let output = tutor_on(&my, &["diff", "view_classes"]);
    assert_eq!(output.status.code(), Some(1));
    snapshot("diff", &stdout(&output));
}

#[test]
fn any_command_can_be_checked() {
    let program = binary::of_package("step-sessions").unwrap();
    let command = format!("'{}' --port 0", program.display());
    let output = tutor(&["check", "sessions", "--run", &command]);
    assert!(output.status.success(), "{}", stdout(&output));
}

#[test]
fn unreadable_command_is_refused() {
    assert_error(&tutor(&["check", "sessions", "--run", "python 'app.py"]), &["open quote"]);
    assert_error(&tutor(&["check", "sessions", "--run", ""]), &["empty"]);
}

#[cfg(unix)]
#[test]
fn command_that_ends_at_once_is_shown_with_its_log() {
    let command = "sh -c 'echo hello; echo no database >&2; exit 3'";
    let output = tutor(&["check", "view_classes", "--run", command]);
    assert_eq!(output.status.code(), Some(1));
    snapshot("check_of_a_program_that_ends", &stdout(&output));
}

#[test]
fn promises_that_need_a_restart_are_skipped_on_a_running_server() {
    let state = TempDir::new().unwrap();
    let command = ServerCommand::program(binary::of_package("step-sessions").unwrap());
    let program = Program::start(&command, state.path(), Stdio::null()).unwrap();
    let output = tutor(&["check", "sessions", "--url", &program.url]);
    assert!(output.status.success(), "{}", stdout(&output));
    snapshot("check_of_a_running_server", &stdout(&output));
}

#[test]
fn missing_server_is_reported() {
    let output = tutor(&["check", "view_classes", "--url", "http://127.0.0.1:1"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("an answer to GET /"), "{}", stdout(&output));
}

#[test]
fn typo_is_answered_with_the_nearest_step() {
    let expected = &["no step `sesions`", "did you mean `sessions`?"];
    assert_error(&tutor(&["check", "sesions"]), expected);
    assert_error(&tutor(&["start", "sesions"]), expected);
    assert_error(&tutor(&["diff", "sesions"]), expected);
    assert_error(
        &tutor(&["check", "sessions", "--exercise", "feet"]),
        &["no exercise feet", "head and forget"],
    );
}

#[test]
fn missing_copy_is_reported_with_the_command_that_makes_it() {
    let expected = &["no package in", "`cargo tutor start sessions`"];
    assert_error(&tutor(&["check", "my-sessions"]), expected);
    assert_error(&tutor(&["diff", "02_sessions"]), expected);
}
