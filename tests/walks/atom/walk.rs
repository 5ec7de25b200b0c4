//! Requests of one session that meet: each change is kept, and nobody waits for a slow page.

use crate::{Original, Section, Walk, promise, section};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use harness::{Answer, Event, Failure, NotKept, Outcome, Sandbox, Visit, Visitor};
use std::time::Duration;

const ENGINE: Section = section("06b_atom", "Load, change, save");
const QUEUE: Section = section("06b_atom", "A queue for each session");
const SESSION: Section = section("06b_atom", "The session");
const APP: Section = section("06b_atom", "The layer and the views");
const EXERCISES: Section = section("06b_atom", "Exercises");

const NO_PAGE: Original = Original::Differs("it has no such page");
const HEAD_COUNTS: Original = Original::Differs("its HEAD counts");

pub(super) static WALK: Walk = Walk {
    slug: "atom",
    before: Some("server_side"),
    also_keeps: &[],
    replaces: &[],
    form_pages: &[],
    promises: &[
        promise("change_of_another_request_is_kept", ENGINE, NO_PAGE, other_request),
        promise("req_65_parallel_requests_lose_nothing", ENGINE, NO_PAGE, parallel),
        promise("slow_request_keeps_nobody_waiting", QUEUE, NO_PAGE, nobody_waits),
        promise("session_begins_once_under_a_new_id", SESSION, Original::Keeps, begins),
        promise("change_of_a_head_request_is_dropped", APP, HEAD_COUNTS, head),
    ],
    exercises: &[
        promise("notes", EXERCISES, NO_PAGE, notes),
        promise("voucher", EXERCISES, NO_PAGE, voucher),
    ],
};

const NEW_EACH_TIME: &str = "the session is new on every request: its cookie was not set, was refused or is not read; or the session was not saved";
const LOST: &str = "a request saved what it had read before the other one saved: load, change and save in one act, and only if nobody has saved since";

/// A visitor asks for the slow page and doesn't wait for it. The program answers it all the same.
fn leave(sandbox: &mut Sandbox, visitor: Visitor, path: &str) -> Outcome {
    sandbox.send_and_leave(visitor, Visit::get(path), Duration::from_millis(500))?;
    let note = format!("visitor 1 asks for {path} and does not wait for the answer");
    sandbox.recording.events.push(Event::Note(note));
    Ok(())
}

fn other_request(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    sandbox.get(visitor, "/")?.shows_count(1, NEW_EACH_TIME)?;
    sandbox
        .get(visitor, "/slow?wait=0")?
        .shows_count(2, "the slow page counts as the others do")?;
    leave(sandbox, visitor, "/slow?wait=1500")?;
    sandbox.get(visitor, "/howdy")?.has_status(200, NEW_EACH_TIME)?;
    sandbox.wait(Duration::from_secs(2));
    sandbox.get(visitor, "/")?.shows_count(5, LOST)
}

/// Some visits at once, noted.
fn at_once(sandbox: &mut Sandbox, visitor: Visitor, path: &str, visits: usize) -> Outcome {
    sandbox.visit_at_once(&vec![visitor; visits], path)?;
    let note = format!("visitor 1 loads {path} {visits} times at once");
    sandbox.recording.events.push(Event::Note(note));
    Ok(())
}

fn parallel(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    sandbox.get(visitor, "/")?.shows_count(1, NEW_EACH_TIME)?;
    at_once(sandbox, visitor, "/slow?wait=200", 50)?;
    sandbox.get(visitor, "/")?.shows_count(52, LOST)?;
    at_once(sandbox, visitor, "/howdy", 50)?;
    sandbox.get(visitor, "/")?.shows_count(103, LOST)
}

