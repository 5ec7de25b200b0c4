//! A file that is locked, a disk that is full, and visitors who don't wait for ever.

use crate::{Original, Section, Walk, promise, section};
use harness::{Answer, Event, Failure, NotKept, Outcome, Sandbox, Visit, Visitor};
use rusqlite::Connection;
use std::thread;
use std::time::Duration;

const DEADLINE: Section = section("06g_survive", "One deadline");
const THREAD: Section = section("06g_survive", "A thread for the file");
const LATE: Section = section("06g_survive", "Nothing is done late");
const EXERCISES: Section = section("06g_survive", "Exercises");

const COOKIES: Original = Original::Differs("it has no store: the cookie holds the session");
const NO_PAGE: Original = Original::Differs("it has no such page");

pub(super) static WALK: Walk = Walk {
    slug: "survive",
    before: Some("sqlite_store"),
    also_keeps: &[],
    replaces: &[],
    form_pages: &[],
    promises: &[
        promise("req_70_locked_file_is_answered_with_503", THREAD, COOKIES, locked),
        promise("full_disk_is_answered_with_503", THREAD, COOKIES, full),
        promise("page_without_a_session_waits_for_nobody", THREAD, COOKIES, without_a_session),
        promise("nobody_waits_for_those_before", DEADLINE, COOKIES, deadline),
        promise("lock_of_a_moment_is_waited_for", DEADLINE, COOKIES, moment),
        promise("slow_view_is_not_late", DEADLINE, NO_PAGE, slow),
        promise("what_was_late_is_not_done_afterwards", LATE, COOKIES, not_done),
        promise("failed_logout_removes_no_cookie", LATE, NO_PAGE, logout),
        promise("req_53_outage_is_kept_by_no_cache", LATE, COOKIES, uncached),
    ],
    exercises: &[
        promise("patience", EXERCISES, COOKIES, patience),
        promise("glance", EXERCISES, NO_PAGE, glance),
    ],
};

const NEW_EACH_TIME: &str =
    "the session is new on every request: its cookie was not set, was refused or is not read";
const BACK: &str = "the file is free again, but the program doesn't use it";
const DONE_LATE: &str = "the visitor read \"try again\", and the request was carried out all the same: the thread that does the work has to look at the time first";

/// The file in which a program that is built like ours keeps its sessions.
pub(crate) fn file(sandbox: &Sandbox) -> Result<Connection, NotKept> {
    let file = sandbox.state_dir()?.join("sessions.sqlite");
    let skipped = |why: &str| NotKept::Skipped(format!("sessions.sqlite in STATE_DIR {why}"));
    if !file.exists() {
        return Err(skipped("is not where this program keeps sessions"));
    }
    let connection = Connection::open(file).map_err(|error| skipped(&error.to_string()))?;
    let rows = connection.query_one("SELECT count(*) FROM sessions", [], |row| row.get(0));
    rows.map(|_: i64| connection).map_err(|error| skipped(&error.to_string()))
}

/// Runs a statement on the file, as somebody with a database tool does.
pub(crate) fn execute(connection: &Connection, statement: &str) -> Outcome {
    connection.execute_batch(statement).map_err(|error| {
        NotKept::Skipped(format!("`{statement}` could not be run on sessions.sqlite ({error})"))
    })
}

/// Says in the recording what happened between the requests.
pub(crate) fn note(sandbox: &mut Sandbox, text: &str) {
    sandbox.recording.events.push(Event::Note(text.to_owned()));
}

/// A visitor whose count is 1, and the file with the session.
pub(crate) fn counted(sandbox: &mut Sandbox) -> Result<(Visitor, Connection), NotKept> {
    let visitor = sandbox.visitor()?;
    sandbox.get(visitor, "/")?.shows_count(1, "a visitor without a cookie starts at 1")?;
    let connection = file(sandbox)?;
    Ok((visitor, connection))
}

pub(crate) fn lock(sandbox: &mut Sandbox, connection: &Connection) -> Outcome {
    execute(connection, "BEGIN IMMEDIATE")?;
    note(sandbox, "another program locks the file");
    Ok(())
}

pub(crate) fn unlock(sandbox: &mut Sandbox, connection: &Connection) -> Outcome {
    execute(connection, "ROLLBACK")?;
    note(sandbox, "the other program gives the lock back");
    Ok(())
}

