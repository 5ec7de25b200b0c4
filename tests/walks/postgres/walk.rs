//! Sessions in a PostgreSQL that dies, hangs, is locked and is newer, for more than one program.

use crate::survive::{is_out_of_order, note};
use crate::{Original, Section, Walk, promise, section};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use harness::{Failure, NotKept, OpenTransaction, Outcome, Sandbox, Visit, Visitor};
use std::time::{Duration, Instant};
use std::{fs, io, path::Path, thread};

const STATEMENTS: Section = section("08b_postgres", "One statement for each write");
const TABLES: Section = section("08b_postgres", "The tables");
const SWEEP: Section = section("08b_postgres", "A sweep by several programs");
const CONNECTIONS: Section = section("08b_postgres", "Connections");
const STORE: Section = section("08b_postgres", "The store");
const APP: Section = section("08b_postgres", "The app");
const WORTH: Section = section("08b_postgres", "What a confirmed write is worth");
const EXERCISES: Section = section("08b_postgres", "Exercises");

const COOKIES: Original = Original::Differs("it has no store: the cookie holds the session");
const NO_PAGE: Original = Original::Differs("it has no such page");

const NO_FILE: &str = "the sessions are in PostgreSQL, and there is no file to lock or to change";

pub(super) static WALK: Walk = Walk {
    slug: "postgres",
    before: Some("library"),
    also_keeps: &[],
    replaces: &[
        ("sqlite_store::file_that_is_no_database_is_refused", NO_FILE),
        ("sqlite_store::logout_holds_when_the_clock_was_ahead", NO_FILE),
        ("survive::req_70_locked_file_is_answered_with_503", NO_FILE),
        ("survive::full_disk_is_answered_with_503", NO_FILE),
        ("survive::page_without_a_session_waits_for_nobody", NO_FILE),
        ("survive::nobody_waits_for_those_before", NO_FILE),
        ("survive::lock_of_a_moment_is_waited_for", NO_FILE),
        ("survive::slow_view_is_not_late", NO_FILE),
        ("survive::what_was_late_is_not_done_afterwards", NO_FILE),
        ("survive::failed_logout_removes_no_cookie", NO_FILE),
        ("survive::req_53_outage_is_kept_by_no_cache", NO_FILE),
        ("migration::older_file_keeps_its_sessions", NO_FILE),
        ("migration::newer_file_is_refused_and_left_alone", NO_FILE),
        ("migration::file_of_another_program_is_refused_and_left_alone", NO_FILE),
        ("migration::damaged_row_is_a_new_session_and_is_put_aside", NO_FILE),
        ("migration::row_of_a_newer_program_is_left_to_it", NO_FILE),
        ("group_commit::readers_wait_for_no_lock", NO_FILE),
        ("group_commit::writes_that_wait_share_a_flush", NO_FILE),
        ("group_commit::failing_write_takes_no_other_with_it", NO_FILE),
        ("group_commit::full_disk_confirms_nothing_that_is_lost", NO_FILE),
        ("group_commit::confirmed_counts_survive_a_kill", NO_FILE),
        ("group_commit::sessions_reach_the_file_soon", NO_FILE),
        ("library::outage_is_a_page_that_says_so", NO_FILE),
    ],
    form_pages: &[],
    promises: &[
        promise("counts_survive_a_kill_of_both", WORTH, COOKIES, kill_both),
        promise("address_that_is_missing_or_wrong_is_refused", APP, COOKIES, address),
        promise("program_starts_without_postgres", APP, COOKIES, starts),
        promise("two_programs_count_together", STATEMENTS, COOKIES, two_programs),
        promise("rotated_id_is_refused_by_both_programs", STATEMENTS, NO_PAGE, rotated),
        promise("no_usable_id_is_in_postgres", STORE, COOKIES, no_id),
        promise("unreadable_session_is_put_aside", STORE, COOKIES, unreadable),
        promise("several_programs_start_on_an_empty_database", TABLES, COOKIES, several),
        promise("tables_of_a_newer_program_are_left_alone", TABLES, COOKIES, newer),
        promise("sweep_waits_for_nobody", SWEEP, COOKIES, sweep),
        promise("postgres_that_is_down_is_a_503", CONNECTIONS, COOKIES, down),
        promise("frozen_postgres_is_a_503_in_time", CONNECTIONS, COOKIES, frozen),
        promise("moment_without_postgres_is_waited_for", CONNECTIONS, COOKIES, moment),
        promise("connection_that_hangs_is_replaced", CONNECTIONS, COOKIES, hangs),
        promise("busy_connections_are_a_503_in_time", CONNECTIONS, COOKIES, busy),
        promise("what_was_refused_is_not_done_afterwards", CONNECTIONS, COOKIES, late),
    ],
    exercises: &[
        promise("health", EXERCISES, NO_PAGE, health),
        promise("settings", EXERCISES, COOKIES, settings),
    ],
};