fn nobody_waits(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    sandbox.get(visitor, "/")?.shows_count(1, NEW_EACH_TIME)?;
    sandbox
        .get(visitor, "/slow?wait=0")?
        .shows_count(2, "the slow page counts as the others do")?;
    leave(sandbox, visitor, "/slow?wait=4000")?;
    let waits = sandbox.visit_at_once(&[visitor], "/")?;
    if waits.iter().any(|wait| *wait > Duration::from_secs(2)) {
        let meaning = "a slow page keeps the session to itself until it has answered: whatever takes long belongs before the update, not into it";
        let expected = "the page at once, while another request of the visitor is slow";
        return Err(Failure::outside(expected, "the page, seconds later".to_owned(), meaning));
    }
    sandbox.get(visitor, "/")?.shows_count(4, NEW_EACH_TIME)
}

fn begins(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let answer = sandbox.get(visitor, "/")?;
    let pair = answer.cookie_pair(NEW_EACH_TIME)?;
    let name = pair.split('=').next().unwrap_or_default();
    let planted = format!("{name}={}", URL_SAFE_NO_PAD.encode(*b"an attacker's id"));
    let label = format!("{name}=[an id that an attacker made up]");
    let stranger = sandbox.visitor()?;
    let answer = sandbox.visit(stranger, Visit::get("/").with_cookie(&planted, &label))?;
    let meaning = "an id that the store doesn't know was adopted, or is an error: it has to begin a session under an id of your own";
    answer.shows_count(1, meaning)?;
    if answer.cookie_pair(meaning)? == planted {
        return Err(answer.broken("another id", "the attacker's".to_owned(), meaning));
    }
    sandbox.get(stranger, "/howdy")?.shows_count(2, NEW_EACH_TIME)
}

fn head(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let meaning = "HEAD runs the view of GET, whose update saves at once: open the session of a HEAD request so that it saves nothing";
    sandbox.visit(visitor, Visit::head("/"))?.sets_no_cookie(meaning)?;
    sandbox.get(visitor, "/")?.shows_count(1, NEW_EACH_TIME)?;
    for path in ["/", "/howdy", "/slow?wait=0"] {
        let answer = sandbox.visit(visitor, Visit::head(path))?;
        answer.has_status(200, "HEAD is not answered")?;
        answer.sets_no_cookie(meaning)?;
    }
    sandbox.get(visitor, "/")?.shows_count(2, meaning)
}

fn has_lines(answer: &Answer, lines: &[&str], meaning: &str) -> Outcome {
    answer.has_status(200, "the page is not answered")?;
    if answer.body.lines().collect::<Vec<_>>() == lines {
        return Ok(());
    }
    Err(answer.broken(&lines.join("\n"), answer.body.clone(), meaning))
}

fn notes(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let meaning = "each visit adds the text to the list under `notes`, also when many come at once";
    sandbox.get(visitor, "/note/milk")?.shows("Noted.", "the answer is `Noted.`")?;
    at_once(sandbox, visitor, "/note/tea", 20)?;
    let answer = sandbox.get(visitor, "/notes")?;
    has_lines(&answer, &[&["milk"][..], &["tea"; 20]].concat(), meaning)?;
    let other = sandbox.visitor()?;
    let answer = sandbox.get(other, "/notes")?;
    has_lines(&answer, &[], "the list belongs to the session")?;
    answer.sets_no_cookie("the page only looks, so it begins no session")
}

fn voucher(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let meaning = "what decides and what changes belong into one update: while the page waits, other requests redeem the voucher, too";
    sandbox.get(visitor, "/")?.shows_count(1, NEW_EACH_TIME)?;
    at_once(sandbox, visitor, "/voucher?wait=500", 20)?;
    sandbox.get(visitor, "/")?.shows_count(12, meaning)?;
    let answer = sandbox.get(visitor, "/voucher?wait=0")?;
    answer.shows("Redeemed before.", "the session has redeemed its voucher already")?;
    let other = redeemed(sandbox)?;
    sandbox.get(other, "/")?.shows_count(11, "the voucher adds 10 to the count")
}

/// A new visitor who begins with the voucher.
fn redeemed(sandbox: &mut Sandbox) -> Result<Visitor, NotKept> {
    let visitor = sandbox.visitor()?;
    let answer = sandbox.get(visitor, "/voucher?wait=0")?;
    answer.shows("Redeemed.", "each session has a voucher, a new one too")?;
    Ok(visitor)
}
