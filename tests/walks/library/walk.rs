//! The sessions of part 06 on the library: what a program has to do so that the library's promises hold.

use crate::survive::{counted, file, is_out_of_order, lock, note, unlock};
use crate::{Original, Section, Walk, promise, section};
use harness::{Failure, NotKept, Outcome, Sandbox, Visit, Visitor};

const APP: Section = section("06i_library", "The app");
const VIEWS: Section = section("06i_library", "The views");
const ACTS: Section = section("06i_library", "Slow, logout, rotate");
const EXERCISES: Section = section("06i_library", "Exercises");

const COOKIES: Original = Original::Differs("it has no store: the cookie holds the session");
const NO_PAGE: Original = Original::Differs("it has no such page");

const SHOWS_A_COUNT: &str = "the page shows a count";
const SET_ONCE: &str = "the cookie is set once, and that walk takes it from each answer: see other_cookies_do_not_hide_the_id";

pub(super) static WALK: Walk = Walk {
    slug: "library",
    before: Some("view_classes"),
    also_keeps: &[
        "sessions",
        "signed_cookie",
        "session_layer",
        "server_side",
        "atom",
        "gone",
        "limits",
        "store_contract",
        "sqlite_store",
        "survive",
        "migration",
        "group_commit",
    ],
    replaces: &[
        ("view_classes::home_view_is_at_the_root", SHOWS_A_COUNT),
        ("view_classes::hello_view_is_at_howdy", SHOWS_A_COUNT),
        ("view_classes::nobody_is_remembered", "the session remembers"),
        (
            "sessions::cookie_says_nothing",
            "the cookie is set once, and that walk takes a second one: see req_04_cookie_says_nothing",
        ),
        ("sessions::other_cookies_do_not_hide_the_sessions", SET_ONCE),
        ("sessions::cookie_spelled_another_way_is_ignored", SET_ONCE),
        (
            "signed_cookie::cookie_holds_a_signature_and_the_session",
            "the cookie holds an id, and the session is on the server",
        ),
        ("signed_cookie::other_cookies_do_not_hide_the_session", SET_ONCE),
        ("session_layer::two_session_cookies_are_ignored", SET_ONCE),
        (
            "store_contract::log_says_that_sessions_are_in_memory",
            "they are in a file, and a restart ends nothing",
        ),
    ],
    form_pages: &[],
    promises: &[
        promise("count_survives_kill_and_restart", APP, Original::Keeps, survives),
        promise("visits_at_once_are_all_counted", VIEWS, COOKIES, at_once),
        promise("outage_is_a_page_that_says_so", VIEWS, COOKIES, outage),
        promise("log_has_each_change_and_no_id", ACTS, NO_PAGE, log),
    ],
    exercises: &[
        promise("farewell", EXERCISES, NO_PAGE, farewell),
        promise("seen", EXERCISES, NO_PAGE, seen),
    ],
};

const NEW_EACH_TIME: &str =
    "the session is new on every request: its cookie was not set, was refused or is not read";

fn survives(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let no_engine = "the pages have no engine: add .layer(engine) after the routes";
    let answer = sandbox.get(visitor, "/")?;
    answer.has_status(200, no_engine)?;
    answer.shows_count(1, NEW_EACH_TIME)?;
    sandbox.get(visitor, "/howdy")?.shows_count(2, NEW_EACH_TIME)?;
    sandbox.kill_and_restart()?;
    let meaning = "the sessions went with the program: keep them in a file";
    sandbox.get(visitor, "/")?.shows_count(3, meaning)
}

fn at_once(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    sandbox.get(visitor, "/")?.shows_count(1, NEW_EACH_TIME)?;
    sandbox.visit_at_once(&[visitor; 40], "/")?;
    note(sandbox, "visitor 1 loads / 40 times at once");
    let counted = sandbox.get(visitor, "/")?.shows_count(42, "");
    counted.map_err(|_| {
        // How many are missing is not the same each time.
        sandbox.recording.events.truncate(2);
        let meaning = "the count was read outside the closure of `update`, so it's older than what the closure writes: read it from the closure's argument";
        Failure::outside("42 after 42 visits", "a smaller count".to_owned(), meaning)
    })
}

fn outage(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, connection) = counted(sandbox)?;
    lock(sandbox, &connection)?;
    let answer = sandbox.get(visitor, "/")?;
    unlock(sandbox, &connection)?;
    is_out_of_order(&answer)?;
    sandbox.get(visitor, "/")?.shows_count(2, "the visit that failed was counted")
}

