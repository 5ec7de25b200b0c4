//! What comes from a browser is not to be trusted: ids that nobody gave out, octets of all kinds,
//! and other cookies.

use super::{NEW_EACH_TIME, cookie_of, visit_with};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use harness::{Event, Failure, Outcome, Sandbox, Visit};

const FIXATION: &str = "an attacker can choose an id, plant it in a browser, and wait until somebody uses it: begin a session under an id of your own";

pub(super) fn unknown(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let cookie = cookie_of(sandbox, visitor)?;
    let name = cookie.split('=').next().unwrap_or_default();
    let planted = format!("{name}={}", URL_SAFE_NO_PAD.encode(*b"an attacker's id"));
    let label = format!("{name}=[an id that an attacker made up]");
    let answer = visit_with(sandbox, &planted, &label)?;
    answer.shows_count(1, FIXATION)?;
    let meaning = "the session that was begun has no new id, so it belongs to the id that came";
    if answer.cookie_pair(meaning)? == planted {
        return Err(answer.broken("another id", "the attacker's".to_owned(), FIXATION));
    }
    visit_with(sandbox, &planted, &label)?.shows_count(1, FIXATION)
}

pub(super) fn any_cookie(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let cookie = cookie_of(sandbox, visitor)?;
    let name = cookie.split('=').next().unwrap_or_default();
    let meaning = "a cookie that isn't one of our ids is an error here, or it finds a session: its visitor has to be a new one";
    for value in [
        "",
        "=",
        "A",
        "AAAAAAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAAAAAAAAAAAAB",
        "AAAAAAAAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAAAAAAAAAAAAA==",
        "../../etc/passwd",
        "'; DROP TABLE sessions; --",
        "%00",
        "\"",
        "<script>alert(1)</script>",
        "José",
        "🍪",
    ] {
        let header = format!("{name}={value}");
        let answer = visit_with(sandbox, &header, &header)?;
        answer.has_status(200, meaning)?;
        answer.shows_count(1, meaning)?;
        if value.len() > 5 {
            answer.shows_no(value, "what came in the cookie is in the page")?;
        }
    }
    let stranger = sandbox.visitor()?;
    let octets = [name.as_bytes(), b"=\xff\xfe\x80"].concat();
    let label = format!("{name}=\\xff\\xfe\\x80");
    let visit = Visit::get("/").with_cookie(&octets, &label);
    sandbox.visit(stranger, visit)?.shows_count(1, meaning)?;
    let long = format!("{name}={}", "A".repeat(10_000));
    visit_with(sandbox, &long, &format!("{name}=[10 000 times A]"))?.shows_count(1, meaning)?;
    let meaning = "a bad cookie damaged a session";
    sandbox.get(visitor, "/")?.shows_count(2, meaning)
}

/// A visit of somebody new that carries an id outside of the cookie. It stays out of the recording,
/// because that would show the id.
fn is_ignored(sandbox: &mut Sandbox, visit: Visit, place: &str) -> Outcome {
    let meaning = "an id in an address is copied with it, and stays in logs and histories: read the cookie and nothing else";
    let stranger = sandbox.visitor()?;
    let before = sandbox.recording.events.len();
    let answer = sandbox.visit(stranger, visit)?;
    sandbox.recording.events.truncate(before);
    if answer.body.contains("Count: 1") {
        return Ok(());
    }
    let expected = format!("a new session for an id in {place}");
    Err(Failure::outside(&expected, "another answer".to_owned(), meaning))
}

pub(super) fn elsewhere(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let cookie = cookie_of(sandbox, visitor)?;
    let (name, id) = cookie.split_once('=').unwrap_or((&cookie, ""));
    for header in ["x-session-id", "session-id", "authorization", name] {
        let visit = Visit::get("/").with_header(header, id);
        is_ignored(sandbox, visit, &format!("the header {header}"))?;
    }
    for field in [name, "id", "session"] {
        let path = format!("/howdy?{field}={id}");
        is_ignored(sandbox, Visit::get(&path), &format!("the address, as ?{field}="))?;
    }
    let note = "other visitors send this id in headers and addresses, and are new";
    sandbox.recording.events.push(Event::Note(note.to_owned()));
    sandbox.get(visitor, "/")?.shows_count(2, "an id outside of the cookie used the session")
}