const NEW_EACH_TIME: &str =
    "the session is new on every request: its cookie was not set, was refused or is not read";
const LOST: &str = "what was shown is not in PostgreSQL";
const BACK: &str = "PostgreSQL is back, but the program doesn't use it";

/// A visitor whose count is 1.
fn counted(sandbox: &mut Sandbox) -> Result<Visitor, NotKept> {
    let visitor = sandbox.visitor()?;
    sandbox.get(visitor, "/")?.shows_count(1, NEW_EACH_TIME)?;
    Ok(visitor)
}

fn kill_postgres(sandbox: &mut Sandbox) -> Outcome {
    sandbox.postgres()?.kill();
    note(sandbox, "PostgreSQL is killed");
    Ok(())
}

fn start_postgres(sandbox: &mut Sandbox) -> Outcome {
    sandbox.postgres()?.start_again()?;
    note(sandbox, "PostgreSQL is started again");
    Ok(())
}

/// What PostgreSQL answers. It refuses if the program's tables aren't there.
fn ask(sandbox: &mut Sandbox, sql: &str) -> Result<String, NotKept> {
    sandbox.postgres()?.ask(sql).map_err(|error| refused(sql, &error))
}

fn refused(sql: &str, error: &io::Error) -> NotKept {
    let said = error.to_string().lines().next().unwrap_or_default().to_owned();
    let meaning = "the sessions aren't in PostgreSQL, or in other tables than those of the chapter";
    Failure::outside(&format!("an answer to {sql}"), said, meaning)
}

/// Somebody who runs the server sets it in another way.
fn set(sandbox: &mut Sandbox, name: &str, value: &str) -> Outcome {
    ask(sandbox, &format!("ALTER SYSTEM SET {name} = {value}"))?;
    ask(sandbox, "SELECT pg_reload_conf()")?;
    note(sandbox, &format!("somebody sets {name} to {value}"));
    Ok(())
}

/// What the tables have is what is expected.
fn has(sandbox: &mut Sandbox, sql: &str, what: &str, expected: &str, meaning: &str) -> Outcome {
    let came = ask(sandbox, sql)?;
    if came == expected {
        return Ok(());
    }
    Err(Failure::outside(&format!("{what}: {expected}"), came, meaning))
}

fn kill_both(sandbox: &mut Sandbox) -> Outcome {
    set(sandbox, "synchronous_commit", "off")?;
    set(sandbox, "wal_writer_delay", "'10s'")?;
    let meaning = "what was shown was not on the disk yet: let each connection ask for synchronous_commit itself";
    let visitor = counted(sandbox)?;
    for count in [2, 4, 6] {
        sandbox.get(visitor, "/")?.shows_count(count, meaning)?;
        kill_postgres(sandbox)?;
        start_postgres(sandbox)?;
        sandbox.kill_and_restart()?;
        sandbox.get(visitor, "/howdy")?.shows_count(count + 1, meaning)?;
    }
    Ok(())
}

