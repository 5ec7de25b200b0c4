//! One flush for all who wait, a result for each of them, and readers who don't wait.

use crate::survive::{counted, execute, file, is_out_of_order, lock, note, unlock};
use crate::{Original, Section, Walk, promise, section};
use harness::{Failure, NotKept, Outcome, Sandbox, Visit, Visitor};
use rusqlite::Connection;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

const WRITER: Section = section("06h_group_commit", "A writer");
const ALONE: Section = section("06h_group_commit", "Each write for itself");
const READERS: Section = section("06h_group_commit", "Readers and a writer");
const LOG: Section = section("06h_group_commit", "The log has to be copied");
const EXERCISES: Section = section("06h_group_commit", "Exercises");

const COOKIES: Original = Original::Differs("it has no store: the cookie holds the session");
const NO_PAGE: Original = Original::Differs("it has no such page");

pub(super) static WALK: Walk = Walk {
    slug: "group_commit",
    before: Some("migration"),
    also_keeps: &[],
    replaces: &[],
    form_pages: &[],
    promises: &[
        promise("readers_wait_for_no_lock", READERS, COOKIES, readers),
        promise("writes_that_wait_share_a_flush", WRITER, COOKIES, share),
        promise("failing_write_takes_no_other_with_it", ALONE, COOKIES, alone),
        promise("full_disk_confirms_nothing_that_is_lost", ALONE, COOKIES, full),
        promise("confirmed_counts_survive_a_kill", WRITER, COOKIES, kill),
        promise("sessions_reach_the_file_soon", LOG, COOKIES, copied),
    ],
    exercises: &[
        promise("metrics", EXERCISES, NO_PAGE, metrics),
        promise("watch", EXERCISES, COOKIES, watch),
    ],
};

const NEW_EACH_TIME: &str =
    "the session is new on every request: its cookie was not set, was refused or is not read";

/// Some visitors whose counts are 1, and the file with their sessions.
fn crowd(sandbox: &mut Sandbox, visitors: usize) -> Result<(Vec<Visitor>, Connection), NotKept> {
    let mut crowd = Vec::new();
    for _ in 0..visitors {
        crowd.push(sandbox.visitor()?);
    }
    sandbox.visit_at_once(&crowd, "/")?;
    note(sandbox, &format!("visitors 1 to {visitors} load /"));
    let connection = file(sandbox)?;
    Ok((crowd, connection))
}

/// How many transactions have changed the file. SQLite counts them in the memory that the programs
/// on a file share, in the ninth to twelfth octet (https://sqlite.org/walformat.html).
fn transactions(sandbox: &Sandbox) -> Result<u32, NotKept> {
    let shared = fs::read(sandbox.state_dir()?.join("sessions.sqlite-shm"));
    let shared = shared.map_err(|error| NotKept::Skipped(error.to_string()))?;
    let number = shared.get(8..12).and_then(|octets| octets.try_into().ok());
    let number = number.map(u32::from_ne_bytes);
    number.ok_or_else(|| NotKept::Skipped("sessions.sqlite-shm is too short".to_owned()))
}

/// The crowd loads a page at once while the file is locked for a moment.
fn wait_together(sandbox: &mut Sandbox, crowd: &[Visitor], connection: &Connection) -> Outcome {
    lock(sandbox, connection)?;
    let waits = thread::scope(|scope| {
        let waits = scope.spawn(|| sandbox.visit_at_once(crowd, "/"));
        thread::sleep(Duration::from_millis(1000));
        let unlocked = execute(connection, "ROLLBACK");
        (waits.join(), unlocked)
    });
    waits.0.map_err(|_| NotKept::Skipped("the walk panicked".to_owned()))??;
    waits.1?;
    note(sandbox, &format!("{} visitors load / at once", crowd.len()));
    note(sandbox, "the other program gives the lock back");
    Ok(())
}

fn share(sandbox: &mut Sandbox) -> Outcome {
    let (crowd, connection) = crowd(sandbox, 40)?;
    let before = transactions(sandbox)?;
    wait_together(sandbox, &crowd, &connection)?;
    let came = transactions(sandbox)? - before;
    let meaning = "each write is flushed to the disk by itself, and those behind it wait: put what waits into one transaction";
    if came > 10 {
        let came = "a transaction for almost each of them".to_owned();
        return Err(Failure::outside("40 writes in a few transactions", came, meaning));
    }
    all_count_two(&connection, 40, "a visit was not counted")
}