pub(super) fn other_cookies(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let own = cookie_of(sandbox, visitor)?;
    let own = sandbox.cookie_header(visitor).unwrap_or(own);
    let meaning = "another program's cookie hides the id: compare octets, because others may hold any, and ignore only cookies with the same name";
    let others: [&[u8]; 7] = [
        b"theme=dark",
        b"lang=de; lang=en",
        b"; ; a=1;",
        b"name=Jos\xE9",
        b"%=1; a b=2",
        b"flag",
        b"\xFF\xFE=1",
    ];
    let mut header = own;
    for (other, count) in others.into_iter().zip(2..) {
        let label = format!("{}; [the cookie of visitor 1]", other.escape_ascii());
        let cookies = [other, b"; ", header.as_bytes()].concat();
        let answer = sandbox.visit(visitor, Visit::get("/").with_cookie(&cookies, &label))?;
        answer.shows_count(count, meaning)?;
        header = sandbox.cookie_header(visitor).unwrap_or(header);
    }
    let visit = Visit::get("/").with_cookie("lang=de", "lang=de");
    let visit = visit.with_cookie(&header, "[the cookie of visitor 1]");
    sandbox.visit(visitor, visit)?.shows_count(9, "only the first Cookie line is read")
}

/// Names that a library takes for the id's cookie if it decodes or trims names.
pub(super) fn spelling(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let attacker = sandbox.visitor()?;
    cookie_of(sandbox, visitor)?;
    cookie_of(sandbox, attacker)?;
    sandbox.get(attacker, "/")?.shows_count(2, NEW_EACH_TIME)?;
    let planted = sandbox.cookie_header(attacker).unwrap_or_default();
    let (name, value) = planted.split_once('=').unwrap_or((&planted, ""));
    let (first, rest) = name.split_at(1);
    let code = first.as_bytes()[0];
    let meaning = "the program decodes or trims cookie names, so a neighbouring site can put its own id in front of the visitor's";
    let spellings = [
        format!("%{code:02x}{rest}"),
        format!("%{code:02X}{rest}"),
        format!("{name}%20"),
        name.to_ascii_uppercase(),
        format!("\u{a0}{name}"),
    ];
    for (spelling, count) in spellings.into_iter().zip(2..) {
        let own = sandbox.cookie_header(visitor).unwrap_or_default();
        let cookies = format!("{own}; {spelling}={value}");
        let label = format!("[the cookie of visitor 1]; {spelling}=[the value of visitor 2]");
        let answer = sandbox.visit(visitor, Visit::get("/").with_cookie(&cookies, &label))?;
        answer.shows_count(count, meaning)?;
    }
    sandbox.get(attacker, "/")?.shows_count(3, meaning)
}

pub(super) fn two_ids(sandbox: &mut Sandbox) -> Outcome {
    let first = sandbox.visitor()?;
    let second = sandbox.visitor()?;
    let one = cookie_of(sandbox, first)?;
    cookie_of(sandbox, second)?;
    sandbox.get(second, "/")?.shows_count(2, NEW_EACH_TIME)?;
    let two = sandbox.cookie_header(second).unwrap_or_default();
    let meaning = "the program picked one of two session cookies, but their order means nothing: `isolate_cookies` has to be outside of the session layer";
    let labels = ["[the cookie of visitor 1]", "[the cookie of visitor 2]"];
    let forwards = format!("{one}; {two}");
    let backwards = format!("{two}; {one}");
    for (cookies, label) in [
        (forwards, format!("{}; {}", labels[0], labels[1])),
        (backwards, format!("{}; {}", labels[1], labels[0])),
    ] {
        visit_with(sandbox, &cookies, &label)?.shows_count(1, meaning)?;
    }
    sandbox.get(first, "/")?.shows_count(2, meaning)?;
    sandbox.get(second, "/")?.shows_count(3, meaning)
}
