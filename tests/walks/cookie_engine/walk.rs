//! The counter and the messages on an engine whose cookie holds the whole session.

use crate::{Original, Section, Walk, promise, section};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use harness::{Answer, Event, NotKept, Outcome, Sandbox, Visit, Visitor};
use std::time::{SystemTime, UNIX_EPOCH};

const COUNTER: Section = section("05_cookie_engine", "The counter");
const BYTES: Section = section("05_cookie_engine", "The bytes");
const RULES: Section = section("05_cookie_engine", "The rules");
const LAYER: Section = section("05_cookie_engine", "The layer");
const FLASH: Section = section("05_cookie_engine", "A message");
const ATTACKS: Section = section("05_cookie_engine", "Four attacks");
const EXERCISES: Section = section("05_cookie_engine", "Exercises");

const FEW_ATTRIBUTES: Original = Original::Differs("its cookie is neither HttpOnly nor Secure");
const READABLE: Original = Original::Differs("its cookie is signed, but everybody can read it");
const LAST_WINS: Original = Original::Differs("of two session cookies it takes the last");
const HEAD_COUNTS: Original = Original::Differs("HEAD counts");
const NO_HEADERS: Original = Original::Differs("it sends neither Vary nor Cache-Control");
const NO_FORM: Original = Original::Differs("its tutorial has no form in this step");

pub(super) static WALK: Walk = Walk {
    slug: "cookie_engine",
    before: Some("sessions"),
    also_keeps: &[],
    replaces: &[(
        "sessions::cookie_says_nothing",
        "the cookie holds the session, and so changes with it",
    )],
    form_pages: &[],
    promises: &[
        promise("pages_are_the_originals", COUNTER, Original::Keeps, pages_are_the_originals),
        promise("count_survives_kill_and_restart", COUNTER, Original::Keeps, survives_kill),
        promise("cookie_belongs_to_this_host_only", RULES, FEW_ATTRIBUTES, this_host_only),
        promise("cookie_holds_the_session", BYTES, Original::Keeps, holds_the_session),
        promise("cookie_cannot_be_read", BYTES, READABLE, cannot_be_read),
        promise("req_09_flipped_byte_is_anonymous", ATTACKS, Original::Keeps, flipped),
        promise("req_09_truncated_cookie_is_anonymous", ATTACKS, Original::Keeps, truncated),
        promise("req_68_plain_state_is_anonymous", ATTACKS, Original::Keeps, plain),
        promise("forged_with_another_secret_is_anonymous", ATTACKS, Original::Keeps, foreign),
        promise("old_cookie_brings_the_old_count_back", ATTACKS, Original::Keeps, replayed),
        promise("two_session_cookies_are_ignored", RULES, LAST_WINS, duplicates),
        promise("head_changes_nothing", LAYER, HEAD_COUNTS, head),
        promise("caches_keep_no_session", LAYER, NO_HEADERS, caches),
        promise("message_is_shown_once", FLASH, NO_FORM, message_once),
        promise("form_without_its_token_is_refused", FLASH, NO_FORM, no_token),
        promise("message_too_long_leaves_the_session", FLASH, NO_FORM, message_too_long),
    ],
    exercises: &[
        promise("forget", EXERCISES, Original::Differs("it has no such page"), forget_me),
        promise("known", EXERCISES, Original::Differs("it has no such page"), known),
    ],
};

const NEW_EACH_TIME: &str =
    "the session is new on every request: its cookie was not set, was refused or is not read";
const BELIEVED: &str = "the program trusts a cookie that is not as it was sent";
const NO_TOKEN: &str = "the form has no hidden field with the session's token";

fn page(name: &str, count: u64) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n    <title>Quick Tutorial: {name}</title>\n\
         </head>\n<body>\n<h1>Hi {name}</h1>\n<p>Count: {count}</p>\n</body>\n</html>\n"
    )
}

fn pages_are_the_originals(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let meaning = "the template differs from the original's, or the count does not start at 1";
    sandbox.get(visitor, "/")?.is_page(&page("Home View", 1), meaning)?;
    sandbox.get(visitor, "/howdy")?.is_page(&page("Hello View", 2), meaning)
}

fn survives_kill(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    sandbox.get(visitor, "/")?.shows_count(1, NEW_EACH_TIME)?;
    sandbox.kill_and_restart()?;
    let meaning = "the secret changes at each start: keep it in STATE_DIR";
    sandbox.get(visitor, "/howdy")?.shows_count(2, meaning)
}

fn this_host_only(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let answer = sandbox.get(visitor, "/")?;
    let header = answer.only_cookie(NEW_EACH_TIME)?.to_owned();
    for wanted in ["__Host-", "; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"] {
        if !header.contains(wanted) {
            let meaning = "the cookie's attributes are not those of Options::sealed";
            let came = header.split_once(';').map_or("", |(_, attributes)| attributes).trim();
            return Err(answer.broken(
                &format!("a cookie with {wanted}"),
                came.to_owned(),
                meaning,
            ));
        }
    }
    Ok(())
}