/// So many sessions have a count of 2.
fn all_count_two(connection: &Connection, sessions: i64, meaning: &str) -> Outcome {
    let sql = "SELECT count(*) FROM sessions WHERE json_extract(data, '$.counter') = 2";
    let found = connection.query_one(sql, [], |row| row.get(0));
    let found: i64 = found.map_err(|error| NotKept::Skipped(error.to_string()))?;
    if found == sessions {
        return Ok(());
    }
    let expected = format!("{sessions} sessions with a count of 2");
    Err(Failure::outside(&expected, format!("{found} of them"), meaning))
}

fn readers(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, connection) = counted(sandbox)?;
    lock(sandbox, &connection)?;
    let began = Instant::now();
    let answer = sandbox.visit(visitor, Visit::head("/"))?;
    let waited = began.elapsed();
    unlock(sandbox, &connection)?;
    let meaning = "a request that only reads waits for a writer: give readers connections, and take no lock to read";
    answer.has_status(200, meaning)?;
    if waited > Duration::from_secs(1) {
        let came = "one that took longer".to_owned();
        return Err(Failure::outside("an answer within a second", came, meaning));
    }
    sandbox.get(visitor, "/")?.shows_count(2, NEW_EACH_TIME)
}

/// Three visitors' writes wait together, and the trigger lets the second's fail.
fn fail_second(sandbox: &mut Sandbox, failure: &str) -> Result<Vec<(Visitor, u16)>, NotKept> {
    let mut crowd = Vec::new();
    for _ in 0..3 {
        crowd.push(sandbox.visitor()?);
        sandbox.get(crowd[crowd.len() - 1], "/")?.shows_count(1, NEW_EACH_TIME)?;
    }
    sandbox.get(crowd[1], "/")?.shows_count(2, NEW_EACH_TIME)?;
    let connection = file(sandbox)?;
    let trigger = format!(
        "CREATE TRIGGER failing BEFORE UPDATE ON sessions WHEN json_extract(NEW.data, '$.counter') = 3
         BEGIN SELECT RAISE({failure}); END"
    );
    execute(&connection, &trigger)?;
    note(sandbox, &format!("from now on the write of a count of 3 fails: {failure}"));
    lock(sandbox, &connection)?;
    let mut pending = Vec::new();
    for visitor in &crowd {
        pending.push(sandbox.begin_visit(*visitor, Visit::get("/"))?);
        thread::sleep(Duration::from_millis(300));
    }
    unlock(sandbox, &connection)?;
    let mut answers = Vec::new();
    for (visitor, visit) in crowd.into_iter().zip(pending) {
        let answer = sandbox.end_visit(visit)?;
        if answer.status != 200 {
            is_out_of_order(&answer)?;
        }
        answers.push((visitor, answer.status));
    }
    execute(&connection, "DROP TRIGGER failing")?;
    note(sandbox, "no write fails any more");
    Ok(answers)
}

/// The visitor's next count is one more than what was confirmed.
fn counts_what_was_confirmed(
    sandbox: &mut Sandbox,
    answers: &[(Visitor, u16)],
    meaning: &str,
) -> Outcome {
    for ((visitor, status), before) in answers.iter().zip([1, 2, 1]) {
        let confirmed = before + u64::from(*status == 200);
        sandbox.get(*visitor, "/")?.shows_count(confirmed + 1, meaning)?;
    }
    Ok(())
}

fn alone(sandbox: &mut Sandbox) -> Outcome {
    let answers = fail_second(sandbox, "ABORT, 'this row is refused'")?;
    let statuses: Vec<_> = answers.iter().map(|(_, status)| *status).collect();
    if statuses != [200, 503, 200] {
        let meaning = "a write failed, and those that shared its transaction failed with it: give each a savepoint";
        return Err(Failure::outside("200, 503, 200", format!("{statuses:?}"), meaning));
    }
    let meaning = "what was confirmed is not what was kept";
    counts_what_was_confirmed(sandbox, &answers, meaning)
}

fn full(sandbox: &mut Sandbox) -> Outcome {
    let answers = fail_second(sandbox, "ROLLBACK, 'database or disk is full'")?;
    let meaning = "SQLite rolled the transaction back, and its writes were confirmed, or went on without a transaction: confirm after the commit, and look whether there is a transaction before each write";
    counts_what_was_confirmed(sandbox, &answers, meaning)
}

