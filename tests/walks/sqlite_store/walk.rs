//! Sessions in a file: they are there after a kill, and for each program that uses the file.

use crate::{Original, Section, Walk, promise, section, survive};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use harness::{Answer, Event, Failure, NotKept, Outcome, Sandbox, Visit, Visitor};
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

const TABLE: Section = section("06f_sqlite_store", "The table");
const ROWS: Section = section("06f_sqlite_store", "One statement for each act");
const FILE: Section = section("06f_sqlite_store", "On the disk before the page");
const TRANSACTION: Section = section("06f_sqlite_store", "One transaction at a time");
const LIMITS: Section = section("06f_sqlite_store", "When limits change");
const EXERCISES: Section = section("06f_sqlite_store", "Exercises");

const NO_FILE: Original = Original::Differs("it has no file, because its session is the cookie");
const NO_PAGE: Original = Original::Differs("it has no such page");
const NO_VARIABLE: Original =
    Original::Differs("its limit is in the source, and no variable sets it");

pub(super) static WALK: Walk = Walk {
    slug: "sqlite_store",
    before: Some("store_contract"),
    also_keeps: &[],
    replaces: &[(
        "store_contract::log_says_that_sessions_are_in_memory",
        "they are in a file, and a restart ends nothing",
    )],
    form_pages: &[],
    promises: &[
        promise("count_survives_kill_and_restart", FILE, Original::Keeps, kill),
        promise("file_that_is_no_database_is_refused", FILE, NO_FILE, no_database),
        promise("req_63_store_holds_no_usable_id", TABLE, NO_FILE, no_id),
        promise("old_id_is_refused_after_a_restart_too", ROWS, NO_PAGE, old_id),
        promise("session_ends_while_nothing_runs", ROWS, NO_VARIABLE, ends),
        promise("logout_holds_when_the_clock_was_ahead", ROWS, NO_VARIABLE, ahead),
        promise("req_65_two_programs_lose_nothing", TRANSACTION, NO_PAGE, two_programs),
        promise("what_one_program_ends_has_ended", TRANSACTION, NO_PAGE, two_ends),
        promise("shorter_limits_hold_after_a_restart", LIMITS, NO_VARIABLE, shorter),
    ],
    exercises: &[
        promise("alive", EXERCISES, NO_PAGE, alive),
        promise("backup", EXERCISES, NO_FILE, backup),
    ],
};

const NEW_EACH_TIME: &str =
    "the session is new on every request: its cookie was not set, was refused or is not read";
const FORGOTTEN: &str =
    "the page was shown before its count was in the file: commit, and then answer";
const LOST: &str = "one program saved what it had read before the other one saved: compare the version in the statement that saves, and repeat on a conflict";

/// A visitor who was counted twice, and the cookie.
fn counted(sandbox: &mut Sandbox) -> Result<(Visitor, String), NotKept> {
    let visitor = sandbox.visitor()?;
    let answer = sandbox.get(visitor, "/")?;
    answer.shows_count(1, NEW_EACH_TIME)?;
    let cookie = answer.cookie_pair(NEW_EACH_TIME)?.to_owned();
    sandbox.get(visitor, "/")?.shows_count(2, NEW_EACH_TIME)?;
    Ok((visitor, cookie))
}

fn post(sandbox: &mut Sandbox, visitor: Visitor, path: &str) -> Result<Answer, NotKept> {
    let answer = sandbox.visit(visitor, Visit::post_form(path, &[]))?;
    answer.has_status(303, "the form is answered with a redirect to /")?;
    Ok(answer)
}

fn kill(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, _) = counted(sandbox)?;
    for count in 3..6 {
        sandbox.kill_and_restart()?;
        sandbox.get(visitor, "/")?.shows_count(count, FORGOTTEN)?;
    }
    sandbox.restart()?;
    sandbox.get(visitor, "/")?.shows_count(6, FORGOTTEN)
}

fn session_file(sandbox: &Sandbox) -> Result<PathBuf, NotKept> {
    Ok(sandbox.state_dir()?.join("sessions.sqlite"))
}

fn cannot(what: &str, error: &std::io::Error) -> NotKept {
    Failure::outside(what, error.to_string(), "the program keeps its sessions in another file")
}

/// What is in the log belongs to the old file, and would be written into the new one.
fn remove_log(file: &Path) -> Outcome {
    for log in ["sessions.sqlite-wal", "sessions.sqlite-shm"] {
        if let Err(error) = fs::remove_file(file.with_file_name(log))
            && error.kind() != std::io::ErrorKind::NotFound
        {
            return Err(cannot("a log that can be removed", &error));
        }
    }
    Ok(())
}

fn no_database(sandbox: &mut Sandbox) -> Outcome {
    let file = session_file(sandbox)?;
    sandbox.stop()?;
    remove_log(&file)?;
    let text = "a letter, and no database ".repeat(1000);
    fs::write(&file, &text).map_err(|error| cannot("a file to write a letter into", &error))?;
    sandbox.recording.events.push(Event::Note("somebody writes a letter into its file".into()));
    let meaning = "the program runs with a file that it can't use, or ends without saying which file is wrong";
    sandbox.refuses_to_start_with(&[], "sessions.sqlite (file is not a database)", meaning)?;
    let left = fs::read_to_string(&file).unwrap_or_default();
    if left != text {
        let meaning = "the program wrote into a file that is not its own";
        return Err(Failure::outside("the letter as it was", "another".to_owned(), meaning));
    }
    Ok(())
}

