//! Sessions that end: by themselves when they are unused, or on demand. And what ends none of them.

use crate::{Original, Section, Walk, promise, section};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use harness::{Answer, Event, NotKept, Outcome, Sandbox, Visit, Visitor};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::time::{Duration, SystemTime};

const RECORD: Section = section("05c_lifetime", "The record");
const LIMIT: Section = section("05c_lifetime", "How long a session lives");
const CLOCKS: Section = section("05c_lifetime", "Clocks");
const COOKIE: Section = section("05c_lifetime", "The cookie");
const USE: Section = section("05c_lifetime", "A session in use");
const FORGET: Section = section("05c_lifetime", "Forget me");
const WRONG: Section = section("05c_lifetime", "What an old cookie can still do");
const EXERCISES: Section = section("05c_lifetime", "Exercises");

const NO_VARIABLE: Original =
    Original::Differs("its limit is in the source, and no variable sets it");
const NO_DATE: Original = Original::Differs("its cookie has no Max-Age and goes with the browser");
const NO_FORM: Original = Original::Differs("it has no form");
const NO_LIMIT: Original = Original::Differs("a session in use goes on for ever");
const NO_CLOCK: Original =
    Original::Differs("it accepts a session from the future, and logs nothing");
const OTHER_FORMAT: Original = Original::Differs("its signature is SHA-512, with a salt");
const SILENT: Original = Original::Differs("it logs nothing about a cookie that it can't read");

pub(super) static WALK: Walk = Walk {
    slug: "lifetime",
    before: Some("messages"),
    also_keeps: &[],
    replaces: &[(
        "signed_cookie::cookie_holds_a_signature_and_the_session",
        "the session's JSON begins with two times",
    )],
    form_pages: &[],
    promises: &[
        promise("req_10_unused_session_ends", LIMIT, NO_VARIABLE, unused),
        promise("senseless_idle_seconds_are_refused", LIMIT, NO_VARIABLE, senseless),
        promise("req_20_cookie_lives_as_long_as_the_session", COOKIE, NO_DATE, as_long),
        promise("count_survives_the_browsers_restart", COOKIE, NO_DATE, survives_browser),
        promise("session_in_use_by_reading_stays_alive", USE, NO_VARIABLE, read_only),
        promise("session_from_the_future_is_refused", CLOCKS, NO_CLOCK, from_the_future),
        promise("clocks_may_differ_by_a_minute", CLOCKS, OTHER_FORMAT, a_minute_ahead),
        promise("session_of_the_step_before_is_a_new_one", RECORD, SILENT, step_before),
        promise("req_28_forget_removes_the_cookie", FORGET, NO_FORM, forget),
        promise("forget_without_its_token_ends_nothing", FORGET, NO_FORM, forget_without_token),
        promise("copied_cookie_outlives_forget", WRONG, NO_FORM, replayed),
        promise("old_cookie_brings_the_old_count_back", WRONG, Original::Keeps, rewound),
        promise("slow_page_that_reads_undoes_a_write", WRONG, NO_FORM, overtaken),
    ],
    exercises: &[
        promise("absolute", EXERCISES, NO_LIMIT, absolute),
        promise("alive", EXERCISES, Original::Differs("it has no such page"), alive),
    ],
};

const NEW_EACH_TIME: &str =
    "the session is new on every request: its cookie was not set, was refused or is not read";
const NO_TOKEN: &str = "the form has no hidden field csrf_token";
const NO_STORE: &str = "a store on the server would remember, but here there isn't one";

/// A visitor who was counted once, and the cookie of that.
fn counted(sandbox: &mut Sandbox) -> Result<(Visitor, String), NotKept> {
    let visitor = sandbox.visitor()?;
    let answer = sandbox.get(visitor, "/")?;
    answer.shows_count(1, NEW_EACH_TIME)?;
    let cookie = answer.cookie_pair(NEW_EACH_TIME)?.to_owned();
    Ok((visitor, cookie))
}

