//! The session on the server: the browser keeps a random id and nothing else.

mod attributes;
mod untrusted;

use crate::{Original, Section, Walk, promise, section};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use harness::{Answer, Event, Failure, NotKept, Outcome, Sandbox, Visit, Visitor};
use std::collections::HashSet;

const ID: Section = section("06a_server_side", "The id");
const COOKIE: Section = section("06a_server_side", "The cookie");
const SESSION: Section = section("06a_server_side", "The session");
const APP: Section = section("06a_server_side", "The app");
const EXERCISES: Section = section("06a_server_side", "Exercises");

const IN_THE_COOKIE: Original =
    Original::Differs("its cookie is the session, so an old cookie is an old session");
const CHANGES: Original = Original::Differs("its cookie changes with each visit");
const GROWS: Original = Original::Differs("its cookie grows with the session");
const NO_ID: Original = Original::Differs("its cookie holds no id, and its JSON begins alike");
const READABLE: Original = Original::Differs("its cookie is the signed but readable session");
const CALLED_SESSION: Original = Original::Differs("its cookie is called session");
const FEW_ATTRIBUTES: Original = Original::Differs("its cookie is neither HttpOnly nor Secure");
const ANY_SPACE: Original =
    Original::Differs("it drops a no-break space from a cookie's name, and takes the last cookie");
const LAST_WINS: Original = Original::Differs("of two session cookies it takes the last");
const NO_PAGE: Original = Original::Differs("it has no such page");

const FORGETS: &str = "sessions are in memory before step 06f, so a restart forgets them";
const SET_ONCE: &str = "the cookie is set once, and that walk takes it from each answer: see other_cookies_do_not_hide_the_id";

pub(super) static WALK: Walk = Walk {
    slug: "server_side",
    before: Some("session_layer"),
    also_keeps: &[],
    replaces: &[
        ("sessions::count_survives_restart", FORGETS),
        ("sessions::count_survives_kill_and_restart", FORGETS),
        ("signed_cookie::count_survives_kill_and_restart", FORGETS),
        ("session_layer::change_is_in_the_next_request", FORGETS),
        (
            "signed_cookie::cookie_holds_a_signature_and_the_session",
            "the cookie holds an id, and the session is on the server",
        ),
        ("sessions::other_cookies_do_not_hide_the_sessions", SET_ONCE),
        ("sessions::cookie_spelled_another_way_is_ignored", SET_ONCE),
        ("signed_cookie::other_cookies_do_not_hide_the_session", SET_ONCE),
        ("session_layer::two_session_cookies_are_ignored", SET_ONCE),
    ],
    form_pages: &[],
    promises: &[
        promise("old_cookie_does_not_rewind_the_session", SESSION, IN_THE_COOKIE, old_cookie),
        promise("cookie_is_set_once", SESSION, CHANGES, set_once),
        promise("req_03_ids_are_random", ID, NO_ID, random),
        promise("req_04_cookie_says_nothing", ID, READABLE, says_nothing),
        promise("req_05_cookie_name_names_no_framework", COOKIE, CALLED_SESSION, name),
        promise("req_06_unknown_id_is_not_adopted", SESSION, Original::Keeps, untrusted::unknown),
        promise("req_07_any_cookie_is_answered", COOKIE, Original::Keeps, untrusted::any_cookie),
        promise("req_08_id_comes_by_cookie_alone", COOKIE, Original::Keeps, untrusted::elsewhere),
        promise(
            "other_cookies_do_not_hide_the_id",
            COOKIE,
            Original::Keeps,
            untrusted::other_cookies,
        ),
        promise("other_spelling_is_another_cookie", COOKIE, ANY_SPACE, untrusted::spelling),
        promise("req_49_two_ids_are_ignored", APP, LAST_WINS, untrusted::two_ids),
        promise("req_38_cookie_is_secure", COOKIE, FEW_ATTRIBUTES, attributes::secure),
        promise("req_39_cookie_belongs_to_its_host", COOKIE, FEW_ATTRIBUTES, attributes::host),
        promise("req_40_cookie_says_same_site", COOKIE, Original::Keeps, attributes::same_site),
        promise("req_41_scripts_never_see_the_id", COOKIE, FEW_ATTRIBUTES, attributes::scripts),
        promise("req_42_cookie_has_no_domain", COOKIE, Original::Keeps, attributes::no_domain),
        promise("req_44_cookie_is_set_by_one_line", SESSION, Original::Keeps, attributes::one_line),
        promise("req_45_cookie_is_well_formed", COOKIE, Original::Keeps, attributes::well_formed),
        promise("req_46_cookies_are_not_folded", COOKIE, Original::Keeps, attributes::not_folded),
        promise("req_47_each_host_cookie_is_secure", COOKIE, FEW_ATTRIBUTES, attributes::each),
        promise("req_51_cookie_does_not_grow", COOKIE, GROWS, attributes::small),
    ],
    exercises: &[
        promise("online", EXERCISES, NO_PAGE, online),
        promise("forget", EXERCISES, NO_PAGE, forget),
    ],
};