/// The `NAME=VALUE` of the answer's only cookie.
fn cookie_pair(answer: &Answer) -> Result<String, NotKept> {
    let header = answer.only_cookie(NEW_EACH_TIME)?;
    Ok(header.split(';').next().unwrap_or_default().to_owned())
}

/// A new visitor's cookie after one visit, as `NAME=VALUE`.
fn cookie_of(sandbox: &mut Sandbox, visitor: Visitor) -> Result<String, NotKept> {
    let answer = sandbox.get(visitor, "/")?;
    answer.shows_count(1, NEW_EACH_TIME)?;
    cookie_pair(&answer)
}

/// A visit with this `Cookie` header shows this count.
fn counts(sandbox: &mut Sandbox, header: &str, label: &str, count: u64, meaning: &str) -> Outcome {
    let stranger = sandbox.visitor()?;
    let answer = sandbox.visit(stranger, Visit::get("/").with_cookie(header, label))?;
    answer.shows_count(count, meaning)
}

fn holds_the_session(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let before = cookie_of(sandbox, visitor)?;
    let answer = sandbox.get(visitor, "/")?;
    answer.shows_count(2, NEW_EACH_TIME)?;
    if cookie_pair(&answer)? == before {
        let meaning = "the cookie holds an id, but here it has to hold the session itself";
        return Err(answer.broken("another cookie", "the same cookie".into(), meaning));
    }
    Ok(())
}

fn cannot_be_read(sandbox: &mut Sandbox) -> Outcome {
    let first = sandbox.visitor()?;
    let second = sandbox.visitor()?;
    let one = cookie_of(sandbox, first)?;
    let other = sandbox.get(second, "/")?;
    let pair = cookie_pair(&other)?;
    // If they are only signed, the cookies of two visitors end in the same state.
    let end = |pair: &str| {
        let value = pair.split_once('=').map_or(pair, |(_, value)| value);
        let bytes = URL_SAFE_NO_PAD.decode(value).unwrap_or_else(|_| value.as_bytes().to_vec());
        bytes[bytes.len().saturating_sub(8)..].to_vec()
    };
    if end(&one) == end(&pair) {
        let meaning = "the state is signed, but not encrypted";
        return Err(other.broken("another end of the cookie", "the same end".into(), meaning));
    }
    Ok(())
}

fn flipped(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let cookie = cookie_of(sandbox, visitor)?;
    let start = cookie.find('=').map_or(0, |equals| equals + 1);
    for (place, name) in [
        (start, "the first character"),
        ((start + cookie.len()) / 2, "one in the middle"),
        (cookie.len() - 1, "the last character"),
    ] {
        let mut forged = cookie.clone();
        let changed = if &cookie[place..=place] == "A" { "B" } else { "A" };
        forged.replace_range(place..=place, changed);
        let label = format!("[the cookie of visitor 1, {name} changed]");
        counts(sandbox, &forged, &label, 1, BELIEVED)?;
    }
    sandbox
        .get(visitor, "/")?
        .shows_count(2, "a forged cookie damaged the session that it resembles")
}

fn truncated(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let cookie = cookie_of(sandbox, visitor)?;
    let half = &cookie[..cookie.len() / 2];
    counts(sandbox, half, "[the first half of the cookie of visitor 1]", 1, BELIEVED)
}

fn plain(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let cookie = cookie_of(sandbox, visitor)?;
    let name = cookie.split('=').next().unwrap_or_default();
    let meaning = "a value that cannot be decrypted is read in another way";
    // As Pyramid has it behind a signature, and of this second: it would not be dead.
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let json = format!("[{now}, {now}.25, {{\"counter\": 6}}]");
    let unsigned = format!("{name}={}", URL_SAFE_NO_PAD.encode(&json));
    counts(sandbox, &unsigned, &format!("{name}=[a count of 6 in base64, unsigned]"), 1, meaning)?;
    let bare = format!("{name}={{\"counter\":6}}");
    counts(sandbox, &bare, &bare, 1, meaning)
}

fn foreign(sandbox: &mut Sandbox) -> Outcome {
    let mut elsewhere = sandbox.elsewhere()?;
    let foreigner = elsewhere.visitor()?;
    let cookie = cookie_of(&mut elsewhere, foreigner)?;
    let meaning =
        "the secret is a constant in the source, so anyone who has the source can make any session";
    counts(sandbox, &cookie, "[a cookie of the same program with another secret]", 1, meaning)
}

