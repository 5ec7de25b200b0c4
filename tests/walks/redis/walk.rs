//! Sessions in a Redis that dies, hangs and is full, for more than one program.

use crate::survive::{is_out_of_order, note};
use crate::{Original, Section, Walk, promise, section};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use harness::{Failure, NotKept, Outcome, Sandbox, Visit, Visitor};
use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

const SCRIPTS: Section = section("08a_redis", "One script for each write");
const STORE: Section = section("08a_redis", "The store");
const CONNECTION: Section = section("08a_redis", "A connection that comes back");
const APP: Section = section("08a_redis", "The app");
const FORGETS: Section = section("08a_redis", "What Redis forgets");
const EXERCISES: Section = section("08a_redis", "Exercises");

const COOKIES: Original = Original::Differs("it has no store: the cookie holds the session");
const NO_PAGE: Original = Original::Differs("it has no such page");

const NO_FILE: &str = "the sessions are in Redis, and there is no file to lock or to change";

pub(super) static WALK: Walk = Walk {
    slug: "redis",
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
        promise("counts_survive_a_kill_of_both", FORGETS, COOKIES, kill_both),
        promise("address_that_is_missing_or_wrong_is_refused", APP, COOKIES, address),
        promise("two_programs_count_together", SCRIPTS, COOKIES, two_programs),
        promise("rotated_id_is_refused_by_both_programs", SCRIPTS, NO_PAGE, rotated),
        promise("no_usable_id_is_in_redis", STORE, COOKIES, no_id),
        promise("each_key_leaves_redis_by_itself", SCRIPTS, COOKIES, leaves),
        promise("unreadable_session_is_put_aside", STORE, COOKIES, unreadable),
        promise("redis_that_is_down_is_a_503", CONNECTION, COOKIES, down),
        promise("frozen_redis_is_a_503_in_time", CONNECTION, COOKIES, frozen),
        promise("moment_without_redis_is_waited_for", CONNECTION, COOKIES, moment),
        promise("program_starts_without_redis", APP, COOKIES, starts),
        promise("full_redis_loses_nothing", FORGETS, COOKIES, full),
    ],
    exercises: &[
        promise("health", EXERCISES, NO_PAGE, health),
        promise("settings", EXERCISES, COOKIES, settings),
    ],
};

const NEW_EACH_TIME: &str =
    "the session is new on every request: its cookie was not set, was refused or is not read";
const LOST: &str = "what was shown is not in Redis";

/// A visitor whose count is 1.
fn counted(sandbox: &mut Sandbox) -> Result<Visitor, NotKept> {
    let visitor = sandbox.visitor()?;
    sandbox.get(visitor, "/")?.shows_count(1, NEW_EACH_TIME)?;
    Ok(visitor)
}

/// The value of the visitor's session cookie.
fn id(sandbox: &Sandbox, visitor: Visitor) -> String {
    let header = sandbox.cookie_header(visitor).unwrap_or_default();
    header.split_once('=').map_or("", |(_, value)| value).to_owned()
}

fn kill_redis(sandbox: &mut Sandbox) -> Outcome {
    sandbox.redis()?.kill();
    note(sandbox, "Redis is killed");
    Ok(())
}

fn start_redis(sandbox: &mut Sandbox) -> Outcome {
    sandbox.redis()?.start_again()?;
    note(sandbox, "Redis is started again");
    Ok(())
}

/// What Redis replies to a command.
fn ask(sandbox: &mut Sandbox, words: &[&str]) -> Result<String, NotKept> {
    let reply = sandbox.redis()?.ask(words);
    reply.map_err(|error| NotKept::Skipped(format!("Redis does not reply ({error})")))
}

/// The only key in Redis.
fn key(sandbox: &mut Sandbox) -> Result<String, NotKept> {
    let reply = ask(sandbox, &["KEYS", "*"])?;
    let mut lines = reply.lines();
    match (lines.next(), lines.nth(1)) {
        (Some("*1"), Some(key)) => Ok(key.to_owned()),
        _ => {
            let meaning = "the session isn't in Redis, or not under one key";
            Err(Failure::outside("one key in Redis", reply.replace('\n', " "), meaning))
        }
    }
}

