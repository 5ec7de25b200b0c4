//! The counter in a cookie that the program signs: readable by anyone, and accepted only unchanged.

use crate::{Original, Section, Walk, promise, section};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use harness::{NotKept, Outcome, Sandbox, Visit, Visitor};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const SIGNATURE: Section = section("05a_signed_cookie", "The signature");
const COOKIE: Section = section("05a_signed_cookie", "The cookie");
const COUNTER: Section = section("05a_signed_cookie", "The counter");
const APP: Section = section("05a_signed_cookie", "The app");
const EXERCISES: Section = section("05a_signed_cookie", "Exercises");

const LONGER: Original = Original::Differs("its signature has 64 octets, and two times come first");
const FEW_ATTRIBUTES: Original = Original::Differs("its cookie is neither HttpOnly nor Secure");

const SHOWS_A_COUNT: &str = "the page has another title and shows a count, as the original does";

pub(super) static WALK: Walk = Walk {
    slug: "signed_cookie",
    before: Some("view_classes"),
    also_keeps: &["sessions"],
    replaces: &[
        ("view_classes::home_view_is_at_the_root", SHOWS_A_COUNT),
        ("view_classes::hello_view_is_at_howdy", SHOWS_A_COUNT),
        ("view_classes::nobody_is_remembered", "the session remembers"),
        ("sessions::cookie_says_nothing", "the cookie holds the session, and changes with it"),
        (
            "sessions::req_02_cookies_differ_from_visitor_to_visitor",
            "the cookie holds no id, so equal sessions have equal cookies",
        ),
        (
            "sessions::count_survives_the_browsers_restart",
            "the cookie has no Max-Age before step 05c, so it goes with the browser",
        ),
    ],
    form_pages: &[],
    promises: &[
        promise("pages_are_the_originals", COUNTER, Original::Keeps, pages_are_the_originals),
        promise("visitors_have_separate_counts", COUNTER, Original::Keeps, separate_counts),
        promise("count_survives_kill_and_restart", APP, Original::Keeps, survives_kill),
        promise("cookie_holds_a_signature_and_the_session", COOKIE, LONGER, holds_the_session),
        promise("cookie_has_its_attributes", COOKIE, FEW_ATTRIBUTES, attributes),
        promise("other_cookies_do_not_hide_the_session", COOKIE, Original::Keeps, other_cookies),
        promise("req_09_changed_cookie_is_anonymous", SIGNATURE, Original::Keeps, changed),
        promise("req_09_truncated_cookie_is_anonymous", SIGNATURE, Original::Keeps, truncated),
        promise("unsigned_session_is_anonymous", SIGNATURE, Original::Keeps, unsigned),
        promise("borrowed_signature_is_anonymous", SIGNATURE, Original::Keeps, borrowed),
        promise("cookie_of_another_secret_is_anonymous", APP, Original::Keeps, another_secret),
    ],
    exercises: &[
        promise("known", EXERCISES, Original::Differs("it has no such page"), known),
        promise("purpose", EXERCISES, Original::Differs("its cookie has other bytes"), purpose),
    ],
};

const NEW_EACH_TIME: &str = "the session is new on every request: its cookie was not set, was set before the change, was refused or is not read";
const BELIEVED: &str = "the program trusts a cookie that is not as it was sent";

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
    sandbox.get(visitor, "/howdy")?.is_page(&page("Hello View", 2), NEW_EACH_TIME)?;
    sandbox.get(visitor, "/")?.is_page(&page("Home View", 3), NEW_EACH_TIME)
}

/// The first cookies of the two are equal, and their sessions are not one.
fn separate_counts(sandbox: &mut Sandbox) -> Outcome {
    let first = sandbox.visitor()?;
    let second = sandbox.visitor()?;
    let meaning = "the count belongs to the program instead of the session";
    sandbox.get(first, "/")?.shows_count(1, NEW_EACH_TIME)?;
    sandbox.get(second, "/")?.shows_count(1, meaning)?;
    sandbox.get(first, "/")?.shows_count(2, NEW_EACH_TIME)?;
    sandbox.get(second, "/")?.shows_count(2, meaning)
}