pub(crate) fn is_out_of_order(answer: &Answer) -> Outcome {
    answer.has_status(503, "an outage is answered with 503, Service Unavailable")?;
    answer.has_header("retry-after: 10", "the answer does not say when to try again")?;
    answer.sets_no_cookie("the answer sets a cookie for what was not saved")?;
    answer.shows("try again", "the answer has no text, so the visitor sees an empty page")
}

/// For a returning visitor, who has a record to change, and for a new one, who needs one.
fn fail_both(sandbox: &mut Sandbox, visitor: Visitor) -> Result<Visitor, NotKept> {
    let stranger = sandbox.visitor()?;
    is_out_of_order(&sandbox.get(visitor, "/")?)?;
    is_out_of_order(&sandbox.get(stranger, "/howdy")?)?;
    Ok(stranger)
}

fn are_back(sandbox: &mut Sandbox, visitor: Visitor, stranger: Visitor) -> Outcome {
    sandbox.get(visitor, "/howdy")?.shows_count(2, BACK)?;
    sandbox.get(stranger, "/")?.shows_count(1, BACK)
}

fn locked(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, connection) = counted(sandbox)?;
    lock(sandbox, &connection)?;
    let stranger = fail_both(sandbox, visitor)?;
    unlock(sandbox, &connection)?;
    are_back(sandbox, visitor, stranger)
}

/// The error that SQLite gives when it cannot make the file larger.
fn full(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, connection) = counted(sandbox)?;
    for event in ["INSERT", "UPDATE"] {
        let trigger = format!(
            "CREATE TRIGGER full_{event} BEFORE {event} ON sessions \
             BEGIN SELECT RAISE(ROLLBACK, 'database or disk is full'); END"
        );
        execute(&connection, &trigger)?;
    }
    note(sandbox, "the disk is full");
    let stranger = fail_both(sandbox, visitor)?;
    execute(&connection, "DROP TRIGGER full_INSERT; DROP TRIGGER full_UPDATE")?;
    note(sandbox, "the disk has room again");
    are_back(sandbox, visitor, stranger)
}

/// So many new visitors load the page at once, and another one loads one that needs no session. How
/// long do the slowest of them and the other one wait?
fn crowd(sandbox: &mut Sandbox, visitors: usize) -> Result<(Duration, Duration), NotKept> {
    let other = sandbox.visitor()?;
    let mut crowd = Vec::new();
    for _ in 0..visitors {
        crowd.push(sandbox.visitor()?);
    }
    let (waits, other_waits) = thread::scope(|scope| {
        let waits = scope.spawn(|| sandbox.visit_at_once(&crowd, "/"));
        thread::sleep(Duration::from_millis(500));
        let other_waits = sandbox.visit_at_once(&[other], "/nowhere");
        (waits.join(), other_waits)
    });
    let waits = waits.map_err(|_| NotKept::Skipped("the walk panicked".to_owned()))??;
    note(sandbox, &format!("{visitors} new visitors load / at once, another one loads /nowhere"));
    let longest = |waits: Vec<Duration>| waits.into_iter().max().unwrap_or_default();
    Ok((longest(waits), longest(other_waits?)))
}

/// Nobody waited longer than this.
fn within(limit: u64, waited: Duration, meaning: &str) -> Outcome {
    if waited < Duration::from_secs(limit) {
        return Ok(());
    }
    let expected = format!("an answer within {limit} seconds");
    Err(Failure::outside(&expected, "one that took longer".to_owned(), meaning))
}

fn without_a_session(sandbox: &mut Sandbox) -> Outcome {
    // With one thread for each processor, it would depend on the machine whether one is left.
    sandbox.restart_with(&[("TOKIO_WORKER_THREADS", "2")])?;
    let (_, connection) = counted(sandbox)?;
    lock(sandbox, &connection)?;
    let (_, waited) = crowd(sandbox, 4)?;
    unlock(sandbox, &connection)?;
    let meaning = "a page that needs no session waits, because the threads that answer requests wait for the file: give the file a thread";
    within(2, waited, meaning)
}

fn deadline(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, connection) = counted(sandbox)?;
    lock(sandbox, &connection)?;
    let (waited, _) = crowd(sandbox, 4)?;
    let again = sandbox.visit_at_once(&[visitor; 3], "/")?;
    note(sandbox, "visitor 1 loads / 3 times at once");
    unlock(sandbox, &connection)?;
    let meaning = "the requests wait one after the other, each as long as a lock may take: let the deadline begin when the request waits for the first time";
    within(5, waited, meaning)?;
    within(5, again.into_iter().max().unwrap_or_default(), meaning)?;
    sandbox.get(visitor, "/")?.shows_count(2, DONE_LATE)
}