fn kill(sandbox: &mut Sandbox) -> Outcome {
    let (crowd, connection) = crowd(sandbox, 20)?;
    wait_together(sandbox, &crowd, &connection)?;
    sandbox.kill_and_restart()?;
    let meaning = "a count that was shown is lost: confirm a write after the commit";
    all_count_two(&connection, 20, meaning)?;
    sandbox.get(crowd[0], "/")?.shows_count(3, meaning)
}

/// The rows that are in the file, without the log next to it.
fn copied_rows(sandbox: &Sandbox) -> Result<i64, NotKept> {
    let skipped = |error: &dyn std::error::Error| NotKept::Skipped(error.to_string());
    let copy = sandbox.state_dir()?.join("copy.sqlite");
    fs::copy(sandbox.state_dir()?.join("sessions.sqlite"), &copy).map_err(|e| skipped(&e))?;
    let connection = Connection::open(&copy).map_err(|error| skipped(&error))?;
    // A file that is so new that not even the table is in it.
    Ok(connection
        .query_one("SELECT count(*) FROM sessions", [], |row| row.get(0))
        .unwrap_or_default())
}

fn copied(sandbox: &mut Sandbox) -> Outcome {
    let (crowd, _) = crowd(sandbox, 10)?;
    sandbox.wait(Duration::from_secs(2));
    let rows = copied_rows(sandbox)?;
    if rows < 10 {
        let came = format!("{rows} of them");
        let meaning = "the sessions stay in the write-ahead log, which grows until a visitor has to wait for the copying";
        return Err(Failure::outside("the 10 sessions in the file itself", came, meaning));
    }
    sandbox.get(crowd[0], "/")?.shows_count(2, NEW_EACH_TIME)
}

/// The numbers of `GET /metrics`: writes and transactions.
fn numbers(sandbox: &mut Sandbox, visitor: Visitor) -> Result<(u64, u64), NotKept> {
    let answer = sandbox.get(visitor, "/metrics")?;
    let meaning = "GET /metrics answers with two lines, such as `writes 41` and `transactions 3`";
    answer.has_status(200, meaning)?;
    answer.sets_no_cookie("the page needs no session")?;
    let number = |name: &str| {
        let line = answer.body.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|number| number.trim().parse::<u64>().ok())
    };
    match (number("writes "), number("transactions ")) {
        (Some(writes), Some(transactions)) => Ok((writes, transactions)),
        _ => Err(answer.broken("two lines with numbers", answer.body.clone(), meaning)),
    }
}

fn metrics(sandbox: &mut Sandbox) -> Outcome {
    let (crowd, connection) = crowd(sandbox, 20)?;
    let monitor = sandbox.visitor()?;
    let before = numbers(sandbox, monitor)?;
    wait_together(sandbox, &crowd, &connection)?;
    let after = numbers(sandbox, monitor)?;
    let writes = after.0.saturating_sub(before.0);
    let transactions = after.1.saturating_sub(before.1);
    if writes != 20 || !(1..=10).contains(&transactions) {
        let came = format!("{writes} writes and {transactions} transactions");
        let meaning = "count each write that was done, and each transaction that was committed";
        return Err(Failure::outside("20 writes, in a few transactions", came, meaning));
    }
    Ok(())
}

/// The operator learns of a lock, once.
fn watch(sandbox: &mut Sandbox) -> Outcome {
    let (crowd, connection) = crowd(sandbox, 5)?;
    sandbox.log_has_no(&["WARN", "locked"], "nothing was locked")?;
    for _ in 0..2 {
        wait_together(sandbox, &crowd, &connection)?;
    }
    sandbox.log_has_no(&["WARN", "locked"], "a lock of one second needs no warning")?;
    lock(sandbox, &connection)?;
    sandbox.visit_at_once(&crowd, "/")?;
    note(sandbox, "5 visitors load / at once");
    sandbox.visit_at_once(&crowd, "/")?;
    note(sandbox, "5 visitors load / at once");
    unlock(sandbox, &connection)?;
    sandbox.get(crowd[0], "/")?.shows_count(4, NEW_EACH_TIME)?;
    let meaning = "the log has a line with `locked` when a lock was kept for more than two seconds";
    sandbox.log_has(&["WARN", "locked"], meaning)?;
    let lines = sandbox.log()?.lines().filter(|line| line.contains("locked")).count();
    if lines > 2 {
        let meaning = "the log has a line for each attempt to get the lock, so it grows while nothing happens";
        return Err(Failure::outside("a line or two", format!("{lines} lines"), meaning));
    }
    Ok(())
}
