//! A store that fails, a file that is locked, a record that cannot be read, and a clock that is wrong.

use crate::{Original, Section, Walk, promise, section};
use harness::{Answer, NotKept, Outcome, Sandbox, Visitor};
use rusqlite::Connection;

const RECORD: Section = section("02b_outages", "A record that cannot be read");
const STORE: Section = section("02b_outages", "A store that fails");
const SWEEP: Section = section("02b_outages", "The sweep");
const EXERCISES: Section = section("02b_outages", "Exercises");

const COOKIES: Original = Original::Differs("it has no store: the cookie holds the session");

pub(super) static WALK: Walk = Walk {
    slug: "outages",
    before: Some("sessions"),
    also_keeps: &[],
    replaces: &[],
    form_pages: &[],
    promises: &[
        promise("unreadable_session_is_a_new_one", RECORD, COOKIES, unreadable),
        promise("failing_store_is_answered_with_503", STORE, COOKIES, failing),
        promise("locked_file_is_answered_with_503", STORE, COOKIES, locked),
        promise("full_disk_is_answered_with_503", STORE, COOKIES, full),
        promise("page_without_a_session_needs_no_store", STORE, COOKIES, without_a_session),
        promise("start_deletes_no_session", SWEEP, COOKIES, start_deletes_none),
    ],
    exercises: &[
        promise("page", EXERCISES, COOKIES, page),
        promise("health", EXERCISES, COOKIES, health),
    ],
};

const EMPTY: &str = "the session layer answers with an empty 500 when it cannot save: answer 503 instead, and say when to try again";
const BACK: &str = "the store works again, but the program does not use it";

/// The file in which a program that is built like ours keeps its sessions.
fn sessions(sandbox: &Sandbox) -> Result<Connection, NotKept> {
    let file = sandbox.state_dir()?.join("sessions.sqlite");
    let skipped = |why: &str| NotKept::Skipped(format!("sessions.sqlite in STATE_DIR {why}"));
    if !file.exists() {
        return Err(skipped("is not where this program keeps sessions"));
    }
    let connection = Connection::open(file).map_err(|error| skipped(&error.to_string()))?;
    let table = "SELECT count(*) FROM tower_sessions";
    let rows = connection.query_one(table, [], |row| row.get::<_, i64>(0));
    rows.map(|_| connection).map_err(|error| skipped(&error.to_string()))
}

/// Runs a statement on the file, as somebody with a database tool does.
fn execute(connection: &Connection, statement: &str) -> Outcome {
    connection.execute_batch(statement).map_err(|error| {
        NotKept::Skipped(format!("`{statement}` could not be run on sessions.sqlite ({error})"))
    })
}

/// A visitor whose count is 1, and the file with the session.
fn counted(sandbox: &mut Sandbox) -> Result<(Visitor, Connection), NotKept> {
    let visitor = sandbox.visitor()?;
    sandbox.get(visitor, "/")?.shows_count(1, "a visitor without a cookie starts at 1")?;
    let connection = sessions(sandbox)?;
    Ok((visitor, connection))
}

fn is_out_of_order(answer: &Answer) -> Outcome {
    answer.has_status(503, EMPTY)?;
    answer.has_header("retry-after: 10", "the answer does not say when to try again")?;
    answer.sets_no_cookie("the answer sets a cookie for a session that was not saved")?;
    answer.shows("try again", "the answer has no text, so the visitor sees an empty page")
}

fn unreadable(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, connection) = counted(sandbox)?;
    let meaning = "a record that cannot be decoded locks the visitor out until it expires: start a new session instead";
    for data in ["x'c1'", "x''", "zeroblob(64)", "'text'", "7"] {
        execute(&connection, &format!("UPDATE tower_sessions SET data = {data}"))?;
        sandbox.get(visitor, "/")?.shows_count(1, meaning)?;
        sandbox.get(visitor, "/howdy")?.shows_count(2, "the new session is not kept")?;
    }
    Ok(())
}

