//! Sessions that end for good or get a new id, and late requests that can't undo either.

use crate::{Original, Section, Walk, promise, section};
use harness::{Answer, NotKept, Outcome, Pending, Sandbox, Visit, Visitor};
use std::thread;
use std::time::Duration;

const UPDATE: Section = section("06c_gone", "An update that comes too late");
const DESTROY: Section = section("06c_gone", "Destroy");
const ROTATE: Section = section("06c_gone", "Rotate");
const ROUTES: Section = section("06c_gone", "The routes");
const EXERCISES: Section = section("06c_gone", "Exercises");

const NO_PAGE: Original = Original::Differs("it has no such page");

pub(super) static WALK: Walk = Walk {
    slug: "gone",
    before: Some("atom"),
    also_keeps: &[],
    replaces: &[],
    form_pages: &[],
    promises: &[
        promise("req_28_logout_removes_the_cookie", DESTROY, NO_PAGE, removes),
        promise("req_26_ended_session_opens_nothing", DESTROY, NO_PAGE, opens_nothing),
        promise("req_27_request_in_flight_cannot_undo_logout", UPDATE, NO_PAGE, in_flight),
        promise("logout_twice_is_no_error", DESTROY, NO_PAGE, twice),
        promise("rotation_changes_the_id_alone", ROTATE, NO_PAGE, rotation),
        promise("rotated_id_opens_nothing", ROTATE, NO_PAGE, rotated),
        promise("late_request_cannot_displace_a_rotated_session", ROTATE, NO_PAGE, displace),
        promise("late_logout_cannot_remove_a_rotated_session", ROTATE, NO_PAGE, late_logout),
        promise("rotation_without_a_session_begins_none", ROTATE, NO_PAGE, nothing_to_rotate),
        promise("req_37_only_a_post_ends_or_rotates", ROUTES, NO_PAGE, only_post),
    ],
    exercises: &[
        promise("greet", EXERCISES, NO_PAGE, greet),
        promise("goodbye", EXERCISES, NO_PAGE, goodbye),
    ],
};

const NEW_EACH_TIME: &str =
    "the session is new on every request: its cookie was not set, was refused or is not read";
const ALIVE: &str = "the session is still in the store, so a copy of the cookie opens it";
const REVIVED: &str = "the request saved a session that has ended, or began a new one in its place: say Gone when the session was there before";
const DISPLACED: &str = "the visitor's session was displaced by the answer to a late request";

/// A visitor who was counted twice, and the cookie.
fn counted(sandbox: &mut Sandbox) -> Result<(Visitor, String), NotKept> {
    let visitor = sandbox.visitor()?;
    let answer = sandbox.get(visitor, "/")?;
    answer.shows_count(1, NEW_EACH_TIME)?;
    let cookie = answer.cookie_pair(NEW_EACH_TIME)?.to_owned();
    sandbox.get(visitor, "/")?.shows_count(2, NEW_EACH_TIME)?;
    Ok((visitor, cookie))
}

/// A visitor's browser sends a form without fields.
fn post(sandbox: &mut Sandbox, visitor: Visitor, path: &str) -> Result<Answer, NotKept> {
    sandbox.visit(visitor, Visit::post_form(path, &[]))
}

fn log_out(sandbox: &mut Sandbox, visitor: Visitor) -> Result<Answer, NotKept> {
    let answer = post(sandbox, visitor, "/logout")?;
    answer.has_status(303, "POST /logout ends the session and redirects to /")?;
    Ok(answer)
}

fn rotate(sandbox: &mut Sandbox, visitor: Visitor) -> Result<Answer, NotKept> {
    let answer = post(sandbox, visitor, "/rotate")?;
    answer.has_status(303, "POST /rotate gives the session a new id and redirects to /")?;
    Ok(answer)
}

/// The slow page has read the session, and counts it in two seconds.
fn begin_slow_visit(sandbox: &mut Sandbox, visitor: Visitor) -> Result<Pending, NotKept> {
    let pending = sandbox.begin_visit(visitor, Visit::get("/slow?wait=2000"))?;
    thread::sleep(Duration::from_millis(700));
    Ok(pending)
}

/// A late request changes nothing: not the session, and not the browser.
fn is_late(answer: &Answer, meaning: &str) -> Outcome {
    answer.has_status(409, meaning)?;
    answer.sets_no_cookie("the answer to a late request displaces a newer cookie")?;
    answer.shows("load the page again", "the answer doesn't say what to do about it")
}

/// A copy of a cookie opens nothing: its visitor begins a session under another id.
fn is_anonymous(sandbox: &mut Sandbox, cookie: &str, label: &str) -> Outcome {
    let stranger = sandbox.visitor()?;
    let answer = sandbox.visit(stranger, Visit::get("/").with_cookie(cookie, label))?;
    answer.shows_count(1, ALIVE)?;
    let meaning = "the session is empty, but it lives on under the id that somebody has copied";
    if answer.cookie_pair(meaning)? == cookie {
        return Err(answer.broken("a cookie with another id", "the same id".to_owned(), meaning));
    }
    Ok(())
}

fn removes(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, _) = counted(sandbox)?;
    let answer = log_out(sandbox, visitor)?;
    let meaning = "the browser keeps the cookie: remove it with the attributes that set it";
    answer.removes_cookie(meaning)?;
    answer.cookie_has(&["Path=/", "Secure", "HttpOnly", "SameSite=Lax"], meaning)?;
    if sandbox.has_cookies(visitor) {
        let came = "an answer after which the browser still has it".to_owned();
        return Err(answer.broken("an answer that removes the cookie", came, meaning));
    }
    sandbox.follow(visitor, &answer)?.shows_count(1, ALIVE)
}