const NEW_EACH_TIME: &str = "the session is new on every request: its cookie was not set, was refused or is not read; or the session was not saved";

/// The `NAME=VALUE` of a new visitor's cookie after one visit.
fn cookie_of(sandbox: &mut Sandbox, visitor: Visitor) -> Result<String, NotKept> {
    let answer = sandbox.get(visitor, "/")?;
    answer.shows_count(1, NEW_EACH_TIME)?;
    Ok(answer.cookie_pair(NEW_EACH_TIME)?.to_owned())
}

/// A visit of somebody new with this `Cookie` header.
fn visit_with(sandbox: &mut Sandbox, header: &str, label: &str) -> Result<Answer, NotKept> {
    let stranger = sandbox.visitor()?;
    sandbox.visit(stranger, Visit::get("/").with_cookie(header, label))
}

fn old_cookie(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let old = cookie_of(sandbox, visitor)?;
    sandbox.get(visitor, "/howdy")?.shows_count(2, NEW_EACH_TIME)?;
    sandbox.get(visitor, "/")?.shows_count(3, NEW_EACH_TIME)?;
    let meaning = "the cookie brought an old session back: the session has to be on the server, and only an id in the cookie";
    visit_with(sandbox, &old, "[the first cookie of visitor 1]")?.shows_count(4, meaning)
}

fn set_once(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    cookie_of(sandbox, visitor)?;
    let meaning = "the browser has the id already: set the cookie only when a session begins";
    for (path, count) in [("/", 2), ("/howdy", 3)] {
        let answer = sandbox.get(visitor, path)?;
        answer.shows_count(count, NEW_EACH_TIME)?;
        answer.sets_no_cookie(meaning)?;
    }
    Ok(())
}

/// Ten thousand ids would say the same, and take longer.
const IDS: usize = 300;

fn random(sandbox: &mut Sandbox) -> Outcome {
    let stranger = sandbox.visitor()?;
    let mut values = HashSet::new();
    let meaning = "an id that can be guessed is no secret: take 128 bits from the system's random number generator, and neither a counter nor the time";
    for _ in 0..IDS {
        let visit = Visit::get("/").with_cookie("theme=dark", "theme=dark");
        let answer = sandbox.visit(stranger, visit)?;
        answer.shows_count(1, NEW_EACH_TIME)?;
        let value = answer.cookie_value(NEW_EACH_TIME)?.to_owned();
        if value.len() < 22 {
            return Err(answer.broken("an id of 22 characters", "fewer".to_owned(), meaning));
        }
        if !values.insert(value) {
            return Err(answer.broken("another id", "one that came before".to_owned(), meaning));
        }
        sandbox.recording.events.truncate(1);
    }
    let note = format!("{} more visitors load the page, and each gets an id", IDS - 1);
    sandbox.recording.events.push(Event::Note(note));
    // The last of 22 characters has two bits only, so it has four values.
    let shortest = values.iter().map(String::len).min().unwrap_or_default();
    let dull = (0..shortest.saturating_sub(1)).find(|place| {
        let characters = values.iter().map(|value| value.as_bytes()[*place]);
        characters.collect::<HashSet<_>>().len() < 32
    });
    let Some(place) = dull else { return Ok(()) };
    let expected = format!("any of 64 characters at place {} of an id", place + 1);
    Err(Failure::outside(&expected, format!("few, in {IDS} ids"), meaning))
}