fn no_id(sandbox: &mut Sandbox) -> Outcome {
    let (_, cookie) = counted(sandbox)?;
    let id = cookie.split_once('=').map_or("", |(_, value)| value).to_owned();
    let bits = URL_SAFE_NO_PAD.decode(&id).unwrap_or_default();
    let meaning = "the file has the id in it, so a copy of the file opens all sessions: keep a hash of the id";
    let folder = sandbox.state_dir()?;
    let entries = fs::read_dir(folder).map_err(|error| cannot("the state folder", &error))?;
    for entry in entries.flatten() {
        let octets = fs::read(entry.path()).unwrap_or_default();
        for secret in [id.as_bytes(), &bits] {
            if !secret.is_empty() && octets.windows(secret.len()).any(|part| part == secret) {
                let came = format!("the id in {}", entry.file_name().to_string_lossy());
                return Err(Failure::outside("no id in the state folder", came, meaning));
            }
        }
    }
    let note = "no file in the state folder has the id in it, neither as text nor as bits";
    sandbox.recording.events.push(Event::Note(note.into()));
    Ok(())
}

fn old_id(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, old) = counted(sandbox)?;
    post(sandbox, visitor, "/rotate")?;
    sandbox.kill_and_restart()?;
    let late = Visit::get("/").with_cookie(&old, "[the first cookie of visitor 1]");
    let answer = sandbox.visit(visitor, late)?;
    let meaning = "the file doesn't know that the session was renamed, so a late request begins another session: leave a tombstone in the transaction that renames";
    answer.has_status(409, meaning)?;
    answer.sets_no_cookie(meaning)?;
    sandbox.get(visitor, "/")?.shows_count(3, "the session was lost with its old id")
}

fn ends(sandbox: &mut Sandbox) -> Outcome {
    // So long that a busy machine makes all three visits before the cookie is renewed.
    let limits = [("IDLE_SECONDS", "6"), ("TOUCH_SECONDS", "5")];
    sandbox.restart_with(&limits)?;
    let (visitor, cookie) = counted(sandbox)?;
    sandbox.kill_and_restart()?;
    sandbox.get(visitor, "/")?.shows_count(3, FORGOTTEN)?;
    sandbox.stop()?;
    sandbox.wait(Duration::from_secs(7));
    let meaning =
        "the session's end was forgotten while the program was stopped: keep it in the row";
    // Longer limits bring nothing back.
    for limits in [&limits[..], &[]] {
        sandbox.restart_with(limits)?;
        let by_hand = Visit::get("/").with_cookie(&cookie, "[the cookie of visitor 1]");
        sandbox.visit(visitor, by_hand)?.shows_count(1, meaning)?;
    }
    Ok(())
}

/// The session is still in the file, and too old by the limit that the program starts with now.
fn shorter(sandbox: &mut Sandbox) -> Outcome {
    let (first, old) = counted(sandbox)?;
    let (second, _) = counted(sandbox)?;
    let meaning = "the session ended although it's younger than the new limit";
    sandbox.restart_with(&[("IDLE_SECONDS", "600")])?;
    sandbox.get(first, "/")?.shows_count(3, meaning)?;
    sandbox.stop()?;
    sandbox.wait(Duration::from_secs(3));
    let meaning =
        "the session lives by the limit that it was saved under: check the current limits as well";
    sandbox.restart_with(&[("IDLE_SECONDS", "2")])?;
    let answer = sandbox.get(first, "/")?;
    answer.shows_count(1, meaning)?;
    if answer.cookie_pair(meaning)? == old {
        return Err(answer.broken("a cookie with another id", "the same id".to_owned(), meaning));
    }
    // This page reads before it counts.
    sandbox.restart_with(&[("ABSOLUTE_SECONDS", "2")])?;
    sandbox.get(second, "/slow?wait=0")?.shows_count(1, meaning)
}

/// A clock that was ahead is one at which the session had ended, and afterwards it hasn't.
fn ahead(sandbox: &mut Sandbox) -> Outcome {
    // As above.
    sandbox.restart_with(&[("IDLE_SECONDS", "3"), ("TOUCH_SECONDS", "2")])?;
    let (visitor, cookie) = counted(sandbox)?;
    sandbox.wait(Duration::from_secs(4));
    let label = "[the cookie of visitor 1]";
    let logout = Visit::post_form("/logout", &[]).with_cookie(&cookie, label);
    sandbox.visit(visitor, logout)?.has_status(303, "the form is answered with a redirect to /")?;
    let connection = survive::file(sandbox)?;
    survive::execute(&connection, "UPDATE sessions SET expires = expires + 3600000")?;
    drop(connection);
    sandbox.recording.events.push(Event::Note("the clock is put back by an hour".into()));
    sandbox.restart_with(&[])?;
    let by_hand = Visit::get("/").with_cookie(&cookie, label);
    let meaning = "the logout deleted nothing, because the session had ended by the clock, and now that the clock is right it's alive: delete what the cookie names, whether it has expired or not";
    sandbox.visit(visitor, by_hand)?.shows_count(1, meaning)
}