/// For a returning visitor, who has a record to save, and for a new one, who needs one.
fn fails_until(
    sandbox: &mut Sandbox,
    visitor: Visitor,
    repair: impl FnOnce() -> Outcome,
) -> Outcome {
    let stranger = sandbox.visitor()?;
    is_out_of_order(&sandbox.get(visitor, "/")?)?;
    is_out_of_order(&sandbox.get(stranger, "/howdy")?)?;
    repair()?;
    sandbox.get(visitor, "/howdy")?.shows_count(2, BACK)?;
    sandbox.get(stranger, "/")?.shows_count(1, BACK)
}

fn failing(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, connection) = counted(sandbox)?;
    execute(&connection, "ALTER TABLE tower_sessions RENAME TO away")?;
    let repair = || execute(&connection, "ALTER TABLE away RENAME TO tower_sessions");
    fails_until(sandbox, visitor, repair)
}

fn locked(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, connection) = counted(sandbox)?;
    execute(&connection, "BEGIN IMMEDIATE")?;
    fails_until(sandbox, visitor, || execute(&connection, "ROLLBACK"))
}

/// The error that SQLite gives when it cannot make the file larger.
fn full(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, connection) = counted(sandbox)?;
    for event in ["INSERT", "UPDATE"] {
        let trigger = format!(
            "CREATE TRIGGER full_{event} BEFORE {event} ON tower_sessions \
             BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END"
        );
        execute(&connection, &trigger)?;
    }
    let repair = || execute(&connection, "DROP TRIGGER full_INSERT; DROP TRIGGER full_UPDATE");
    fails_until(sandbox, visitor, repair)
}

fn without_a_session(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, connection) = counted(sandbox)?;
    execute(&connection, "BEGIN IMMEDIATE")?;
    let answer = sandbox.get(visitor, "/nowhere")?;
    answer.has_status(404, "a page that doesn't use the session waits for the store")?;
    execute(&connection, "ROLLBACK")
}

fn start_deletes_none(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, connection) = counted(sandbox)?;
    // To a program whose clock is ahead, this is what all sessions look like.
    execute(&connection, "UPDATE tower_sessions SET expiry_date = expiry_date - 86400")?;
    sandbox.restart()?;
    sandbox.kill_and_restart()?;
    execute(&connection, "UPDATE tower_sessions SET expiry_date = expiry_date + 86400")?;
    let meaning =
        "sessions are deleted at the start, so one start with a wrong clock deletes all of them";
    sandbox.get(visitor, "/")?.shows_count(2, meaning)
}

/// The answer is a page for a load that fails as well as for a save.
fn page(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, connection) = counted(sandbox)?;
    execute(&connection, "ALTER TABLE tower_sessions RENAME TO away")?;
    let stranger = sandbox.visitor()?;
    for visitor in [visitor, stranger] {
        let answer = sandbox.get(visitor, "/")?;
        is_out_of_order(&answer)?;
        let html = "content-type: text/html; charset=utf-8";
        let meaning = "the answer is still a line of text: one visitor's load fails in the view, \
             the other's save in the session layer";
        answer.has_header(html, meaning)?;
        answer.shows("<h1>", "the page has no heading")?;
    }
    execute(&connection, "ALTER TABLE away RENAME TO tower_sessions")
}

fn health(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, connection) = counted(sandbox)?;
    let prober = sandbox.visitor()?;
    let fine = sandbox.get(prober, "/health")?;
    fine.has_status(200, "there is no page /health, or it fails although the store works")?;
    fine.sets_no_cookie("a probe comes every few seconds and creates a session each time")?;
    execute(&connection, "ALTER TABLE tower_sessions RENAME TO away")?;
    let meaning =
        "the store fails, and /health says that all is well: let it ask the store for something";
    sandbox.get(prober, "/health")?.has_status(503, meaning)?;
    execute(&connection, "ALTER TABLE away RENAME TO tower_sessions")?;
    sandbox.get(prober, "/health")?.has_status(200, BACK)?;
    sandbox.get(visitor, "/")?.shows_count(2, "a probe counted as a visit")
}
