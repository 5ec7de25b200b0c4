//! Limits that the server keeps, cookies that agree with them, and writes that stay rare.

use crate::{Original, Section, Walk, promise, section};
use harness::{Answer, NotKept, Outcome, Sandbox, Visit, Visitor};
use std::thread;
use std::time::Duration;

const LIMITS: Section = section("06d_limits", "The limits");
const STORE: Section = section("06d_limits", "The store decides");
const USE: Section = section("06d_limits", "A use");
const COOKIE: Section = section("06d_limits", "The cookie agrees");
const LATE: Section = section("06d_limits", "A slow request and its cookie");
const EXERCISES: Section = section("06d_limits", "Exercises");

const NO_VARIABLE: Original =
    Original::Differs("its limit is in the source, and no variable sets it");
const NO_DATE: Original = Original::Differs("its cookie has no Max-Age and goes with the browser");
const NO_PAGE: Original = Original::Differs("it has no such page");

pub(super) static WALK: Walk = Walk {
    slug: "limits",
    before: Some("gone"),
    also_keeps: &[],
    replaces: &[],
    form_pages: &[],
    promises: &[
        promise("senseless_limits_are_refused", LIMITS, NO_VARIABLE, senseless),
        promise("req_17_unused_session_ends", STORE, NO_VARIABLE, unused),
        promise("req_18_used_session_ends_too", STORE, NO_VARIABLE, absolute),
        promise("req_19_expired_cookie_is_anonymous", STORE, NO_VARIABLE, by_hand),
        promise("rotation_prolongs_nothing", STORE, NO_PAGE, rotation),
        promise("req_20_cookie_lives_as_long_as_the_session", COOKIE, NO_DATE, as_long),
        promise("req_23_cookie_lives_400_days_at_most", COOKIE, NO_DATE, days),
        promise("req_25_limits_are_those_of_the_chapter", LIMITS, NO_DATE, documented),
        promise("count_survives_the_browsers_restart", COOKIE, NO_DATE, survives_browser),
        promise("cookie_is_renewed_now_and_then", USE, NO_VARIABLE, renewed),
        promise("head_is_no_use", USE, NO_VARIABLE, head),
        promise("late_renewal_displaces_nothing", LATE, NO_PAGE, late),
    ],
    exercises: &[
        promise("remember", EXERCISES, NO_PAGE, remember),
        promise("left", EXERCISES, NO_PAGE, left),
    ],
};

const NEW_EACH_TIME: &str =
    "the session is new on every request: its cookie was not set, was refused or is not read";
const ENDED: &str = "the session ended although it was in use";
const ENDLESS: &str = "the session goes on after its limit: let the store compare the time";
const DISPLACED: &str = "the visitor's session was displaced by the answer to a late request";

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A visitor who was counted once, and the cookie.
fn counted(sandbox: &mut Sandbox) -> Result<(Visitor, String), NotKept> {
    let visitor = sandbox.visitor()?;
    let answer = sandbox.get(visitor, "/")?;
    answer.shows_count(1, NEW_EACH_TIME)?;
    let cookie = answer.cookie_pair(NEW_EACH_TIME)?.to_owned();
    Ok((visitor, cookie))
}

/// This visit's count is 1, and its cookie has another id than the old one.
fn is_new(answer: &Answer, old: &str) -> Outcome {
    answer.shows_count(1, ENDLESS)?;
    let meaning = "the session is new, but it took over the id of the old one";
    if answer.cookie_pair(meaning)? == old {
        return Err(answer.broken("a cookie with another id", "the same id".to_owned(), meaning));
    }
    Ok(())
}

const NO_NUMBERS: [&str; 6] = ["0", "-1", "soon", "1.5", "", "99999999999"];

fn senseless(sandbox: &mut Sandbox) -> Outcome {
    let meaning = "the program runs with another limit than it was given, or ends without saying which variable is wrong";
    for name in ["IDLE_SECONDS", "ABSOLUTE_SECONDS", "TOUCH_SECONDS"] {
        for text in NO_NUMBERS {
            let says = format!("{name}={text} is not a number of seconds");
            sandbox.refuses_to_start_with(&[(name, text)], &says, meaning)?;
        }
    }
    let meaning = "a session would end while it's in use, because no use is written down in time";
    let limits = [("IDLE_SECONDS", "60"), ("TOUCH_SECONDS", "60")];
    let says = "TOUCH_SECONDS=60 is not below the idle limit";
    sandbox.refuses_to_start_with(&limits, says, meaning)?;
    sandbox.restart_with(&[("IDLE_SECONDS", "60"), ("TOUCH_SECONDS", "59")])?;
    counted(sandbox).map(|_| ())
}

