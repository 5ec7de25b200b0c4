//! A store that fails, a file that is locked, a record that cannot be read, and a clock that is wrong.

use crate::{Original, Walk, promise};
use harness::{Answer, Outcome, Stage, Unkept, Visitor};
use rusqlite::Connection;

const RECORD: &str = "02b_outages.html#a-record-that-cannot-be-read";
const STORE: &str = "02b_outages.html#a-store-that-fails";
const SWEEP: &str = "02b_outages.html#the-sweep";

const COOKIES: Original = Original::Differs("it has no store: the cookie holds the session");

pub(super) static WALK: Walk = Walk {
    slug: "outages",
    before: Some("sessions"),
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
    exercises: &[],
};

const EMPTY: &str = "the session layer answers an empty 500 when it cannot save: answer 503 in its \
     place, and say when to try again";
const BACK: &str = "the store works again, but the program does not use it";

/// The file in which a program that is built like ours keeps its sessions.
fn sessions(stage: &Stage) -> Result<Connection, Unkept> {
    let file = stage.state_dir()?.join("sessions.sqlite");
    let untested = |why: &str| Unkept::Untested(format!("sessions.sqlite in STATE_DIR {why}"));
    if !file.exists() {
        return Err(untested("is not where this program keeps sessions"));
    }
    let connection = Connection::open(file).map_err(|error| untested(&error.to_string()))?;
    let table = "SELECT count(*) FROM tower_sessions";
    let rows = connection.query_one(table, [], |row| row.get::<_, i64>(0));
    rows.map(|_| connection).map_err(|error| untested(&error.to_string()))
}

/// Runs a statement on the file, as somebody with a database tool does.
fn execute(connection: &Connection, statement: &str) -> Outcome {
    connection.execute_batch(statement).map_err(|error| {
        Unkept::Untested(format!("`{statement}` could not be run on sessions.sqlite ({error})"))
    })
}

/// A visitor whose count is 1, and the file with the session.
fn counted(stage: &mut Stage) -> Result<(Visitor, Connection), Unkept> {
    let visitor = stage.visitor()?;
    stage.get(visitor, "/")?.shows_count(1, "a visitor without a cookie begins at 1")?;
    let connection = sessions(stage)?;
    Ok((visitor, connection))
}

fn is_out_of_order(answer: &Answer) -> Outcome {
    answer.has_status(503, EMPTY)?;
    answer.has_header("retry-after: 10", "the answer does not say when to try again")?;
    answer.sets_no_cookie("a session that was not saved is announced by a cookie")?;
    answer.shows("try again", "the answer has no text, so its visitor sees an empty page")
}

fn unreadable(stage: &mut Stage) -> Outcome {
    let (visitor, connection) = counted(stage)?;
    let meaning = "a record that cannot be decoded locks its visitor out until it expires: take it \
         for no session";
    for data in ["x'c1'", "x''", "zeroblob(64)", "'text'", "7"] {
        execute(&connection, &format!("UPDATE tower_sessions SET data = {data}"))?;
        stage.get(visitor, "/")?.shows_count(1, meaning)?;
        stage.get(visitor, "/howdy")?.shows_count(2, "the new session is not kept")?;
    }
    Ok(())
}

/// For a returning visitor, who has a record to save, and for a new one, who needs one.
fn fails_until(stage: &mut Stage, visitor: Visitor, repair: impl FnOnce() -> Outcome) -> Outcome {
    let stranger = stage.visitor()?;
    is_out_of_order(&stage.get(visitor, "/")?)?;
    is_out_of_order(&stage.get(stranger, "/howdy")?)?;
    repair()?;
    stage.get(visitor, "/howdy")?.shows_count(2, BACK)?;
    stage.get(stranger, "/")?.shows_count(1, BACK)
}

fn failing(stage: &mut Stage) -> Outcome {
    let (visitor, connection) = counted(stage)?;
    execute(&connection, "ALTER TABLE tower_sessions RENAME TO away")?;
    let repair = || execute(&connection, "ALTER TABLE away RENAME TO tower_sessions");
    fails_until(stage, visitor, repair)
}

fn locked(stage: &mut Stage) -> Outcome {
    let (visitor, connection) = counted(stage)?;
    execute(&connection, "BEGIN IMMEDIATE")?;
    fails_until(stage, visitor, || execute(&connection, "ROLLBACK"))
}

/// The error that SQLite gives when it cannot make the file larger.
fn full(stage: &mut Stage) -> Outcome {
    let (visitor, connection) = counted(stage)?;
    for event in ["INSERT", "UPDATE"] {
        let trigger = format!(
            "CREATE TRIGGER full_{event} BEFORE {event} ON tower_sessions \
             BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END"
        );
        execute(&connection, &trigger)?;
    }
    let repair = || execute(&connection, "DROP TRIGGER full_INSERT; DROP TRIGGER full_UPDATE");
    fails_until(stage, visitor, repair)
}

fn without_a_session(stage: &mut Stage) -> Outcome {
    let (visitor, connection) = counted(stage)?;
    execute(&connection, "BEGIN IMMEDIATE")?;
    let answer = stage.get(visitor, "/nowhere")?;
    answer.has_status(404, "a page that uses no session waits for its store")?;
    execute(&connection, "ROLLBACK")
}

fn start_deletes_none(stage: &mut Stage) -> Outcome {
    let (visitor, connection) = counted(stage)?;
    // To a program whose clock is ahead, this is what all sessions look like.
    execute(&connection, "UPDATE tower_sessions SET expiry_date = expiry_date - 86400")?;
    stage.restart()?;
    stage.kill_and_restart()?;
    execute(&connection, "UPDATE tower_sessions SET expiry_date = expiry_date + 86400")?;
    let meaning = "sessions are deleted at the start: one start with a wrong clock takes them all";
    stage.get(visitor, "/")?.shows_count(2, meaning)
}