fn says_nothing(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let first = cookie_of(sandbox, visitor)?;
    let meaning = "the cookie's value says something about the session, but it has to be an id and nothing else";
    let answer = sandbox.get(visitor, "/")?;
    if sandbox.cookie_header(visitor).as_ref() != Some(&first) {
        return Err(answer.broken("the same cookie as before", "another".to_owned(), meaning));
    }
    let value = first.split_once('=').map_or("", |(_, value)| value);
    let bytes = URL_SAFE_NO_PAD.decode(value).unwrap_or_default();
    if [value.as_bytes(), &bytes].iter().any(|text| text.windows(7).any(|part| part == b"counter"))
    {
        let came = "one with \"counter\" in it".to_owned();
        return Err(answer.broken("an id that says nothing", came, meaning));
    }
    Ok(())
}

/// Names from which a scanner knows the framework, or that every second program has.
const KNOWN_NAMES: [&str; 12] = [
    "asp.net_sessionid",
    "beaker.session.id",
    "connect.sid",
    "jsessionid",
    "koa.sess",
    "laravel_session",
    "phpsessid",
    "rack.session",
    "session",
    "session_id",
    "sessionid",
    "sid",
];

fn name(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let answer = sandbox.get(visitor, "/")?;
    let pair = answer.cookie_pair(NEW_EACH_TIME)?;
    let name = pair.split('=').next().unwrap_or_default().to_ascii_lowercase();
    let bare = name.trim_start_matches("__host-").trim_start_matches("__secure-");
    if KNOWN_NAMES.contains(&bare) {
        let meaning = "the cookie's name is one that tells a scanner what made it, or that another program on the host may have too";
        return Err(answer.broken("a plain name", format!("{bare:?}"), meaning));
    }
    Ok(())
}

fn online(sandbox: &mut Sandbox) -> Outcome {
    let asker = sandbox.visitor()?;
    let meaning = "the page says how many sessions the store has";
    let ask = |sandbox: &mut Sandbox, count: &str| {
        let answer = sandbox.get(asker, "/online")?;
        answer.has_status(200, "GET /online is not answered")?;
        answer.sets_no_cookie("the page doesn't need a session, so it begins none")?;
        if answer.body.trim() == count {
            return Ok(());
        }
        Err(answer.broken(count, answer.body.clone(), meaning))
    };
    ask(sandbox, "0")?;
    for count in ["1", "2", "3"] {
        let visitor = sandbox.visitor()?;
        sandbox.get(visitor, "/")?.shows_count(1, NEW_EACH_TIME)?;
        sandbox.get(visitor, "/howdy")?.shows_count(2, NEW_EACH_TIME)?;
        ask(sandbox, count)?;
    }
    Ok(())
}

fn forget(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let cookie = cookie_of(sandbox, visitor)?;
    let answer = sandbox.visit(visitor, Visit::post_form("/forget", &[]))?;
    answer.has_status(303, "POST /forget ends the session and redirects to /")?;
    answer.removes_cookie("the browser still has the cookie, and sends it with every request")?;
    let meaning = "a browser ignores a cookie whose name begins with __Host- if it isn't Secure with Path=/, also one that removes";
    answer.cookie_has(&["Secure", "Path=/"], meaning)?;
    sandbox.follow(visitor, &answer)?.shows_count(1, "the session is still there")?;
    let answer = visit_with(sandbox, &cookie, "[the cookie that visitor 1 had]")?;
    answer.shows_count(1, "the record is still in the store, so a kept cookie is still good")?;
    let nobody = sandbox.visitor()?;
    let answer = sandbox.visit(nobody, Visit::post_form("/forget", &[]))?;
    answer.has_status(303, "there is nothing to end, and that is no error")
}