/// What is still wrong, and stays so on the client's side.
fn replayed(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let old = cookie_of(sandbox, visitor)?;
    sandbox.get(visitor, "/")?.shows_count(2, NEW_EACH_TIME)?;
    sandbox.get(visitor, "/")?.shows_count(3, NEW_EACH_TIME)?;
    let meaning = "a store on the server would remember, but here there isn't one";
    counts(sandbox, &old, "[the first cookie of visitor 1]", 2, meaning)
}

fn duplicates(sandbox: &mut Sandbox) -> Outcome {
    let first = sandbox.visitor()?;
    let second = sandbox.visitor()?;
    let cookies = [cookie_of(sandbox, first)?, cookie_of(sandbox, second)?].join("; ");
    let meaning = "the program picked one of two session cookies, but their order means nothing";
    counts(sandbox, &cookies, "[the cookie of visitor 1]; [the cookie of visitor 2]", 1, meaning)
}

fn head(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    sandbox.get(visitor, "/")?.shows_count(1, NEW_EACH_TIME)?;
    let meaning = "HEAD runs the handler of GET: let the layer drop what it did to the session";
    sandbox.visit(visitor, Visit::head("/"))?.sets_no_cookie(meaning)?;
    sandbox.get(visitor, "/")?.shows_count(2, meaning)
}

fn caches(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let answer = sandbox.get(visitor, "/")?;
    let Some(Event::Exchange(exchange)) = sandbox.recording.events.last() else { return Ok(()) };
    let came = exchange.answer.to_ascii_lowercase();
    for wanted in ["vary: cookie", "cache-control: no-store"] {
        if !came.lines().any(|line| line == wanted) {
            let meaning = "a cache on the way may show one visitor's page to another";
            return Err(answer.broken(wanted, "no such header".into(), meaning));
        }
    }
    Ok(())
}

/// Sends the form, with the token of the page it is on.
fn sign(sandbox: &mut Sandbox, visitor: Visitor, message: &str) -> Result<Answer, NotKept> {
    let form = sandbox.get(visitor, "/sign")?;
    let token = form.field("csrf_token", NO_TOKEN)?;
    let fields = [("csrf_token", token), ("message", message)];
    let visit = Visit::post_form("/sign", &fields);
    match message.len() {
        0..100 => sandbox.visit(visitor, visit),
        _ => sandbox.visit(visitor, visit.shown_as("[the token, and a message of 4000 letters]")),
    }
}

fn message_once(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let answer = sign(sandbox, visitor, "Hello")?;
    let meaning = "the message was not saved in the session, or the page doesn't take it";
    sandbox.follow(visitor, &answer)?.shows_once("Hello", meaning)?;
    let meaning = "the page reads the message without taking it out of the session";
    sandbox.get(visitor, "/")?.is_page(&page("Home View", 2), meaning)
}

fn no_token(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    sandbox.get(visitor, "/")?.shows_count(1, NEW_EACH_TIME)?;
    let answer = sandbox.visit(visitor, Visit::post_form("/sign", &[("message", "Hello")]))?;
    let meaning = "any site can send the form: compare its token with the session's";
    answer.has_status(403, meaning)?;
    sandbox.get(visitor, "/")?.is_page(&page("Home View", 2), meaning)
}

fn message_too_long(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    sandbox.get(visitor, "/")?.shows_count(1, NEW_EACH_TIME)?;
    let meaning = "the program sent a cookie over 4096 octets, or failed instead of saying that it is too large";
    let answer = sign(sandbox, visitor, &"x".repeat(4_000))?;
    answer.has_status(422, meaning)?;
    sandbox.get(visitor, "/")?.is_page(&page("Home View", 2), meaning)
}

/// The browser forgets, but anyone who kept the cookie doesn't.
fn forget_me(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    sandbox.get(visitor, "/")?.shows_count(1, NEW_EACH_TIME)?;
    let answer = sandbox.get(visitor, "/")?;
    let old = cookie_pair(&answer)?;
    let answer = sandbox.visit(visitor, Visit::post_form("/forget", &[]))?;
    answer.has_status(303, "POST /forget ends the session and redirects to /")?;
    let meaning = "the browser kept the cookie: remove it with the same attributes that set it";
    sandbox.follow(visitor, &answer)?.shows_count(1, meaning)?;
    let meaning = "a store on the server would remember, but here there isn't one";
    counts(sandbox, &old, "[the cookie of visitor 1 from before]", 3, meaning)
}

fn known(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let meaning = "the page asks the session only whether it is new";
    for greeting in ["You are new.", "You are new."] {
        let answer = sandbox.get(visitor, "/known")?;
        answer.shows(greeting, meaning)?;
        answer.sets_no_cookie("the page changes the session, or reads more than it needs")?;
    }
    sandbox.get(visitor, "/")?.shows_count(1, NEW_EACH_TIME)?;
    let answer = sandbox.get(visitor, "/known")?;
    answer.shows("You were here before.", meaning)?;
    answer.sets_no_cookie("a session that was not changed needs no new cookie within a minute")
}