fn survives_kill(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    sandbox.get(visitor, "/")?.shows_count(1, NEW_EACH_TIME)?;
    sandbox.kill_and_restart()?;
    let meaning = "the secret changes at each start: take the one that is kept in STATE_DIR";
    sandbox.get(visitor, "/howdy")?.shows_count(2, meaning)
}

/// A new visitor's cookie after one visit, as `NAME=VALUE`.
fn cookie_of(sandbox: &mut Sandbox, visitor: Visitor) -> Result<String, NotKept> {
    let answer = sandbox.get(visitor, "/")?;
    answer.shows_count(1, NEW_EACH_TIME)?;
    Ok(answer.cookie_pair(NEW_EACH_TIME)?.to_owned())
}

/// A visit with this `Cookie` header shows this count.
fn counts(sandbox: &mut Sandbox, header: &str, label: &str, count: u64, meaning: &str) -> Outcome {
    let stranger = sandbox.visitor()?;
    let answer = sandbox.visit(stranger, Visit::get("/").with_cookie(header, label))?;
    answer.shows_count(count, meaning)
}

fn holds_the_session(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let answer = sandbox.get(visitor, "/")?;
    let value = answer.cookie_value(NEW_EACH_TIME)?;
    let meaning = "the cookie's value is the base64url, without `=` at its end, of a signature of 32 octets and the session as JSON";
    let bytes = URL_SAFE_NO_PAD.decode(value).unwrap_or_default();
    let json = bytes.get(32..).unwrap_or_default();
    let came = String::from_utf8_lossy(json).replace(' ', "");
    if came == "{\"counter\":1}" {
        return Ok(());
    }
    // What follows another signature differs from run to run.
    Err(answer.broken("{\"counter\":1} after 32 octets", "something else".to_owned(), meaning))
}

fn attributes(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let meaning =
        "scripts, other sites or unencrypted connections get the cookie, or not all pages do";
    let answer = sandbox.get(visitor, "/")?;
    answer.cookie_has(&["HttpOnly", "SameSite=Lax", "Secure", "Path=/"], meaning)
}

fn other_cookies(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let mut own = cookie_of(sandbox, visitor)?;
    let meaning =
        "another program's cookie hides the session's: compare octets, because others may hold any";
    for (other, count) in
        ["theme=dark", "name=José", "flag; ; =1", "xsession=1"].into_iter().zip(2..)
    {
        let cookies = format!("{other}; {own}");
        let label = format!("{other}; [the cookie of visitor 1]");
        let answer = sandbox.visit(visitor, Visit::get("/").with_cookie(&cookies, &label))?;
        answer.shows_count(count, meaning)?;
        own = answer.cookie_pair(NEW_EACH_TIME)?.to_owned();
    }
    Ok(())
}

/// The cookie with the character at one place changed.
fn with_change(cookie: &str, place: usize) -> String {
    let changed = if &cookie[place..=place] == "A" { "B" } else { "A" };
    format!("{}{changed}{}", &cookie[..place], &cookie[place + 1..])
}

fn changed(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let cookie = cookie_of(sandbox, visitor)?;
    let start = cookie.find('=').map_or(0, |equals| equals + 1);
    for (place, name) in [
        (start, "the first character"),
        ((start + cookie.len()) / 2, "one in the middle"),
        (cookie.len() - 3, "one of the count"),
        (cookie.len() - 1, "the last character"),
    ] {
        let label = format!("[the cookie of visitor 1, {name} changed]");
        counts(sandbox, &with_change(&cookie, place), &label, 1, BELIEVED)?;
    }
    sandbox
        .get(visitor, "/")?
        .shows_count(2, "a forged cookie damaged the session that it resembles")
}

fn truncated(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let cookie = cookie_of(sandbox, visitor)?;
    let half = &cookie[..cookie.len() / 2];
    counts(sandbox, half, "[the first half of the cookie of visitor 1]", 1, BELIEVED)?;
    let short = &cookie[..cookie.len() - 4];
    counts(sandbox, short, "[the cookie of visitor 1 without its last 4 characters]", 1, BELIEVED)
}