/// Some visits at once, half from each program. Those that were answered with 503 are not counted.
/// Returns the count that the next page shows.
fn at_once(
    sandbox: &mut Sandbox,
    visitor: Visitor,
    visits: usize,
    before: u64,
) -> Result<u64, NotKept> {
    let answered = sandbox.answered_at_once(&vec![visitor; visits], "/slow?wait=500")?;
    let note = format!("visitor 1 loads /slow {visits} times at once, half from each program");
    sandbox.recording.events.push(Event::Note(note));
    let count = before + answered + 1;
    sandbox.get(visitor, "/")?.shows_count(count, LOST)?;
    Ok(count)
}

/// It takes some luck to save between the load and the save of the other program.
fn crowds(sandbox: &mut Sandbox, visitor: Visitor) -> Outcome {
    let mut count = at_once(sandbox, visitor, 50, 1)?;
    sandbox.switch_servers();
    for _ in 0..6 {
        count = at_once(sandbox, visitor, 400, count)?;
    }
    Ok(())
}

fn two_programs(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    sandbox.get(visitor, "/")?.shows_count(1, NEW_EACH_TIME)?;
    sandbox.start_second()?;
    let kept = crowds(sandbox, visitor);
    // What happens first, and how often it goes well, is not the same each time.
    sandbox.recording.events.truncate(if kept.is_ok() { 7 } else { 3 });
    if kept.is_ok() {
        let note = "five more times, all 400 visits are counted".to_owned();
        sandbox.recording.events.push(Event::Note(note));
    }
    kept.map_err(|_| {
        Failure::outside("a count for each visit", "some are missing".to_owned(), LOST)
    })
}

fn two_ends(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, cookie) = counted(sandbox)?;
    sandbox.start_second()?;
    let slow = sandbox.begin_visit(visitor, Visit::get("/slow?wait=2000"))?;
    thread::sleep(Duration::from_millis(700));
    sandbox.switch_servers();
    post(sandbox, visitor, "/logout")?;
    let meaning = "one program goes on with a session that the other one has ended: keep nothing between requests, and ask the file";
    sandbox.end_visit(slow)?.has_status(409, meaning)?;
    sandbox.switch_servers();
    let stranger = sandbox.visitor()?;
    let label = "[a copy of the cookie of visitor 1]";
    sandbox.visit(stranger, Visit::get("/").with_cookie(&cookie, label))?.shows_count(1, meaning)
}

/// The page shows a number and nothing else.
fn expect_number(sandbox: &mut Sandbox, visitor: Visitor, expected: &str) -> Outcome {
    let answer = sandbox.get(visitor, "/alive")?;
    answer.has_status(200, "GET /alive is not answered")?;
    answer.sets_no_cookie("the page needs no session, so it begins none")?;
    if answer.body.trim() == expected {
        return Ok(());
    }
    let meaning = "the page shows how many sessions in the file have not ended";
    Err(answer.broken(expected, answer.body.clone(), meaning))
}

fn alive(sandbox: &mut Sandbox) -> Outcome {
    sandbox.restart_with(&[("IDLE_SECONDS", "4")])?;
    let stranger = sandbox.visitor()?;
    expect_number(sandbox, stranger, "0")?;
    let (first, _) = counted(sandbox)?;
    let (second, _) = counted(sandbox)?;
    expect_number(sandbox, stranger, "2")?;
    sandbox.kill_and_restart()?;
    expect_number(sandbox, stranger, "2")?;
    post(sandbox, first, "/rotate")?;
    expect_number(sandbox, stranger, "2")?;
    post(sandbox, second, "/logout")?;
    expect_number(sandbox, stranger, "1")?;
    sandbox.wait(Duration::from_secs(5));
    expect_number(sandbox, stranger, "0")
}

fn backup(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, _) = counted(sandbox)?;
    for count in 3..5 {
        let answer = sandbox.visit(visitor, Visit::post_form("/backup", &[]))?;
        answer.has_status(200, "POST /backup makes a backup, also if there is one already")?;
        sandbox.get(visitor, "/")?.shows_count(count, NEW_EACH_TIME)?;
    }
    sandbox.get(visitor, "/")?.shows_count(5, NEW_EACH_TIME)?;
    let file = session_file(sandbox)?;
    let copy = file.with_file_name("backup.sqlite");
    sandbox.stop()?;
    fs::rename(&copy, &file).map_err(|error| cannot("a backup in backup.sqlite", &error))?;
    remove_log(&file)?;
    let note = "backup.sqlite takes the place of sessions.sqlite".to_owned();
    sandbox.recording.events.push(Event::Note(note));
    sandbox.restart()?;
    let meaning = "the backup doesn't have what was in the file when it was made: have SQLite write it, because part of the data is in another file";
    sandbox.get(visitor, "/")?.shows_count(4, meaning)
}
