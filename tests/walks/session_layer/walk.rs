//! The session behind a layer: one place reads it, sets its cookie and says what caches may keep.

use crate::{Original, Section, Walk, promise, section};
use harness::{Answer, Event, NotKept, Outcome, Sandbox, Visit, Visitor};

const LAYER: Section = section("05b_session_layer", "The layer");
const CHANGE: Section = section("05b_session_layer", "A change");
const APP: Section = section("05b_session_layer", "The app");
const EXERCISES: Section = section("05b_session_layer", "Exercises");

const HEAD_COUNTS: Original = Original::Differs("its HEAD counts");
const NO_HEADERS: Original = Original::Differs("it sends neither Vary nor Cache-Control");
const LAST_WINS: Original = Original::Differs("of two session cookies it takes the last");
const NO_PAGE: Original = Original::Differs("it has no such page");

pub(super) static WALK: Walk = Walk {
    slug: "session_layer",
    before: Some("signed_cookie"),
    also_keeps: &[],
    replaces: &[],
    form_pages: &[],
    promises: &[
        promise("change_is_in_the_next_request", CHANGE, Original::Keeps, next_request),
        promise("head_changes_nothing", LAYER, HEAD_COUNTS, head),
        promise("caches_keep_no_session", LAYER, NO_HEADERS, caches),
        promise("page_without_a_session_sets_none", LAYER, Original::Keeps, without_a_session),
        promise("two_session_cookies_are_ignored", APP, LAST_WINS, duplicates),
    ],
    exercises: &[
        promise("history", EXERCISES, NO_PAGE, history),
        promise("unchanged", EXERCISES, NO_PAGE, unchanged),
    ],
};

const NOT_SAVED: &str =
    "the change was not saved: the layer sets no cookie, or the cookie of the data as they were";
const NEW_EACH_TIME: &str =
    "the session is new on every request: its cookie was not set, was refused or is not read";

fn next_request(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    sandbox.get(visitor, "/")?.shows_count(1, NEW_EACH_TIME)?;
    sandbox.get(visitor, "/howdy")?.shows_count(2, NOT_SAVED)?;
    sandbox.kill_and_restart()?;
    sandbox.get(visitor, "/")?.shows_count(3, NOT_SAVED)
}

fn head(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    sandbox.get(visitor, "/")?.shows_count(1, NEW_EACH_TIME)?;
    let meaning = "HEAD runs the view of GET: let the layer drop what that did to the session";
    for path in ["/", "/howdy"] {
        let answer = sandbox.visit(visitor, Visit::head(path))?;
        answer.has_status(200, "HEAD is not answered")?;
        answer.sets_no_cookie(meaning)?;
    }
    sandbox.get(visitor, "/")?.shows_count(2, meaning)
}

fn caches(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let meaning = "a cache may show one visitor's page to another";
    for visit in [Visit::get("/"), Visit::get("/howdy"), Visit::head("/")] {
        let answer = sandbox.visit(visitor, visit)?;
        answer.has_header("vary: Cookie", meaning)?;
        answer.has_header("cache-control: no-store", meaning)?;
    }
    Ok(())
}

fn without_a_session(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let meaning = "the layer sets a cookie although no view has changed the session";
    let answer = sandbox.get(visitor, "/nowhere")?;
    answer.has_status(404, "a fallback route or a wildcard answers every path")?;
    answer.sets_no_cookie(meaning)?;
    sandbox.get(visitor, "/")?.shows_count(1, NEW_EACH_TIME)?;
    let answer = sandbox.get(visitor, "/nowhere")?;
    answer.sets_no_cookie(meaning)?;
    let Some(Event::Exchange(exchange)) = sandbox.recording.events.last() else { return Ok(()) };
    if exchange.answer.lines().any(|line| line.starts_with("vary: ")) {
        let meaning = "the layer marks pages that never asked for the session";
        return Err(answer.broken("no Vary header", "one".to_owned(), meaning));
    }
    Ok(())
}

/// The `NAME=VALUE` of a new visitor's cookie after one visit.
fn cookie_of(sandbox: &mut Sandbox, visitor: Visitor) -> Result<String, NotKept> {
    let answer = sandbox.get(visitor, "/")?;
    answer.shows_count(1, NEW_EACH_TIME)?;
    Ok(answer.cookie_pair(NEW_EACH_TIME)?.to_owned())
}

fn duplicates(sandbox: &mut Sandbox) -> Outcome {
    let first = sandbox.visitor()?;
    let second = sandbox.visitor()?;
    let one = cookie_of(sandbox, first)?;
    cookie_of(sandbox, second)?;
    let answer = sandbox.get(second, "/")?;
    let cookies = format!("{one}; {}", answer.cookie_pair(NEW_EACH_TIME)?);
    let meaning = "the program picked one of two session cookies, but their order means nothing: `isolate_cookies` has to be outside of the session layer";
    let label = "[the cookie of visitor 1]; [the cookie of visitor 2]";
    let stranger = sandbox.visitor()?;
    let answer = sandbox.visit(stranger, Visit::get("/").with_cookie(&cookies, label))?;
    answer.shows_count(1, meaning)
}

fn is_history(answer: &Answer, names: &[&str], meaning: &str) -> Outcome {
    answer.has_status(200, "GET /history is not answered")?;
    let came: Vec<&str> = answer.body.lines().collect();
    if came == names {
        return Ok(());
    }
    Err(answer.broken(&names.join("\n"), answer.body.clone(), meaning))
}

fn history(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let meaning = "each visit adds the page's name to the list in the session";
    for path in ["/", "/howdy", "/"] {
        sandbox.get(visitor, path)?;
    }
    let answer = sandbox.get(visitor, "/history")?;
    is_history(&answer, &["Home View", "Hello View", "Home View"], meaning)?;
    for _ in 0..9 {
        sandbox.get(visitor, "/howdy")?;
    }
    sandbox.kill_and_restart()?;
    let answer = sandbox.get(visitor, "/history")?;
    let names = [&["Home View"][..], &["Hello View"; 9]].concat();
    is_history(&answer, &names, "the list holds the last ten names")?;
    sandbox.get(visitor, "/")?.shows_count(13, "the page with the list counts as a visit")
}

fn unchanged(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let meaning = "the name is new, so the session has changed";
    let answer = sandbox.get(visitor, "/name/Ada")?;
    answer.shows("Hello Ada", "GET /name/Ada answers with `Hello Ada`")?;
    answer.only_cookie(meaning)?;
    let answer = sandbox.get(visitor, "/name/Ada")?;
    answer.shows("Hello Ada", "GET /name/Ada answers with `Hello Ada`")?;
    answer
        .sets_no_cookie("the session is as it was, so the browser has the right cookie already")?;
    sandbox.get(visitor, "/name/Bob")?.only_cookie(meaning)?;
    sandbox.get(visitor, "/")?.shows_count(1, NEW_EACH_TIME)?;
    sandbox.get(visitor, "/name/Bob")?.sets_no_cookie("a count next to the name is no change")?;
    sandbox.get(visitor, "/")?.shows_count(2, "the name took the place of the count")
}