fn address(sandbox: &mut Sandbox) -> Outcome {
    let meaning =
        "the program runs without a store, or ends without saying which variable is wrong";
    for (url, says) in [
        ("", "POSTGRES_URL is not set"),
        ("localhost", "POSTGRES_URL is no usable address"),
        ("http://127.0.0.1:5432/", "POSTGRES_URL is no usable address"),
        ("postgres:///sessions", "POSTGRES_URL is no usable address"),
        ("postgres://host/sessions?sslmode=require", "POSTGRES_URL is no usable address"),
    ] {
        sandbox.refuses_to_start_with(&[("POSTGRES_URL", url)], says, meaning)?;
    }
    let url = sandbox.postgres()?.url().replace("dbname=postgres", "dbname=sesions");
    let says = "database \"sesions\" does not exist";
    let recorded = sandbox.recording.events.len();
    sandbox.refuses_to_start_with(&[("POSTGRES_URL", &url)], says, meaning)?;
    // Its address differs from run to run.
    sandbox.recording.events.truncate(recorded);
    note(sandbox, "it also refuses a database that doesn't exist");
    // The client takes this for the name of an option, and its message says that name.
    let url = "postgres//user:pass-3141@127.0.0.1/sessions?sslmode=disable";
    sandbox.refuses_to_start_with(&[("POSTGRES_URL", url)], "POSTGRES_URL", meaning)?;
    sandbox.log_has_no(&["pass-3141"], "the log has the password of PostgreSQL")
}

/// 40 visits at once in each round, half from each program.
fn two_programs(sandbox: &mut Sandbox) -> Outcome {
    let visitor = counted(sandbox)?;
    sandbox.start_second()?;
    let mut shown = 1;
    for _ in 0..3 {
        shown += sandbox.answered_at_once(&[visitor; 40], "/")? + 1;
        note(sandbox, "visitor 1 loads / 40 times at once, half from each program");
        let answer = sandbox.get(visitor, "/")?;
        if answer.shows_count(shown, "").is_err() {
            // How many are missing is not the same each time.
            sandbox.recording.events.truncate(3);
            let meaning = "one program saved what it had read before the other one saved: compare the version in the statement that saves";
            let came = "some are missing".to_owned();
            return Err(Failure::outside("a count for each visit", came, meaning));
        }
    }
    Ok(())
}

fn rotated(sandbox: &mut Sandbox) -> Outcome {
    let visitor = counted(sandbox)?;
    let old = sandbox.cookie_header(visitor).unwrap_or_default();
    sandbox.start_second()?;
    let answer = sandbox.visit(visitor, Visit::post_form("/rotate", &[]))?;
    answer.has_status(303, "POST /rotate gives the session a new id and redirects to /")?;
    let meaning = "the table doesn't say that the session was renamed, so a late request begins another one: leave a tombstone in the statement that renames";
    for _ in 0..2 {
        let late = Visit::get("/").with_cookie(&old, "[the first cookie of visitor 1]");
        let answer = sandbox.visit(visitor, late)?;
        answer.has_status(409, meaning)?;
        answer.sets_no_cookie(meaning)?;
        sandbox.switch_servers();
    }
    sandbox.get(visitor, "/")?.shows_count(2, "the session was lost with its old id")
}

/// The octets of all files below a folder.
fn octets(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            all.extend(octets(&entry.path()));
        } else {
            all.extend(fs::read(entry.path()).unwrap_or_default());
        }
    }
    all
}