/// A visit with this cookie and no other shows this count.
fn counts(sandbox: &mut Sandbox, cookie: &str, label: &str, count: u64, meaning: &str) -> Outcome {
    let stranger = sandbox.visitor()?;
    let answer = sandbox.visit(stranger, Visit::get("/").with_cookie(cookie, label))?;
    answer.shows_count(count, meaning)
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn unused(sandbox: &mut Sandbox) -> Outcome {
    sandbox.restart_with(&[("IDLE_SECONDS", "2")])?;
    let (visitor, _) = counted(sandbox)?;
    let answer = sandbox.get(visitor, "/")?;
    answer.shows_count(2, NEW_EACH_TIME)?;
    let cookie = answer.cookie_pair(NEW_EACH_TIME)?.to_owned();
    sandbox.wait(seconds(3));
    let label = "[the last cookie of visitor 1]";
    let meaning = "only the browser knows that the session is over, and an attacker isn't a browser: check the time in the cookie";
    counts(sandbox, &cookie, label, 1, meaning)
}

const NO_NUMBERS: [&str; 8] =
    ["0", "-1", "soon", "1.5", "", "20 minutes", "34560001", "99999999999999999999"];

fn senseless(sandbox: &mut Sandbox) -> Outcome {
    let meaning = "the program ran with another limit than it was given, or ended without a word about which variable is wrong";
    for text in NO_NUMBERS {
        let says = format!("error: IDLE_SECONDS={text} is not a whole number from 1 to 34560000");
        sandbox.refuses_to_start_with(&[("IDLE_SECONDS", text)], &says, meaning)?;
    }
    sandbox.restart_with(&[("IDLE_SECONDS", "34560000")])?;
    let visitor = sandbox.visitor()?;
    sandbox.get(visitor, "/")?.shows_count(1, NEW_EACH_TIME)
}

fn as_long(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let meaning = "the browser keeps the cookie for another time than the server accepts it";
    sandbox.get(visitor, "/")?.cookie_has(&["Max-Age=1200"], meaning)?;
    sandbox.restart_with(&[("IDLE_SECONDS", "90")])?;
    sandbox.get(visitor, "/")?.cookie_has(&["Max-Age=90"], meaning)
}

fn survives_browser(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, _) = counted(sandbox)?;
    sandbox.reopen_browser(visitor)?;
    let meaning = "the cookie has no Max-Age, so the browser forgot it when it quit";
    sandbox.get(visitor, "/")?.shows_count(2, meaning)
}

/// The token of the form that this visitor gets.
fn token(sandbox: &mut Sandbox, visitor: Visitor) -> Result<String, NotKept> {
    let form = sandbox.get(visitor, "/sign")?;
    form.has_status(200, "GET /sign shows the form")?;
    Ok(form.field("csrf_token", NO_TOKEN)?.to_owned())
}

fn read_only(sandbox: &mut Sandbox) -> Outcome {
    sandbox.restart_with(&[("IDLE_SECONDS", "3")])?;
    let (visitor, _) = counted(sandbox)?;
    let first = token(sandbox, visitor)?;
    let meaning =
        "the session died in use, because a page that only reads does not renew the cookie";
    // The program's clock has whole seconds. After two of them a session is alive for sure, and after
    // four it isn't, wherever in a second it began.
    for _ in 0..2 {
        sandbox.wait(seconds(2));
        let page = sandbox.get(visitor, "/sign")?;
        if page.field("csrf_token", NO_TOKEN)? != first {
            let came = "a token of a new session".to_owned();
            return Err(page.broken("the token of the session", came, meaning));
        }
    }
    sandbox.get(visitor, "/")?.shows_count(2, meaning)
}

/// Known to the walk, so that it can sign what the program would not.
const SECRET: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// A cookie with this JSON, signed as this step signs.
fn signed(json: &str) -> String {
    let key: Hmac<Sha256> = Hmac::new_from_slice(SECRET.as_bytes()).expect("HMAC takes any key");
    let signature = key.chain_update(json).finalize().into_bytes();
    let bytes = [signature.as_slice(), json.as_bytes()].concat();
    format!("session={}", URL_SAFE_NO_PAD.encode(bytes))
}

/// The session of a visitor who was counted 5 times, last used so many seconds from now.
fn used_in(ahead: u64) -> String {
    let now = now();
    signed(&format!("[{},{now},{{\"counter\":5}}]", now + ahead))
}

/// The session of a visitor who was counted 5 times, begun so many seconds ago and used just now.
fn begun(age: u64) -> String {
    let now = now();
    signed(&format!("[{now},{},{{\"counter\":5}}]", now - age))
}

fn now() -> u64 {
    SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs())
}