fn post(sandbox: &mut Sandbox, visitor: Visitor, path: &str) -> Outcome {
    let answer = sandbox.visit(visitor, Visit::post_form(path, &[]))?;
    answer.has_status(303, "the form is answered with a redirect to /")
}

/// The value of the visitor's session cookie.
fn id(sandbox: &Sandbox, visitor: Visitor) -> String {
    let header = sandbox.cookie_header(visitor).unwrap_or_default();
    header.split_once('=').map_or("", |(_, value)| value).to_owned()
}

fn log(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let mut ids = Vec::new();
    sandbox.get(visitor, "/")?.shows_count(1, NEW_EACH_TIME)?;
    ids.push(id(sandbox, visitor));
    post(sandbox, visitor, "/rotate")?;
    ids.push(id(sandbox, visitor));
    post(sandbox, visitor, "/logout")?;
    for event in ["created", "rotated", "destroyed"] {
        let meaning = "the library writes a line for each change in a session's life, so this one was not made: to remove the values is not to end the session";
        sandbox.log_has(&["INFO", &format!("event=\"{event}\"")], meaning)?;
    }
    for id in ids.iter().filter(|id| !id.is_empty()) {
        let meaning = "the log has an id, and anyone who reads it has the session";
        sandbox.log_has_no(&[id], meaning)?;
    }
    note(sandbox, "the log has a line for each of the three changes, and no id");
    Ok(())
}

/// A message of a session that has ended is in the session that begins.
fn farewell(sandbox: &mut Sandbox) -> Outcome {
    const MESSAGE: &str = "You have logged out.";
    let visitor = sandbox.visitor()?;
    for count in 1..4 {
        let answer = sandbox.get(visitor, "/")?;
        answer.shows_count(count, NEW_EACH_TIME)?;
        answer.shows_no(MESSAGE, "the message is on pages that follow no logout")?;
    }
    let old = id(sandbox, visitor);
    let answer = sandbox.visit(visitor, Visit::post_form("/logout", &[]))?;
    answer.has_status(303, "POST /logout is answered with a redirect to /")?;
    if id(sandbox, visitor) == old {
        let meaning = "the session goes on under the same id: destroy it, and then begin another";
        return Err(answer.broken("a cookie with another id", "the same id".to_owned(), meaning));
    }
    sandbox.kill_and_restart()?;
    let answer = sandbox.follow(visitor, &answer)?;
    answer.shows(MESSAGE, "the page after the logout has no message")?;
    answer.shows_count(1, "the session did not end")?;
    let answer = sandbox.get(visitor, "/")?;
    answer
        .shows_no(MESSAGE, "the message is shown more than once: pop it where the page counts")?;
    answer.shows_count(2, NEW_EACH_TIME)
}

fn has_seen(sandbox: &mut Sandbox, visitor: Visitor, expected: &str) -> Result<(), NotKept> {
    let answer = sandbox.get(visitor, "/seen")?;
    answer.has_status(200, "GET /seen is not answered")?;
    answer.sets_no_cookie("looking begins a session")?;
    if answer.body.trim() == expected {
        return Ok(());
    }
    let meaning =
        "the page says how often the session has seen each view, such as `home 2, hello 1`";
    Err(answer.broken(expected, answer.body.clone(), meaning))
}

/// How often each view was seen is in the session too, also in one that knows nothing about it.
fn seen(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    has_seen(sandbox, visitor, "home 0, hello 0")?;
    for (path, count) in [("/", 1), ("/howdy", 2), ("/", 3)] {
        sandbox.get(visitor, path)?.shows_count(count, NEW_EACH_TIME)?;
    }
    has_seen(sandbox, visitor, "home 2, hello 1")?;
    let connection = file(sandbox)?;
    let older = r#"UPDATE sessions SET data = '{"counter":7,"to":"x"}', version = version + 1"#;
    crate::survive::execute(&connection, older)?;
    note(sandbox, "the session is one that an earlier version of the program wrote");
    has_seen(sandbox, visitor, "home 0, hello 0")?;
    let meaning = "a session without the new fields is refused: give the type #[serde(default)]";
    sandbox.get(visitor, "/howdy")?.shows_count(8, meaning)?;
    has_seen(sandbox, visitor, "home 0, hello 1")?;
    let kept = connection.query_one("SELECT json_extract(data, '$.to') FROM sessions", [], |row| {
        row.get::<_, Option<String>>(0)
    });
    if kept.ok().flatten().as_deref() == Some("x") {
        return Ok(());
    }
    let meaning = "a value that the type doesn't know is lost: use `update_as`";
    Err(Failure::outside("the session's other values", "none of them".to_owned(), meaning))
}
