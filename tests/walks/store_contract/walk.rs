//! The memory store behind the contract. What it does for the pages is as before, and the conformance
//! suite of the step tries what no page shows.

use crate::{Original, Section, Walk, promise, section};
use harness::{Failure, NotKept, Outcome, Sandbox, Visit, Visitor};
use std::time::Duration;

const MEMORY: Section = section("06e_store_contract", "The memory store");
const APP: Section = section("06e_store_contract", "The app says which");
const EXERCISES: Section = section("06e_store_contract", "Exercises");

const NO_STORE: Original = Original::Differs("it has no store, because its session is the cookie");
const NO_PAGE: Original = Original::Differs("it has no such page");

pub(super) static WALK: Walk = Walk {
    slug: "store_contract",
    before: Some("limits"),
    also_keeps: &[],
    replaces: &[],
    form_pages: &[],
    promises: &[
        promise("old_key_is_renamed_for_a_while", MEMORY, NO_PAGE, renamed),
        promise("expired_session_is_not_loaded", MEMORY, NO_STORE, not_loaded),
        promise("log_says_that_sessions_are_in_memory", APP, NO_STORE, log),
    ],
    exercises: &[
        promise("calls", EXERCISES, NO_PAGE, calls),
        promise("far", EXERCISES, NO_STORE, far),
    ],
};

const NEW_EACH_TIME: &str =
    "the session is new on every request: its cookie was not set, was refused or is not read";

/// A visitor who was counted twice, and the cookie.
fn counted(sandbox: &mut Sandbox) -> Result<(Visitor, String), NotKept> {
    let visitor = sandbox.visitor()?;
    let answer = sandbox.get(visitor, "/")?;
    answer.shows_count(1, NEW_EACH_TIME)?;
    let cookie = answer.cookie_pair(NEW_EACH_TIME)?.to_owned();
    sandbox.get(visitor, "/")?.shows_count(2, NEW_EACH_TIME)?;
    Ok((visitor, cookie))
}

fn renamed(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, old) = counted(sandbox)?;
    let answer = sandbox.visit(visitor, Visit::post_form("/rotate", &[]))?;
    answer.has_status(303, "POST /rotate gives the session a new id and redirects to /")?;
    let meaning = "the store says Nothing about a key that was replaced a moment ago, so a late request begins a session: say Renamed until the time that rename was given";
    let late = Visit::get("/").with_cookie(&old, "[the first cookie of visitor 1]");
    let answer = sandbox.visit(visitor, late)?;
    answer.has_status(409, meaning)?;
    answer.sets_no_cookie(meaning)?;
    sandbox.get(visitor, "/")?.shows_count(3, "the session was lost with its old id")
}

fn not_loaded(sandbox: &mut Sandbox) -> Outcome {
    // So long that a busy machine makes both visits before the cookie is renewed.
    sandbox.restart_with(&[("IDLE_SECONDS", "3"), ("TOUCH_SECONDS", "2")])?;
    let (visitor, cookie) = counted(sandbox)?;
    sandbox.wait(Duration::from_secs(4));
    let by_hand = Visit::get("/").with_cookie(&cookie, "[the cookie of visitor 1]");
    let meaning = "load returns a session whose time is over: compare its end with the time";
    sandbox.visit(visitor, by_hand)?.shows_count(1, meaning)
}

fn log(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, _) = counted(sandbox)?;
    let meaning = "the person who runs the program isn't warned that a restart ends all sessions: say so in the log when it starts";
    sandbox.log_has(&["WARN", "sessions are in memory"], meaning)?;
    sandbox.restart()?;
    sandbox.get(visitor, "/")?.shows_count(1, "the warning is wrong: the sessions are kept")
}

/// The calls to the store that `/calls` shows, such as `create 1, load 2, save 1, touch 0`.
fn expect_calls(sandbox: &mut Sandbox, visitor: Visitor, expected: &str) -> Outcome {
    let answer = sandbox.get(visitor, "/calls")?;
    answer.has_status(200, "GET /calls is not answered")?;
    answer.sets_no_cookie("the page needs no session, so it begins none")?;
    if answer.body.trim() == expected {
        return Ok(());
    }
    let meaning = "the numbers are those of the engine's calls since the start";
    Err(answer.broken(expected, answer.body.clone(), meaning))
}

/// A store around the store counts what the engine asks it for.
fn calls(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    expect_calls(sandbox, visitor, "create 0, load 0, save 0, touch 0")?;
    sandbox.get(visitor, "/")?.shows_count(1, NEW_EACH_TIME)?;
    expect_calls(sandbox, visitor, "create 1, load 1, save 0, touch 0")?;
    for count in 2..5 {
        sandbox.get(visitor, "/")?.shows_count(count, NEW_EACH_TIME)?;
    }
    expect_calls(sandbox, visitor, "create 1, load 4, save 3, touch 0")?;
    sandbox.get(visitor, "/slow?wait=0")?.shows_count(5, NEW_EACH_TIME)?;
    expect_calls(sandbox, visitor, "create 1, load 6, save 4, touch 0")?;
    sandbox.restart_with(&[("TOUCH_SECONDS", "1")])?;
    sandbox.get(visitor, "/")?.shows_count(1, NEW_EACH_TIME)?;
    sandbox.wait(Duration::from_secs(2));
    sandbox.visit(visitor, Visit::post_form("/rotate", &[]))?.has_status(303, NEW_EACH_TIME)?;
    expect_calls(sandbox, visitor, "create 1, load 5, save 0, touch 1")
}

/// A store around the store takes its time, as one on another machine does.
fn far(sandbox: &mut Sandbox) -> Outcome {
    sandbox.restart_with(&[("FAR_MILLISECONDS", "200")])?;
    let (visitor, _) = counted(sandbox)?;
    let mut others = Vec::new();
    for _ in 0..10 {
        others.push(counted(sandbox)?.0);
    }
    let waits = sandbox.visit_at_once(&[visitor; 10], "/")?;
    sandbox.get(visitor, "/")?.shows_count(13, "an update was lost")?;
    let longest = waits.into_iter().max().unwrap_or_default();
    let queue = "ten loads and saves, one after the other, in 4 seconds or more";
    let meaning = "each call to the store has to take 200 milliseconds longer";
    if longest < Duration::from_secs(4) {
        return Err(Failure::outside(queue, format!("{longest:.1?}"), meaning));
    }
    let waits = sandbox.visit_at_once(&others, "/")?;
    let longest = waits.into_iter().max().unwrap_or_default();
    let meaning = "one visitor waits for another: wait before the store's lock is taken, and without a lock of the wrapper";
    if longest > Duration::from_secs(2) {
        let expected = "a load and a save of ten visitors at once, in less than 2 seconds";
        return Err(Failure::outside(expected, format!("{longest:.1?}"), meaning));
    }
    Ok(())
}