/// The log has a warning with these texts.
fn warns(sandbox: &mut Sandbox, texts: &[&str]) -> Outcome {
    let meaning = "a session was refused, and nobody who runs the program can find out why";
    sandbox.log_has(&[&["WARN"], texts].concat(), meaning)?;
    let warning = format!("the log warns: {}", texts.join(" … "));
    sandbox.recording.events.push(Event::Note(warning));
    Ok(())
}

fn from_the_future(sandbox: &mut Sandbox) -> Outcome {
    sandbox.restart_with(&[("SECRET", SECRET)])?;
    let meaning = "a session that seems to come from the future is alive until then, and for the idle time after that";
    let label = "session=[a count of 5, used in an hour]";
    counts(sandbox, &used_in(3600), label, 1, meaning)?;
    warns(sandbox, &["a session from", "s in the future was refused: check the clock"])
}

fn a_minute_ahead(sandbox: &mut Sandbox) -> Outcome {
    sandbox.restart_with(&[("SECRET", SECRET)])?;
    let meaning = "the clocks of two servers are never quite the same: forgive a minute";
    let label = "session=[a count of 5, used in 30 seconds]";
    counts(sandbox, &used_in(30), label, 6, meaning)?;
    let meaning =
        "a session that another server used a moment ago is refused, or logged as a problem";
    sandbox.log_has_no(&["future"], meaning)
}

fn step_before(sandbox: &mut Sandbox) -> Outcome {
    sandbox.restart_with(&[("SECRET", SECRET)])?;
    let visitor = sandbox.visitor()?;
    let old = signed("{\"counter\":5}");
    let label = "session=[a count of 5, as step 05b2 keeps it]";
    let answer = sandbox.visit(visitor, Visit::get("/").with_cookie(&old, label))?;
    let meaning = "a cookie of another format is an error, or is read although it has no times";
    answer.shows_count(1, meaning)?;
    sandbox.get(visitor, "/")?.shows_count(2, "the new session is not kept")?;
    warns(sandbox, &["a session has our signature but cannot be read"])
}

/// Presses "Forget me".
fn send_forget(sandbox: &mut Sandbox, visitor: Visitor, token: &str) -> Result<Answer, NotKept> {
    let fields = [("csrf_token", token)];
    let answer = sandbox.visit(visitor, Visit::post_form("/forget", &fields))?;
    answer.has_status(303, "POST /forget ends the session and redirects to /")?;
    Ok(answer)
}

fn forget(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let token = token(sandbox, visitor)?;
    sandbox.get(visitor, "/")?.shows_count(1, NEW_EACH_TIME)?;
    let answer = send_forget(sandbox, visitor, &token)?;
    let meaning = "the browser keeps the cookie: remove it with the attributes that set it";
    answer.removes_cookie(meaning)?;
    answer.cookie_has(&["Path=/", "Secure", "HttpOnly", "SameSite=Lax"], meaning)?;
    if sandbox.has_cookies(visitor) {
        let came = "an answer after which the browser still has it".to_owned();
        return Err(answer.broken("an answer that removes the cookie", came, meaning));
    }
    let page = sandbox.follow(visitor, &answer)?;
    page.shows_count(1, "the session is still there: end it")?;
    let page = sandbox.get(visitor, "/sign")?;
    let meaning = "the new session has the token of the old one";
    if page.field("csrf_token", NO_TOKEN)? == token {
        return Err(page.broken("another token", "the same".to_owned(), meaning));
    }
    Ok(())
}

fn forget_without_token(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, _) = counted(sandbox)?;
    token(sandbox, visitor)?;
    let meaning = "any page can end the session, because the form is accepted without its token";
    let answer = sandbox.visit(visitor, Visit::post_form("/forget", &[]))?;
    answer.has_status(403, meaning)?;
    let elsewhere = Visit::post_form("/forget", &[]).with_header("sec-fetch-site", "cross-site");
    sandbox.visit(visitor, elsewhere)?.has_status(403, meaning)?;
    let answer = sandbox.get(visitor, "/forget")?;
    answer.has_status(405, "a link or a prefetch can end the session: allow POST alone")?;
    sandbox.get(visitor, "/")?.shows_count(2, meaning)
}