fn moment(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, connection) = counted(sandbox)?;
    lock(sandbox, &connection)?;
    let pending = sandbox.begin_visit(visitor, Visit::get("/"))?;
    thread::sleep(Duration::from_millis(1500));
    unlock(sandbox, &connection)?;
    let meaning = "the file was locked for a moment, and the visitor got an error for it: wait";
    sandbox.end_visit(pending)?.shows_count(2, meaning)
}

fn slow(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, _) = counted(sandbox)?;
    let meaning = "the view worked for four seconds and waited for nothing, so it isn't late: only what it waits for its session counts";
    sandbox.get(visitor, "/slow?wait=4000")?.shows_count(2, meaning)
}

fn not_done(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, connection) = counted(sandbox)?;
    lock(sandbox, &connection)?;
    fail_both(sandbox, visitor)?;
    unlock(sandbox, &connection)?;
    sandbox.wait(Duration::from_secs(1));
    sandbox.get(visitor, "/")?.shows_count(2, DONE_LATE)?;
    let rows = connection.query_one("SELECT count(*) FROM sessions", [], |row| row.get(0));
    let rows: i64 = rows.map_err(|error| NotKept::Skipped(error.to_string()))?;
    if rows == 1 {
        return Ok(());
    }
    Err(Failure::outside("one session in the file", format!("{rows} of them"), DONE_LATE))
}

fn logout(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, connection) = counted(sandbox)?;
    lock(sandbox, &connection)?;
    let form = Visit::post_form("/logout", &[]);
    is_out_of_order(&sandbox.visit(visitor, form)?)?;
    unlock(sandbox, &connection)?;
    let meaning = "the logout failed, but the session is gone";
    sandbox.get(visitor, "/")?.shows_count(2, meaning)
}

fn uncached(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, connection) = counted(sandbox)?;
    lock(sandbox, &connection)?;
    let answer = sandbox.get(visitor, "/")?;
    unlock(sandbox, &connection)?;
    is_out_of_order(&answer)?;
    let meaning = "a cache may keep the page that says \"try again\", and show it afterwards";
    answer.has_header("cache-control: no-store", meaning)?;
    answer.has_header("vary: Cookie", meaning)?;
    sandbox.get(visitor, "/")?.shows_count(2, NEW_EACH_TIME)
}

/// The variable says how long a request may wait.
fn patience(sandbox: &mut Sandbox) -> Outcome {
    for text in ["0", "soon", "1.5"] {
        let says = format!("PATIENCE_SECONDS={text} is not a number of seconds");
        let meaning = "the program runs with another limit than it was given";
        sandbox.refuses_to_start_with(&[("PATIENCE_SECONDS", text)], &says, meaning)?;
    }
    sandbox.restart_with(&[("PATIENCE_SECONDS", "1")])?;
    let (visitor, connection) = counted(sandbox)?;
    lock(sandbox, &connection)?;
    let waits = sandbox.visit_at_once(&[visitor; 3], "/")?;
    note(sandbox, "visitor 1 loads / 3 times at once");
    unlock(sandbox, &connection)?;
    let meaning = "the request waits longer than PATIENCE_SECONDS=1 allows";
    within(2, waits.into_iter().max().unwrap_or_default(), meaning)?;
    sandbox.get(visitor, "/")?.shows_count(2, DONE_LATE)
}

/// A page that would rather do without the count than wait for it.
fn glance(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, connection) = counted(sandbox)?;
    let answer = sandbox.get(visitor, "/glance")?;
    answer.shows("Your count: 1", "GET /glance answers with `Your count: 1`")?;
    lock(sandbox, &connection)?;
    let began = std::time::Instant::now();
    let answer = sandbox.get(visitor, "/glance")?;
    let waited = began.elapsed();
    unlock(sandbox, &connection)?;
    answer.has_status(200, "the page is not shown without the count")?;
    answer.shows("We can't count right now.", "GET /glance says that it can't count right now")?;
    within(2, waited, "the page waits longer than a second for its count")?;
    let answer = sandbox.get(visitor, "/glance")?;
    answer.shows("Your count: 1", "a look counts as a visit")
}