fn no_id(sandbox: &mut Sandbox) -> Outcome {
    let visitor = counted(sandbox)?;
    sandbox.get(visitor, "/")?.shows_count(2, NEW_EACH_TIME)?;
    let header = sandbox.cookie_header(visitor).unwrap_or_default();
    let id = header.split_once('=').map_or("", |(_, value)| value);
    let bits = URL_SAFE_NO_PAD.decode(id).unwrap_or_default();
    let digits: String = bits.iter().map(|octet| format!("{octet:02x}")).collect();
    ask(sandbox, "CHECKPOINT")?;
    let octets = octets(sandbox.postgres()?.folder());
    let has = |text: &[u8]| octets.windows(text.len()).any(|part| part == text);
    if !has(b"{\"counter\":2}") {
        let came = "no session in its files".to_owned();
        return Err(Failure::outside("the session in PostgreSQL's files", came, LOST));
    }
    for secret in [id.as_bytes(), &bits, digits.as_bytes()] {
        if !secret.is_empty() && has(secret) {
            let meaning = "PostgreSQL has the id, so a backup, or anyone who may read the table, opens all sessions: keep a hash of the id";
            let came = "the id".to_owned();
            return Err(Failure::outside("no id in PostgreSQL's files", came, meaning));
        }
    }
    note(sandbox, "no file of PostgreSQL has the id in it, neither as text nor as bits");
    Ok(())
}

fn unreadable(sandbox: &mut Sandbox) -> Outcome {
    let visitor = counted(sandbox)?;
    for damage in ["'{\"counter\":'", "'[1]'"] {
        // The version too, as with each write: a program may still know what it has written.
        let sql = format!("UPDATE sessions SET data = {damage}, version = version + 1");
        ask(sandbox, &format!("{sql} WHERE data IS NOT NULL"))?;
        note(sandbox, &format!("the session's data is now {damage}"));
        let meaning = "a session that can't be read locks its visitor out: begin a new one";
        let answer = sandbox.get(visitor, "/")?;
        answer.has_status(200, meaning)?;
        answer.shows_count(1, meaning)?;
        sandbox.get(visitor, "/")?.shows_count(2, "the new session is not kept")?;
        let kept = format!("SELECT count(*) FROM unreadable WHERE data = {damage}");
        let meaning = "nobody will ever see what was in the session: put it aside";
        has(sandbox, &kept, "rows put aside with this data", "1", meaning)?;
    }
    let left = "SELECT count(*) FROM sessions";
    has(sandbox, left, "sessions", "1", "what was put aside is still a session")?;
    sandbox.log_has(&["WARN", "put aside"], "the log doesn't say that a session was put aside")
}

/// Both programs find an empty database at the same moment, because it comes up after them.
fn several(sandbox: &mut Sandbox) -> Outcome {
    ask(sandbox, "DROP SCHEMA public CASCADE")?;
    ask(sandbox, "CREATE SCHEMA public")?;
    note(sandbox, "the database is empty");
    kill_postgres(sandbox)?;
    sandbox.restart()?;
    sandbox.start_second()?;
    start_postgres(sandbox)?;
    let visitors = [sandbox.visitor()?, sandbox.visitor()?, sandbox.visitor()?, sandbox.visitor()?];
    let answered = sandbox.answered_at_once(&visitors, "/")?;
    note(sandbox, "four visitors load / at once, half from each program");
    let meaning = "programs that start at the same time get in each other's way: let the first one make the tables while the others wait for its lock";
    if answered != 4 {
        let came = format!("{answered} such pages");
        return Err(Failure::outside("a page of status 200 for each", came, meaning));
    }
    for visitor in visitors {
        sandbox.get(visitor, "/")?.shows_count(2, NEW_EACH_TIME)?;
    }
    let rows = "SELECT count(*), max(number) FROM session_migrations";
    has(sandbox, rows, "how many migrations were done, and the last", "2|2", meaning)
}

fn newer(sandbox: &mut Sandbox) -> Outcome {
    let visitor = counted(sandbox)?;
    ask(sandbox, "INSERT INTO session_migrations (number) VALUES (3)")?;
    note(sandbox, "a newer program has changed the tables");
    let meaning = "the program works on tables that it doesn't know: refuse them";
    let says = "a newer version of this program has changed the tables";
    sandbox.refuses_to_start_with(&[], says, meaning)?;
    kill_postgres(sandbox)?;
    sandbox.restart()?;
    start_postgres(sandbox)?;
    is_out_of_order(&sandbox.get(visitor, "/")?)?;
    has(sandbox, "SELECT data FROM sessions", "the session", "{\"counter\":1}", meaning)?;
    ask(sandbox, "DELETE FROM session_migrations WHERE number = 3")?;
    note(sandbox, "the tables are those of this program again");
    sandbox.get(visitor, "/")?.shows_count(2, BACK)
}