/// What is still wrong: to forget is up to the browser.
fn replayed(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let token = token(sandbox, visitor)?;
    sandbox.get(visitor, "/")?.shows_count(1, NEW_EACH_TIME)?;
    let kept = sandbox.get(visitor, "/")?.cookie_pair(NEW_EACH_TIME)?.to_owned();
    let answer = send_forget(sandbox, visitor, &token)?;
    sandbox.follow(visitor, &answer)?.shows_count(1, "the session is still there: end it")?;
    counts(sandbox, &kept, "[the cookie of visitor 1 from before]", 3, NO_STORE)
}

/// What is still wrong: an old cookie is as genuine as the newest.
fn rewound(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, old) = counted(sandbox)?;
    sandbox.get(visitor, "/")?.shows_count(2, NEW_EACH_TIME)?;
    sandbox.get(visitor, "/")?.shows_count(3, NEW_EACH_TIME)?;
    sandbox.wait(seconds(1));
    counts(sandbox, &old, "[the first cookie of visitor 1]", 2, NO_STORE)
}

/// What is still wrong: two requests leave with one cookie, and the slow one only reads. The walk
/// sends them one after the other, with the cookie that both had.
fn overtaken(sandbox: &mut Sandbox) -> Outcome {
    sandbox.restart_with(&[("IDLE_SECONDS", "19")])?;
    let visitor = sandbox.visitor()?;
    let form = sandbox.get(visitor, "/sign")?;
    let token = form.field("csrf_token", NO_TOKEN)?;
    let both = form.cookie_pair(NEW_EACH_TIME)?.to_owned();
    sandbox.wait(seconds(2));
    let fields = [("csrf_token", token), ("message", "Saved")];
    let answer = sandbox.visit(visitor, Visit::post_form("/sign", &fields))?;
    answer.has_status(303, "the session's own form is refused")?;
    let label = "[the cookie from before the message]";
    let slow = sandbox.visit(visitor, Visit::get("/sign").with_cookie(&both, label))?;
    slow.only_cookie(NO_STORE)?;
    let page = sandbox.get(visitor, "/")?;
    page.shows_count(1, NEW_EACH_TIME)?;
    page.shows_no("Saved", NO_STORE)
}

fn absolute(sandbox: &mut Sandbox) -> Outcome {
    sandbox.restart_with(&[("SECRET", SECRET)])?;
    let hour = 60 * 60;
    let meaning = "the session ended, although it began less than eight hours ago";
    let label = "session=[a count of 5, begun 7 hours ago and used just now]";
    counts(sandbox, &begun(7 * hour), label, 6, meaning)?;
    let meaning = "the session goes on, although it began more than eight hours ago";
    let label = "session=[a count of 5, begun 9 hours ago and used just now]";
    counts(sandbox, &begun(9 * hour), label, 1, meaning)?;
    let visitor = sandbox.visitor()?;
    let young = begun(8 * hour - 2);
    let label = "session=[a count of 5, begun 8 hours ago but for 2 seconds]";
    let answer = sandbox.visit(visitor, Visit::get("/").with_cookie(&young, label))?;
    answer.shows_count(6, "the session ended before its time")?;
    sandbox.wait(seconds(4));
    sandbox.get(visitor, "/")?.shows_count(1, "each use begins the eight hours again")?;
    sandbox.get(visitor, "/")?.shows_count(2, "the new session began when the old one did")
}

fn alive(sandbox: &mut Sandbox) -> Outcome {
    sandbox.restart_with(&[("IDLE_SECONDS", "3")])?;
    let stranger = sandbox.visitor()?;
    let answer = sandbox.get(stranger, "/alive")?;
    answer.shows("You have no session.", "GET /alive says whether there is a session")?;
    let (visitor, _) = counted(sandbox)?;
    for _ in 0..2 {
        sandbox.wait(seconds(1));
        let answer = sandbox.get(visitor, "/alive")?;
        answer.shows("Your session is alive.", "the session ended before its time")?;
        let meaning = "the page that asks keeps the session alive, so an open tab never ends";
        answer.sets_no_cookie(meaning)?;
        answer.has_header("cache-control: no-store", "a cache answers for the session")?;
        answer.has_header("vary: Cookie", "a cache may show one visitor's answer to another")?;
    }
    sandbox.wait(seconds(3));
    let answer = sandbox.get(visitor, "/alive")?;
    answer.shows("You have no session.", "the session should have ended by now")?;
    sandbox.get(visitor, "/")?.shows_count(1, "the session should have ended by now")
}