fn unsigned(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let cookie = cookie_of(sandbox, visitor)?;
    let name = cookie.split('=').next().unwrap_or_default();
    let json = "{\"counter\":999}";
    let alone = format!("{name}={}", URL_SAFE_NO_PAD.encode(json));
    counts(sandbox, &alone, &format!("{name}=[{json} in base64url]"), 1, BELIEVED)?;
    let zeros = [&[0; 32], json.as_bytes()].concat();
    let zeros = format!("{name}={}", URL_SAFE_NO_PAD.encode(zeros));
    let label = format!("{name}=[32 zeros and {json} in base64url]");
    counts(sandbox, &zeros, &label, 1, BELIEVED)?;
    let bare = format!("{name}={json}");
    counts(sandbox, &bare, &bare, 1, "a session that is not even encoded is believed")
}

/// The genuine signature of one session in front of another.
fn borrowed(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let cookie = cookie_of(sandbox, visitor)?;
    let (name, value) = cookie.split_once('=').unwrap_or((&cookie, ""));
    let mut bytes = URL_SAFE_NO_PAD.decode(value).unwrap_or_default();
    bytes.truncate(32);
    bytes.extend(b"{\"counter\":999}");
    let forged = format!("{name}={}", URL_SAFE_NO_PAD.encode(bytes));
    let label = format!("{name}=[the signature of visitor 1's session and {{\"counter\":999}}]");
    let meaning = "the signature is there, but it is not the one of this session";
    counts(sandbox, &forged, &label, 1, meaning)
}

fn another_secret(sandbox: &mut Sandbox) -> Outcome {
    let mut elsewhere = sandbox.elsewhere()?;
    let foreigner = elsewhere.visitor()?;
    let cookie = cookie_of(&mut elsewhere, foreigner)?;
    let meaning =
        "the secret is a constant in the source, so anyone who has the source can make any session";
    counts(sandbox, &cookie, "[a cookie of the same program with another secret]", 1, meaning)
}

fn known(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let meaning = "a visitor is new until the session holds a count";
    for _ in 0..2 {
        let answer = sandbox.get(visitor, "/known")?;
        answer.has_status(200, "GET /known is not answered")?;
        answer.shows("You are new.", meaning)?;
        answer.sets_no_cookie("the page only looks, so it needs no cookie")?;
    }
    let cookie = cookie_of(sandbox, visitor)?;
    let answer = sandbox.get(visitor, "/known")?;
    answer.shows("You were here before.", meaning)?;
    answer.sets_no_cookie("the page only looks, so it needs no new cookie")?;
    sandbox.get(visitor, "/")?.shows_count(2, "the page changed the session")?;
    let stranger = sandbox.visitor()?;
    let forged = with_change(&cookie, cookie.len() / 2);
    let label = "[the cookie of visitor 1, one in the middle changed]";
    let answer = sandbox.visit(stranger, Visit::get("/known").with_cookie(&forged, label))?;
    answer.shows("You are new.", "a cookie that is not as it was sent counts as a session")
}

/// Known to the walk, so that it can sign as the program does.
const SECRET: &str = "93b1e0c7d2f64a58-of-the-walk-93b1e0c7d2f64a58";

/// The cookie of a count of 6, with a signature of what comes after the prefix.
fn signed(prefix: &str) -> String {
    let json = "{\"counter\":6}";
    let key = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes());
    let key = key.expect("HMAC takes a key of any length");
    let signature = key.chain_update(prefix).chain_update(json).finalize().into_bytes();
    format!("session={}", URL_SAFE_NO_PAD.encode([signature.as_slice(), json.as_bytes()].concat()))
}

fn purpose(sandbox: &mut Sandbox) -> Outcome {
    sandbox.restart_with(&[("SECRET", SECRET)])?;
    let meaning = "the text under the signature begins with the cookie's name and `=`, and only the JSON is sent";
    let label = "session=[a signature of session={\"counter\":6}, and {\"counter\":6}]";
    counts(sandbox, &signed("session="), label, 7, meaning)?;
    let label = "session=[a signature of lang={\"counter\":6}, and {\"counter\":6}]";
    let meaning = "a value that was signed for another cookie is accepted as a session";
    counts(sandbox, &signed("lang="), label, 1, meaning)?;
    let label = "session=[a signature of {\"counter\":6}, and {\"counter\":6}]";
    let meaning = "the signature does not cover the cookie's name";
    counts(sandbox, &signed(""), label, 1, meaning)
}