/// So many sessions are left, soon.
fn left(sandbox: &mut Sandbox, expected: &str, meaning: &str) -> Outcome {
    let began = Instant::now();
    let count = "SELECT count(*) FROM sessions";
    while ask(sandbox, count)? != expected && began.elapsed() < Duration::from_secs(5) {
        thread::sleep(Duration::from_millis(50));
    }
    has(sandbox, count, "sessions that are left", expected, meaning)
}

fn sweep(sandbox: &mut Sandbox) -> Outcome {
    sandbox.restart_with(&[("IDLE_SECONDS", "1")])?;
    for _ in 0..3 {
        counted(sandbox)?;
    }
    sandbox.wait(Duration::from_secs(2));
    ask(sandbox, "UPDATE sessions SET seen_expired = now() - interval '2 days'")?;
    note(sandbox, "a sweep has seen two days ago that all three sessions had expired");
    let row = "SELECT FROM sessions WHERE key = (SELECT key FROM sessions LIMIT 1) FOR UPDATE";
    let held = sandbox.postgres()?.begin(row).map_err(|error| refused(row, &error))?;
    note(sandbox, "somebody works on one of them");
    sandbox.restart()?;
    sandbox.start_second()?;
    let meaning =
        "a sweep waits for those who work on a row, and they for it: let it skip what is locked";
    left(sandbox, "1", meaning)?;
    note(sandbox, "the other two are deleted");
    drop(held);
    sandbox.restart()?;
    left(sandbox, "0", "the sweep leaves a row that nobody works on any more")?;
    note(sandbox, "the last one is deleted by the next sweep");
    Ok(())
}

fn in_time(began: Instant, came: Duration) -> Outcome {
    if came < Duration::from_secs(7) && began.elapsed() < Duration::from_secs(15) {
        return Ok(());
    }
    let meaning =
        "requests wait for the pool or for PostgreSQL without an end: let each wait have one";
    let came = "one that took longer".to_owned();
    Err(Failure::outside("an answer within 7 seconds", came, meaning))
}

/// Both a returning and a new visitor get a page of status 503, soon enough, and a page without a
/// session is there.
fn fail_in_time(sandbox: &mut Sandbox, visitor: Visitor) -> Result<Visitor, NotKept> {
    let stranger = sandbox.visitor()?;
    for visitor in [visitor, stranger] {
        let began = Instant::now();
        let answer = sandbox.get(visitor, "/")?;
        is_out_of_order(&answer)?;
        in_time(began, began.elapsed())?;
    }
    let meaning = "a page without a session needs no PostgreSQL";
    sandbox.get(stranger, "/nowhere")?.has_status(404, meaning)?;
    Ok(stranger)
}

fn down(sandbox: &mut Sandbox) -> Outcome {
    let visitor = counted(sandbox)?;
    kill_postgres(sandbox)?;
    let stranger = fail_in_time(sandbox, visitor)?;
    is_out_of_order(&sandbox.visit(visitor, Visit::post_form("/logout", &[]))?)?;
    start_postgres(sandbox)?;
    sandbox.get(visitor, "/")?.shows_count(2, BACK)?;
    sandbox.get(stranger, "/")?.shows_count(1, BACK)
}

#[cfg(unix)]
fn frozen(sandbox: &mut Sandbox) -> Outcome {
    let visitor = counted(sandbox)?;
    sandbox.postgres()?.freeze();
    note(sandbox, "PostgreSQL hangs: it keeps its connections, and answers nothing");
    let stranger = fail_in_time(sandbox, visitor)?;
    sandbox.postgres()?.go_on();
    note(sandbox, "PostgreSQL goes on");
    sandbox.get(visitor, "/")?.shows_count(2, BACK)?;
    sandbox.get(stranger, "/")?.shows_count(1, BACK)
}