/// Without variables, a session ends after 20 minutes without use, and after 12 hours in any event.
fn documented(sandbox: &mut Sandbox) -> Outcome {
    lives(sandbox, &[], "Max-Age=1200")?;
    lives(sandbox, &[("IDLE_SECONDS", "100000")], "Max-Age=43200")
}

fn unused(sandbox: &mut Sandbox) -> Outcome {
    sandbox.restart_with(&[("IDLE_SECONDS", "3")])?;
    let (visitor, old) = counted(sandbox)?;
    for count in 2..5 {
        sandbox.wait(seconds(2));
        sandbox.get(visitor, "/")?.shows_count(count, ENDED)?;
    }
    sandbox.wait(seconds(4));
    let answer = sandbox.get(visitor, "/")?;
    is_new(&answer, &old)
}

fn absolute(sandbox: &mut Sandbox) -> Outcome {
    sandbox.restart_with(&[("IDLE_SECONDS", "3"), ("ABSOLUTE_SECONDS", "5")])?;
    let (visitor, old) = counted(sandbox)?;
    for count in 2..4 {
        sandbox.wait(seconds(2));
        sandbox.get(visitor, "/")?.shows_count(count, ENDED)?;
    }
    sandbox.wait(seconds(2));
    let answer = sandbox.get(visitor, "/")?;
    is_new(&answer, &old)
}

fn by_hand(sandbox: &mut Sandbox) -> Outcome {
    sandbox.restart_with(&[("IDLE_SECONDS", "1")])?;
    let (_, old) = counted(sandbox)?;
    sandbox.wait(seconds(2));
    let stranger = sandbox.visitor()?;
    let visit = Visit::get("/").with_cookie(&old, "[the cookie of visitor 1]");
    let answer = sandbox.visit(stranger, visit)?;
    is_new(&answer, &old)
}

fn rotation(sandbox: &mut Sandbox) -> Outcome {
    let limits = [("IDLE_SECONDS", "3"), ("ABSOLUTE_SECONDS", "5"), ("TOUCH_SECONDS", "1")];
    sandbox.restart_with(&limits)?;
    let (visitor, old) = counted(sandbox)?;
    for count in 2..4 {
        sandbox.wait(seconds(2));
        let answer = sandbox.visit(visitor, Visit::post_form("/rotate", &[]))?;
        sandbox.follow(visitor, &answer)?.shows_count(count, ENDED)?;
    }
    sandbox.wait(seconds(2));
    let answer = sandbox.get(visitor, "/")?;
    answer.shows_count(1, "a new id gave the session a new beginning")?;
    is_new(&answer, &old)
}

/// The first cookie of a new visitor lives for so many seconds.
fn lives(sandbox: &mut Sandbox, limits: &[(&str, &str)], age: &str) -> Outcome {
    sandbox.restart_with(limits)?;
    let visitor = sandbox.visitor()?;
    let meaning = "the browser keeps the cookie for another time than the server accepts it";
    sandbox.get(visitor, "/")?.cookie_has(&[age], meaning)
}

fn as_long(sandbox: &mut Sandbox) -> Outcome {
    lives(sandbox, &[("IDLE_SECONDS", "90")], "Max-Age=90")?;
    lives(sandbox, &[("ABSOLUTE_SECONDS", "300")], "Max-Age=300")
}

fn days(sandbox: &mut Sandbox) -> Outcome {
    let long = "40000000";
    let limits = [("IDLE_SECONDS", long), ("ABSOLUTE_SECONDS", long)];
    lives(sandbox, &limits, "Max-Age=34560000")
}

fn survives_browser(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, _) = counted(sandbox)?;
    sandbox.reopen_browser(visitor)?;
    let meaning = "the cookie has no Max-Age, so the browser forgot it when it quit";
    sandbox.get(visitor, "/")?.shows_count(2, meaning)
}

fn renewed(sandbox: &mut Sandbox) -> Outcome {
    sandbox.restart_with(&[("IDLE_SECONDS", "60"), ("TOUCH_SECONDS", "3")])?;
    let (visitor, cookie) = counted(sandbox)?;
    let rare = "the cookie is set again and again: renew it only when the last use is old enough";
    let answer = sandbox.get(visitor, "/")?;
    answer.shows_count(2, NEW_EACH_TIME)?;
    answer.sets_no_cookie(rare)?;
    sandbox.wait(seconds(4));
    let answer = sandbox.get(visitor, "/slow?wait=0")?;
    let meaning = "the session ends later now, but the browser keeps the cookie as long as before";
    answer.shows_count(3, NEW_EACH_TIME)?;
    answer.cookie_has(&["Max-Age=60"], meaning)?;
    if answer.cookie_pair(meaning)? != cookie {
        return Err(answer.broken("the same id", "another".to_owned(), NEW_EACH_TIME));
    }
    let answer = sandbox.get(visitor, "/howdy")?;
    answer.shows_count(4, NEW_EACH_TIME)?;
    answer.sets_no_cookie(rare)
}