fn kill_both(sandbox: &mut Sandbox) -> Outcome {
    let visitor = counted(sandbox)?;
    for count in [2, 4, 6] {
        sandbox.get(visitor, "/")?.shows_count(count, LOST)?;
        kill_redis(sandbox)?;
        start_redis(sandbox)?;
        sandbox.kill_and_restart()?;
        sandbox.get(visitor, "/howdy")?.shows_count(count + 1, LOST)?;
    }
    Ok(())
}

fn address(sandbox: &mut Sandbox) -> Outcome {
    let meaning =
        "the program runs without a store, or ends without saying which variable is wrong";
    for (url, says) in [
        ("", "REDIS_URL is not set"),
        ("localhost", "REDIS_URL is no address of a Redis"),
        ("http://127.0.0.1:6379/", "REDIS_URL is no address of a Redis"),
    ] {
        sandbox.refuses_to_start_with(&[("REDIS_URL", url)], says, meaning)?;
    }
    let url = "redsi://user:pass-3141@127.0.0.1:6379/";
    sandbox.refuses_to_start_with(&[("REDIS_URL", url)], "REDIS_URL", meaning)?;
    sandbox.log_has_no(&["pass-3141"], "the log has the password of Redis")
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
            let meaning = "one program saved what it had read before the other one saved: compare the version in the script that saves";
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
    let meaning = "Redis doesn't know that the session was renamed, so a late request begins another one: leave a tombstone in the script that renames";
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
    let id = id(sandbox, visitor);
    let bits = URL_SAFE_NO_PAD.decode(&id).unwrap_or_default();
    let digits: String = bits.iter().map(|octet| format!("{octet:02x}")).collect();
    let octets = octets(sandbox.redis()?.folder());
    let has = |text: &[u8]| octets.windows(text.len()).any(|part| part == text);
    if !has(b"counter") {
        let came = "no session in its files".to_owned();
        return Err(Failure::outside("the session in Redis's files", came, LOST));
    }
    for secret in [id.as_bytes(), &bits, digits.as_bytes()] {
        if !secret.is_empty() && has(secret) {
            let meaning = "Redis has the id, so a copy of its files, or anyone who may look into it, opens all sessions: keep a hash of the id";
            return Err(Failure::outside("no id in Redis's files", "the id".to_owned(), meaning));
        }
    }
    note(sandbox, "no file of Redis has the id in it, neither as text nor as bits");
    Ok(())
}

/// The key's remaining time is more than the first and at most the second number of seconds.
fn leaves_within(sandbox: &mut Sandbox, key: &str, after: i64, within: i64) -> Outcome {
    let reply = ask(sandbox, &["TTL", key])?;
    let left: i64 = reply.trim_start_matches(':').parse().unwrap_or(-3);
    if after < left && left <= within {
        return Ok(());
    }
    let expected = format!("a key that Redis deletes in {after} to {within} seconds");
    let came = if left < 0 { "one that it never deletes".to_owned() } else { format!("in {left}") };
    let meaning = "Redis keeps the sessions for ever, or deletes them too early: tell it with PEXPIREAT in each script that writes";
    Err(Failure::outside(&expected, came, meaning))
}

fn leaves(sandbox: &mut Sandbox) -> Outcome {
    const DAY: i64 = 24 * 60 * 60;
    sandbox.restart_with(&[("IDLE_SECONDS", "100"), ("TOUCH_SECONDS", "1")])?;
    let visitor = counted(sandbox)?;
    let old = key(sandbox)?;
    leaves_within(sandbox, &old, DAY + 90, DAY + 100)?;
    sandbox.wait(Duration::from_secs(2));
    sandbox.get(visitor, "/")?.shows_count(2, NEW_EACH_TIME)?;
    leaves_within(sandbox, &old, DAY + 90, DAY + 100)?;
    let answer = sandbox.visit(visitor, Visit::post_form("/rotate", &[]))?;
    answer.has_status(303, "POST /rotate gives the session a new id and redirects to /")?;
    leaves_within(sandbox, &old, 30, 60)?;
    note(sandbox, "Redis deletes the session a day after its end, and the tombstone in a minute");
    Ok(())
}