fn opens_nothing(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, cookie) = counted(sandbox)?;
    log_out(sandbox, visitor)?;
    is_anonymous(sandbox, &cookie, "[a copy of the cookie of visitor 1]")
}

fn in_flight(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, cookie) = counted(sandbox)?;
    let slow = begin_slow_visit(sandbox, visitor)?;
    let answer = log_out(sandbox, visitor)?;
    sandbox.follow(visitor, &answer)?.shows_count(1, ALIVE)?;
    let answer = sandbox.end_visit(slow)?;
    is_late(&answer, REVIVED)?;
    sandbox.get(visitor, "/")?.shows_count(2, DISPLACED)?;
    is_anonymous(sandbox, &cookie, "[the first cookie of visitor 1]")
}

fn twice(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, cookie) = counted(sandbox)?;
    log_out(sandbox, visitor)?;
    log_out(sandbox, visitor)?;
    let label = "[the cookie of visitor 1]";
    let again = Visit::post_form("/logout", &[]).with_cookie(&cookie, label);
    let answer = sandbox.visit(visitor, again)?;
    answer.has_status(303, "a visitor whose session has ended already gets an error")
}

fn rotation(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, old) = counted(sandbox)?;
    let answer = rotate(sandbox, visitor)?;
    let meaning = "the browser never learns the new id, so its visitor loses the session";
    if answer.cookie_pair(meaning)? == old {
        let came = "the same id".to_owned();
        return Err(answer.broken("a cookie with another id", came, "the id is not changed"));
    }
    sandbox.follow(visitor, &answer)?.shows_count(3, "the session was lost with its old id")?;
    sandbox.get(visitor, "/howdy")?.shows_count(4, "the session was lost with its old id")
}

fn rotated(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, old) = counted(sandbox)?;
    rotate(sandbox, visitor)?;
    let stranger = sandbox.visitor()?;
    let label = "[the first cookie of visitor 1]";
    let answer = sandbox.visit(stranger, Visit::get("/").with_cookie(&old, label))?;
    let meaning = "the old id still opens the session, or begins another: leave a tombstone";
    is_late(&answer, meaning)?;
    sandbox.get(visitor, "/")?.shows_count(3, "a request with the old id changed the session")
}

fn displace(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, _) = counted(sandbox)?;
    let slow = begin_slow_visit(sandbox, visitor)?;
    let answer = rotate(sandbox, visitor)?;
    sandbox.follow(visitor, &answer)?.shows_count(3, NEW_EACH_TIME)?;
    let answer = sandbox.end_visit(slow)?;
    is_late(&answer, REVIVED)?;
    sandbox.get(visitor, "/")?.shows_count(4, DISPLACED)
}

fn late_logout(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, old) = counted(sandbox)?;
    rotate(sandbox, visitor)?;
    let label = "[the first cookie of visitor 1]";
    let late = Visit::post_form("/logout", &[]).with_cookie(&old, label);
    let answer = sandbox.visit(visitor, late)?;
    let meaning = "the page says that the session has ended, but it lives on under its new id";
    is_late(&answer, meaning)?;
    sandbox.get(visitor, "/")?.shows_count(3, DISPLACED)
}

fn nothing_to_rotate(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let answer = rotate(sandbox, visitor)?;
    answer.sets_no_cookie("a session was begun for a visitor who needs none")
}

fn only_post(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, _) = counted(sandbox)?;
    for path in ["/logout", "/rotate"] {
        for visit in [Visit::get(path), Visit::head(path)] {
            let answer = sandbox.visit(visitor, visit)?;
            let meaning = "a link or a prefetch can do this: allow POST alone";
            answer.has_status(405, meaning)?;
            answer.sets_no_cookie(meaning)?;
        }
    }
    sandbox.get(visitor, "/")?.shows_count(3, "a GET or a HEAD ended the session")
}

/// A name is kept under a new id, as at a login.
fn greet(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, old) = counted(sandbox)?;
    let form = Visit::post_form("/greet", &[("name", "Ada")]);
    let answer = sandbox.visit(visitor, form)?;
    answer.has_status(303, "POST /greet keeps the name and redirects to /greet")?;
    let meaning = "the session keeps its id, so somebody who knew that reads the name";
    if answer.cookie_pair(meaning)? == old {
        return Err(answer.broken("a cookie with another id", "the same id".to_owned(), meaning));
    }
    sandbox.follow(visitor, &answer)?.shows("Hello Ada", "GET /greet answers with `Hello Ada`")?;
    sandbox.get(visitor, "/")?.shows_count(3, "the count was lost")?;
    let stranger = sandbox.visitor()?;
    let label = "[the first cookie of visitor 1]";
    let answer = sandbox.visit(stranger, Visit::get("/greet").with_cookie(&old, label))?;
    answer.shows_no("Ada", meaning)?;
    let newcomer = sandbox.visitor()?;
    let answer = sandbox.send(newcomer, "/greet", &[("name", "Bob")])?;
    answer.shows("Hello Bob", "a visitor without a session is not greeted")
}

/// What is said after the end is in a session that begins in the same request.
fn goodbye(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, old) = counted(sandbox)?;
    let answer = post(sandbox, visitor, "/goodbye")?;
    answer.has_status(303, "POST /goodbye ends the session and redirects to /goodbye")?;
    let meaning =
        "the new session needs a cookie, and the removal of the old one must not be sent too";
    if answer.cookie_pair(meaning)? == old {
        return Err(answer.broken("a cookie with another id", "the same id".to_owned(), meaning));
    }
    let page = sandbox.follow(visitor, &answer)?;
    page.shows("Goodbye after 2 visits.", "GET /goodbye says how many visits there were")?;
    sandbox.get(visitor, "/")?.shows_count(1, ALIVE)?;
    is_anonymous(sandbox, &old, "[the first cookie of visitor 1]")
}