fn head(sandbox: &mut Sandbox) -> Outcome {
    sandbox.restart_with(&[("IDLE_SECONDS", "3")])?;
    let (visitor, old) = counted(sandbox)?;
    for path in ["/", "/slow?wait=0"] {
        sandbox.wait(seconds(2));
        let answer = sandbox.visit(visitor, Visit::head(path))?;
        answer.has_status(200, "HEAD is not answered")?;
    }
    let answer = sandbox.get(visitor, "/")?;
    answer.shows_count(1, "a HEAD prolongs the session, and must not change anything")?;
    is_new(&answer, &old)
}

/// The slow request renews the cookie when it begins. Before it's answered, `path` ends or rotates
/// the session.
fn overtaken(sandbox: &mut Sandbox, visitor: Visitor, path: &str, count: u64) -> Outcome {
    let slow = sandbox.begin_visit(visitor, Visit::get("/slow?wait=2000"))?;
    thread::sleep(Duration::from_millis(700));
    let answer = sandbox.visit(visitor, Visit::post_form(path, &[]))?;
    sandbox.follow(visitor, &answer)?.shows_count(count, NEW_EACH_TIME)?;
    let answer = sandbox.end_visit(slow)?;
    answer.has_status(409, "the session that the request began with has ended")?;
    answer.sets_no_cookie("the answer renews a cookie that the browser has replaced")?;
    sandbox.get(visitor, "/")?.shows_count(count + 1, DISPLACED)
}

fn late(sandbox: &mut Sandbox) -> Outcome {
    sandbox.restart_with(&[("IDLE_SECONDS", "60"), ("TOUCH_SECONDS", "3")])?;
    let (first, _) = counted(sandbox)?;
    let (second, _) = counted(sandbox)?;
    sandbox.wait(seconds(4));
    overtaken(sandbox, second, "/rotate", 2)?;
    overtaken(sandbox, first, "/logout", 1)
}

/// Those who asked for it are remembered longer, also when they are idle.
fn remember(sandbox: &mut Sandbox) -> Outcome {
    sandbox.restart_with(&[("IDLE_SECONDS", "2"), ("REMEMBER_SECONDS", "60")])?;
    let (remembered, _) = counted(sandbox)?;
    let (other, _) = counted(sandbox)?;
    let answer = sandbox.visit(remembered, Visit::post_form("/remember", &[]))?;
    answer.has_status(303, "POST /remember redirects to /")?;
    let meaning = "the browser keeps the cookie for another time than the server accepts it";
    answer.cookie_has(&["Max-Age=60"], meaning)?;
    sandbox.wait(seconds(3));
    sandbox.get(remembered, "/")?.shows_count(2, "the visitor was not remembered")?;
    sandbox.get(other, "/")?.shows_count(1, ENDLESS)?;
    sandbox.wait(seconds(3));
    sandbox.get(remembered, "/")?.shows_count(3, "the next use took the longer time away")
}

/// How long the session has left is shown, and looking is no use.
fn left(sandbox: &mut Sandbox) -> Outcome {
    sandbox.restart_with(&[("IDLE_SECONDS", "30"), ("TOUCH_SECONDS", "1")])?;
    let stranger = sandbox.visitor()?;
    let answer = sandbox.get(stranger, "/left")?;
    answer.shows("You have no session.", "GET /left tells visitors that they have no session")?;
    answer.sets_no_cookie("the page that only looks begins a session")?;
    let (visitor, _) = counted(sandbox)?;
    let mut shown = Vec::new();
    for _ in 0..2 {
        let answer = sandbox.get(visitor, "/left")?;
        answer.has_status(200, "GET /left is not answered")?;
        answer.sets_no_cookie("looking prolongs the session")?;
        let meaning = "GET /left answers with a number of seconds, such as `28`";
        let number = answer
            .body
            .trim()
            .parse::<u64>()
            .map_err(|_| answer.broken("a whole number", answer.body.clone(), meaning))?;
        shown.push(number);
        sandbox.wait(seconds(3));
    }
    let answer = sandbox.get(visitor, "/left")?;
    if shown[0] > 30 || shown[0] < 25 || shown[1] + 2 > shown[0] {
        let came = format!("{} and, 3 seconds later, {}", shown[0], shown[1]);
        let meaning = "the number is not the session's, or looking prolongs the session";
        return Err(answer.broken("about 30, and 3 less 3 seconds later", came, meaning));
    }
    sandbox.get(visitor, "/")?.shows_count(2, "looking counts as a visit")
}