fn unreadable(sandbox: &mut Sandbox) -> Outcome {
    let visitor = counted(sandbox)?;
    let key = key(sandbox)?;
    for (field, value) in [("data", "{\"counter\":"), ("expires", "soon")] {
        let key = if field == "data" { key.clone() } else { self::newest(sandbox, &key)? };
        ask(sandbox, &["HSET", &key, field, value])?;
        // As with each write: a program may still know what it has written.
        ask(sandbox, &["HINCRBY", &key, "version", "1"])?;
        note(sandbox, &format!("the session's field `{field}` is damaged"));
        let meaning = "a session that can't be read locks its visitor out: begin a new one";
        sandbox.get(visitor, "/")?.shows_count(1, meaning)?;
        sandbox.get(visitor, "/")?.shows_count(2, "the new session is not kept")?;
        let kept = ask(sandbox, &["HEXISTS", &key, "unreadable"])?;
        if kept != ":1" {
            let meaning = "nobody will ever see what was in the session: put it aside";
            let came = "nothing".to_owned();
            return Err(Failure::outside("the old data under `unreadable`", came, meaning));
        }
    }
    sandbox.log_has(&["WARN", "put aside"], "the log doesn't say that a session was put aside")
}

/// The key that isn't this one.
fn newest(sandbox: &mut Sandbox, other: &str) -> Result<String, NotKept> {
    let reply = ask(sandbox, &["KEYS", "*"])?;
    let mut keys = reply.lines().filter(|line| !line.starts_with(['*', '$']) && *line != other);
    keys.next()
        .map(str::to_owned)
        .ok_or_else(|| Failure::outside("a second key in Redis", reply.replace('\n', " "), LOST))
}

/// Both a returning and a new visitor get a page of status 503, soon enough, and a page without a
/// session is there.
fn fail_in_time(sandbox: &mut Sandbox, visitor: Visitor) -> Result<Visitor, NotKept> {
    let stranger = sandbox.visitor()?;
    for visitor in [visitor, stranger] {
        let began = Instant::now();
        let answer = sandbox.get(visitor, "/")?;
        is_out_of_order(&answer)?;
        if began.elapsed() > Duration::from_secs(7) {
            let meaning = "the request waits for the client, which tries again and again: the engine's deadline has to end that";
            let came = "one that took longer".to_owned();
            return Err(answer.broken("an answer within 7 seconds", came, meaning));
        }
    }
    let meaning = "a page without a session needs no Redis";
    sandbox.get(stranger, "/nowhere")?.has_status(404, meaning)?;
    Ok(stranger)
}

const BACK: &str = "Redis is back, but the program doesn't use it";

fn down(sandbox: &mut Sandbox) -> Outcome {
    let visitor = counted(sandbox)?;
    kill_redis(sandbox)?;
    let stranger = fail_in_time(sandbox, visitor)?;
    is_out_of_order(&sandbox.visit(visitor, Visit::post_form("/logout", &[]))?)?;
    start_redis(sandbox)?;
    sandbox.get(visitor, "/")?.shows_count(2, BACK)?;
    sandbox.get(stranger, "/")?.shows_count(1, BACK)
}

/// The visit begins without Redis, which is there half a second later.
#[cfg(unix)]
fn moment(sandbox: &mut Sandbox) -> Outcome {
    let meaning = "Redis was away for a moment, and the visitor got an error for it: let the client wait as long as the engine does";
    let visitor = counted(sandbox)?;
    sandbox.redis()?.freeze();
    note(sandbox, "Redis hangs for a second");
    let pending = sandbox.begin_visit(visitor, Visit::get("/"))?;
    thread::sleep(Duration::from_secs(1));
    sandbox.redis()?.go_on();
    let answer = sandbox.end_visit(pending)?;
    answer.has_status(200, meaning)?;
    answer.shows_count(2, NEW_EACH_TIME)?;
    kill_redis(sandbox)?;
    sandbox.wait(Duration::from_secs(1));
    let pending = sandbox.begin_visit(visitor, Visit::get("/"))?;
    thread::sleep(Duration::from_millis(500));
    start_redis(sandbox)?;
    let answer = sandbox.end_visit(pending)?;
    answer.has_status(200, meaning)?;
    answer.shows_count(3, LOST)
}