/// The visit begins while PostgreSQL hangs or is away, and it is there a moment later.
#[cfg(unix)]
fn moment(sandbox: &mut Sandbox) -> Outcome {
    let meaning = "PostgreSQL was away for a moment, and the visitor got an error for it: try again to connect while the request may wait";
    let visitor = counted(sandbox)?;
    sandbox.postgres()?.freeze();
    note(sandbox, "PostgreSQL hangs for a moment");
    let pending = sandbox.begin_visit(visitor, Visit::get("/"))?;
    thread::sleep(Duration::from_millis(500));
    sandbox.postgres()?.go_on();
    let answer = sandbox.end_visit(pending)?;
    answer.has_status(200, meaning)?;
    answer.shows_count(2, NEW_EACH_TIME)?;
    ask(
        sandbox,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()",
    )?;
    sandbox.postgres()?.hide().map_err(|error| refused("a connection", &error))?;
    note(sandbox, "PostgreSQL closes its connections, and can't be reached");
    // The program needs a moment to notice.
    sandbox.wait(Duration::from_secs(1));
    let pending = sandbox.begin_visit(visitor, Visit::get("/"))?;
    thread::sleep(Duration::from_millis(500));
    sandbox.postgres()?.show().map_err(|error| refused("a connection", &error))?;
    let answer = sandbox.end_visit(pending)?;
    answer.has_status(200, meaning)?;
    answer.shows_count(3, LOST)
}

/// The connections that the program has hang, as when a firewall has forgotten them. New ones work.
#[cfg(unix)]
fn hangs(sandbox: &mut Sandbox) -> Outcome {
    let visitor = counted(sandbox)?;
    let frozen = sandbox.postgres()?.freeze_connections();
    let frozen = frozen.map_err(|error| NotKept::Skipped(format!("no connections ({error})")))?;
    note(sandbox, "each connection of the program hangs, and new ones work");
    is_out_of_order(&sandbox.get(visitor, "/")?)?;
    let meaning =
        "a connection that gave no answer is given to the next request: let it leave the pool";
    // How many of the connections a request can get is not the same each time.
    let recorded = sandbox.recording.events.len();
    let mut answer = sandbox.get(visitor, "/")?;
    for _ in 1..frozen {
        if answer.has_status(200, meaning).is_ok() {
            break;
        }
        sandbox.recording.events.truncate(recorded);
        answer = sandbox.get(visitor, "/")?;
    }
    answer.has_status(200, meaning)
}

#[cfg(windows)]
fn frozen(_: &mut Sandbox) -> Outcome {
    Err(NotKept::Skipped("a program can't be stopped for a while here".to_owned()))
}

#[cfg(windows)]
fn moment(sandbox: &mut Sandbox) -> Outcome {
    frozen(sandbox)
}

#[cfg(windows)]
fn hangs(sandbox: &mut Sandbox) -> Outcome {
    frozen(sandbox)
}

/// A transaction of somebody else that keeps a lock.
fn lock(sandbox: &mut Sandbox, mode: &str) -> Result<OpenTransaction, NotKept> {
    let sql = format!("LOCK TABLE sessions IN {mode} MODE");
    sandbox.postgres()?.begin(&sql).map_err(|error| refused(&sql, &error))
}

fn busy(sandbox: &mut Sandbox) -> Outcome {
    let visitor = counted(sandbox)?;
    let locked = lock(sandbox, "ACCESS EXCLUSIVE")?;
    note(sandbox, "somebody locks the table, so that each statement waits");
    let began = Instant::now();
    let waited = sandbox.visit_at_once(&[visitor; 40], "/")?;
    in_time(began, waited.into_iter().max().unwrap_or_default())?;
    note(sandbox, "visitor 1 loads / 40 times at once, and each answer comes in time");
    let stranger = fail_in_time(sandbox, visitor)?;
    drop(locked);
    note(sandbox, "the table is free");
    sandbox.get(visitor, "/")?.shows_count(2, BACK)?;
    sandbox.get(stranger, "/")?.shows_count(1, BACK)
}