#[cfg(windows)]
fn moment(_: &mut Sandbox) -> Outcome {
    Err(NotKept::Skipped("a program can't be stopped for a while here".to_owned()))
}

#[cfg(unix)]
fn frozen(sandbox: &mut Sandbox) -> Outcome {
    let visitor = counted(sandbox)?;
    sandbox.redis()?.freeze();
    note(sandbox, "Redis hangs: it keeps its connections, and answers nothing");
    let stranger = fail_in_time(sandbox, visitor)?;
    sandbox.redis()?.go_on();
    note(sandbox, "Redis goes on");
    sandbox.get(visitor, "/")?.shows_count(2, BACK)?;
    sandbox.get(stranger, "/")?.shows_count(1, BACK)
}

#[cfg(windows)]
fn frozen(_: &mut Sandbox) -> Outcome {
    Err(NotKept::Skipped("a program can't be stopped for a while here".to_owned()))
}

fn starts(sandbox: &mut Sandbox) -> Outcome {
    let visitor = counted(sandbox)?;
    kill_redis(sandbox)?;
    sandbox.restart().map_err(|_| {
        let meaning =
            "the program waits for Redis before it serves: connect when the first request needs it";
        let came = "one that waits, or ends".to_owned();
        Failure::outside("a program that starts without Redis", came, meaning)
    })?;
    let stranger = fail_in_time(sandbox, visitor)?;
    start_redis(sandbox)?;
    sandbox.get(visitor, "/")?.shows_count(2, BACK)?;
    sandbox.get(stranger, "/")?.shows_count(1, BACK)
}

fn full(sandbox: &mut Sandbox) -> Outcome {
    let visitor = counted(sandbox)?;
    let other = counted(sandbox)?;
    ask(sandbox, &["CONFIG", "SET", "maxmemory", "1"])?;
    note(sandbox, "Redis is full");
    let stranger = fail_in_time(sandbox, visitor)?;
    let answer = sandbox.visit(other, Visit::post_form("/logout", &[]))?;
    answer.has_status(303, "a logout needs no memory, and a full Redis can do it")?;
    ask(sandbox, &["CONFIG", "SET", "maxmemory", "0"])?;
    note(sandbox, "Redis has room again");
    sandbox.get(visitor, "/")?.shows_count(2, LOST)?;
    sandbox.get(other, "/")?.shows_count(1, "the session did not end")?;
    sandbox.get(stranger, "/")?.shows_count(1, BACK)
}

/// The person who runs the program is warned if Redis is set so that it forgets.
fn settings(sandbox: &mut Sandbox) -> Outcome {
    let quiet = "the log warns of settings that are right, or says nothing of those that are wrong";
    counted(sandbox)?;
    sandbox.log_has_no(&["WARN", "appendfsync"], quiet)?;
    for (name, value) in [("appendfsync", "everysec"), ("maxmemory-policy", "allkeys-lru")] {
        ask(sandbox, &["CONFIG", "SET", name, value])?;
        note(sandbox, &format!("somebody sets {name} to {value}"));
    }
    sandbox.restart()?;
    let meaning = "Redis will forget what was shown, and the person who runs it isn't warned";
    sandbox.log_has(&["WARN", "appendfsync", "everysec"], meaning)?;
    sandbox.log_has(&["WARN", "maxmemory-policy", "allkeys-lru"], meaning)
}

/// A load balancer learns whether this program can reach its sessions.
fn health(sandbox: &mut Sandbox) -> Outcome {
    let stranger = sandbox.visitor()?;
    let meaning = "GET /health answers 200 while Redis can be written, and 503 otherwise";
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
    kill_redis(sandbox)?;
    healthy(sandbox, 503)?;
    start_redis(sandbox)?;
    sandbox.wait(Duration::from_secs(1));
    healthy(sandbox, 200)?;
    ask(sandbox, &["CONFIG", "SET", "maxmemory", "1"])?;
    note(sandbox, "Redis is full");
    healthy(sandbox, 503)
}