fn late(sandbox: &mut Sandbox) -> Outcome {
    let visitor = counted(sandbox)?;
    // Each connection knows the statements then, so that they wait in the middle and not at their beginning.
    sandbox.get(visitor, "/")?.shows_count(2, NEW_EACH_TIME)?;
    sandbox.get(visitor, "/")?.shows_count(3, NEW_EACH_TIME)?;
    let locked = lock(sandbox, "EXCLUSIVE")?;
    note(sandbox, "somebody locks the table, so that nothing can be written");
    fail_in_time(sandbox, visitor)?;
    drop(locked);
    note(sandbox, "the table is free");
    let meaning = "the write that was given up was still waiting in PostgreSQL, and was done in the end: give each statement an end there too";
    sandbox.wait(Duration::from_secs(1));
    has(
        sandbox,
        "SELECT max(data) FROM sessions",
        "the largest count",
        "{\"counter\":3}",
        meaning,
    )?;
    has(sandbox, "SELECT count(*) FROM sessions", "sessions", "1", meaning)?;
    sandbox.get(visitor, "/")?.shows_count(4, BACK)
}

fn starts(sandbox: &mut Sandbox) -> Outcome {
    let visitor = counted(sandbox)?;
    kill_postgres(sandbox)?;
    sandbox.restart().map_err(|_| {
        let meaning = "the program ends when PostgreSQL isn't there yet: warn, and connect when a request needs it";
        let came = "one that waits, or ends".to_owned();
        Failure::outside("a program that starts without PostgreSQL", came, meaning)
    })?;
    let stranger = fail_in_time(sandbox, visitor)?;
    start_postgres(sandbox)?;
    sandbox.get(visitor, "/")?.shows_count(2, BACK)?;
    sandbox.get(stranger, "/")?.shows_count(1, BACK)
}

/// A load balancer learns whether this program can write its sessions.
fn health(sandbox: &mut Sandbox) -> Outcome {
    let stranger = sandbox.visitor()?;
    let meaning = "GET /health answers 200 while PostgreSQL can be written, and 503 otherwise";
    let healthy = |sandbox: &mut Sandbox, status: u16| {
        let began = Instant::now();
        let answer = sandbox.get(stranger, "/health")?;
        answer.has_status(status, meaning)?;
        answer.sets_no_cookie("the page needs no session, so it begins none")?;
        if began.elapsed() > Duration::from_secs(2) {
            let came = "one that took longer".to_owned();
            return Err(answer.broken("an answer within a second", came, meaning));
        }
        Ok(())
    };
    healthy(sandbox, 200)?;
    set(sandbox, "default_transaction_read_only", "on")?;
    sandbox.wait(Duration::from_secs(1));
    healthy(sandbox, 503)?;
    set(sandbox, "default_transaction_read_only", "off")?;
    sandbox.wait(Duration::from_secs(1));
    healthy(sandbox, 200)?;
    kill_postgres(sandbox)?;
    healthy(sandbox, 503)?;
    start_postgres(sandbox)?;
    sandbox.wait(Duration::from_secs(1));
    healthy(sandbox, 200)
}

/// The person who runs the program is warned if PostgreSQL is set so that a power cut may destroy it.
fn settings(sandbox: &mut Sandbox) -> Outcome {
    let quiet = "the log warns of settings that are right, or says nothing of those that are wrong";
    counted(sandbox)?;
    sandbox.log_has_no(&["WARN", "fsync"], quiet)?;
    set(sandbox, "fsync", "off")?;
    set(sandbox, "full_page_writes", "off")?;
    sandbox.restart()?;
    let meaning = "a power cut will destroy the tables, and the person who runs it isn't warned";
    sandbox.log_has(&["WARN", "fsync"], meaning)?;
    sandbox.log_has(&["WARN", "full_page_writes"], meaning)
}
