//! Pyramid's cookie, byte for byte: what one side writes, the other reads, and sends back as it came.

use crate::{Original, Section, Walk, promise, section};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use harness::{Answer, Event, Failure, NotKept, Outcome, Sandbox, Visit};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha512;
use std::fs;
use std::time::SystemTime;

const KEY: Section = section("05f_pyramid_cookie", "The key");
const JSON: Section = section("05f_pyramid_cookie", "The JSON");
const TEXTS: Section = section("05f_pyramid_cookie", "Texts");
const CAME: Section = section("05f_pyramid_cookie", "What you don't touch");
const CREATED: Section = section("05f_pyramid_cookie", "The record");
const NO_JSON: Section = section("05f_pyramid_cookie", "What isn't JSON");
const SIZE: Section = section("05f_pyramid_cookie", "The limit");
const EXERCISES: Section = section("05f_pyramid_cookie", "Exercises");

const READS_NAN: Original = Original::Differs("its JSON has NaN, and it reads and writes it");
const FAILS: Original =
    Original::Differs("a larger session is a plain 500, after the view has run");

const NO_CLOCK: Original = Original::Differs("it accepts a session from the future");

const ONE_QUEUE: Original = Original::Differs("its page shows one queue");

const OTHER_SIGNATURE: &str =
    "that walk signs with SHA-256 and without a salt, and here such a cookie isn't ours";

pub(super) static WALK: Walk = Walk {
    slug: "pyramid_cookie",
    before: Some("keyring"),
    also_keeps: &[],
    replaces: &[
        ("lifetime::session_from_the_future_is_refused", OTHER_SIGNATURE),
        ("lifetime::clocks_may_differ_by_a_minute", OTHER_SIGNATURE),
        ("lifetime::session_of_the_step_before_is_a_new_one", OTHER_SIGNATURE),
    ],
    form_pages: &[],
    promises: &[
        promise("session_of_pyramid_goes_on", KEY, Original::Keeps, goes_on),
        promise("secret_is_encoded_as_pyramid_encodes_it", KEY, Original::Keeps, encoded_secret),
        promise("value_is_pyramids_byte_for_byte", JSON, Original::Keeps, byte_for_byte),
        promise("texts_are_spelled_as_python_spells_them", TEXTS, Original::Keeps, texts),
        promise("what_came_goes_back_byte_for_byte", CAME, Original::Keeps, goes_back),
        promise("created_stays_the_float_that_came", CREATED, Original::Keeps, created),
        promise("session_from_pyramids_future_is_refused", CREATED, NO_CLOCK, future),
        promise("session_with_nan_is_a_new_one", NO_JSON, READS_NAN, nan),
        promise("value_over_4064_characters_is_refused", SIZE, FAILS, limit),
    ],
    exercises: &[
        promise("salt", EXERCISES, Original::Differs("its salt is in its source"), other_salt),
        promise("queue", EXERCISES, ONE_QUEUE, queue),
    ],
};

const SALT: &str = "pyramid.session.";

/// A secret that nobody uses, like one from `openssl rand -hex 32`.
const SECRET: &str = "8f41c6d2075b9ae3361d84f7b20c95ea7d3f18062b4c59e8a6f0d17c43b8925e";

/// What Pyramid signs with: Latin-1 if every character fits, and UTF-8 otherwise.
fn key(salt: &str, secret: &str) -> Hmac<Sha512> {
    let text = format!("{salt}{secret}");
    let latin_1: Result<Vec<u8>, _> = text.chars().map(u8::try_from).collect();
    let key = latin_1.unwrap_or_else(|_| text.into_bytes());
    Hmac::new_from_slice(&key).expect("HMAC takes a key of any length")
}

/// A cookie with this JSON, as Pyramid makes it.
fn signed_with(key: &Hmac<Sha512>, json: &str) -> String {
    let signature = key.clone().chain_update(json).finalize().into_bytes();
    let bytes = [signature.as_slice(), json.as_bytes()].concat();
    format!("session={}", URL_SAFE_NO_PAD.encode(bytes))
}

/// A cookie of a session that is used at this moment, so it is alive.
fn pyramids(created: &str, data: &str) -> String {
    signed_with(&key(SALT, SECRET), &format!("[{}, {created}, {data}]", now()))
}

fn now() -> u64 {
    SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs())
}

/// The JSON in the answer's cookie, if Pyramid would find its signature right.
fn json(answer: &Answer, secret: &str) -> Result<String, NotKept> {
    let value = answer.cookie_value("the session was changed, so its cookie has to be sent")?;
    let bytes = URL_SAFE_NO_PAD.decode(value).unwrap_or_default();
    let (signature, json) = bytes.split_at_checked(64).unwrap_or_default();
    if key(SALT, secret).chain_update(json).verify_slice(signature).is_ok() {
        return Ok(String::from_utf8_lossy(json).into_owned());
    }
    let meaning = "Pyramid puts HMAC-SHA-512 in front of the JSON, and its key is `pyramid.session.` and the secret";
    let came = "another value".to_owned();
    Err(answer.broken("a cookie with a signature that Pyramid accepts", came, meaning))
}

/// The three parts of a cookie's JSON, as Python separates them.
struct Parts {
    accessed: String,
    created: String,
    data: String,
}

const SEPARATED: &str =
    "Python writes a space after each comma and colon, and `created` is a float";

/// The parts of the answer's cookie, which was made at this moment.
fn parts(answer: &Answer, secret: &str) -> Result<Parts, NotKept> {
    let json = json(answer, secret)?;
    let inner = json.strip_prefix('[').and_then(|json| json.strip_suffix(']'));
    let mut parts = inner.unwrap_or_default().splitn(3, ", ").map(str::to_owned);
    let mut part = || parts.next().unwrap_or_default();
    let parts = Parts { accessed: part(), created: part(), data: part() };
    let is_now = parts.accessed.parse().is_ok_and(|accessed| now().abs_diff(accessed) < 60);
    let is_float = parts.created.contains(['.', 'e']);
    if is_now && is_float && parts.data.starts_with('{') {
        return Ok(parts);
    }
    let expected = "JSON such as [1735689600, 1735689600.25, {\"counter\": 1}]";
    // The times would differ from run to run.
    let hide = |text: &str| text.replace(|letter: char| letter.is_ascii_digit(), "0");
    Err(answer.broken(expected, hide(&json), SEPARATED))
}

/// The session in the answer's cookie is this.
fn holds(answer: &Answer, data: &str, meaning: &str) -> Outcome {
    let came = parts(answer, SECRET)?.data;
    if came == data { Ok(()) } else { Err(answer.broken(data, came, meaning)) }
}

fn note(sandbox: &mut Sandbox, text: String) {
    sandbox.recording.events.push(Event::Note(text));
}

/// A visit with this cookie.
fn visit(sandbox: &mut Sandbox, cookie: &str, label: &str) -> Result<Answer, NotKept> {
    let visitor = sandbox.visitor()?;
    sandbox.visit(visitor, Visit::get("/").with_cookie(cookie, label))
}

const NOT_READ: &str = "a cookie of Pyramid, made with the same secret, is not read: compare salt, hash and key with the chapter";

fn goes_on(sandbox: &mut Sandbox) -> Outcome {
    sandbox.restart_with(&[("SECRET", SECRET)])?;
    let visitor = sandbox.visitor()?;
    let cookie = pyramids("1735689600.25", "{\"counter\": 5}");
    let label = "session=[Pyramid's cookie of a count of 5]";
    let answer = sandbox.visit(visitor, Visit::get("/").with_cookie(&cookie, label))?;
    answer.shows_count(6, NOT_READ)?;
    sandbox.get(visitor, "/howdy")?.shows_count(7, "its own cookie is not read")
}

fn encoded_secret(sandbox: &mut Sandbox) -> Outcome {
    let meaning = "Pyramid encodes salt and secret in Latin-1, and in UTF-8 if a character isn't in Latin-1: a Rust text is UTF-8";
    for secret in [
        "Fünfundzwanzig Füchse für fünf Pfennige in Köln",
        "Fünfundzwanzig 🦊 für fünf Pfennige in Köln",
    ] {
        sandbox.restart_with(&[("SECRET", secret)])?;
        let json = format!("[{}, 1735689600.25, {{\"counter\": 5}}]", now());
        let cookie = signed_with(&key(SALT, secret), &json);
        let label = "session=[Pyramid's cookie of a count of 5]";
        visit(sandbox, &cookie, label)?.shows_count(6, meaning)?;
    }
    Ok(())
}

/// With a secret that is given, and with the one that the program has made.
fn byte_for_byte(sandbox: &mut Sandbox) -> Outcome {
    let file = sandbox.state_dir()?.join("secret");
    let made = fs::read_to_string(file).map_err(|error| {
        let meaning = "the walk looks for the secret in the file `secret` in STATE_DIR";
        Failure::outside("a file with the program's secret", error.to_string(), meaning)
    })?;
    let visitor = sandbox.visitor()?;
    let answer = sandbox.get(visitor, "/")?;
    is_counted(&answer, made.trim(), 1)?;
    let shown =
        "the cookie: Pyramid's signature, and [SECONDS, SECONDS.FRACTION, {\"counter\": 1}]";
    note(sandbox, shown.to_owned());
    sandbox.restart_with(&[("SECRET", SECRET)])?;
    let visitor = sandbox.visitor()?;
    for count in 1..=2 {
        let answer = sandbox.get(visitor, "/")?;
        is_counted(&answer, SECRET, count)?;
    }
    Ok(())
}

fn is_counted(answer: &Answer, secret: &str, count: u64) -> Outcome {
    answer.shows_count(count, "the session is new on every request")?;
    let expected = format!("{{\"counter\": {count}}}");
    let came = parts(answer, secret)?.data;
    if came == expected { Ok(()) } else { Err(answer.broken(&expected, came, SEPARATED)) }
}

fn texts(sandbox: &mut Sandbox) -> Outcome {
    sandbox.restart_with(&[("SECRET", SECRET)])?;
    let visitor = sandbox.visitor()?;
    let form = sandbox.get(visitor, "/sign")?;
    let token = form.field("csrf_token", "the form has no hidden field csrf_token")?.to_owned();
    let mut last = None;
    for message in ["\"\\/é\t", "Grüße 🦀"] {
        let fields = [("csrf_token", token.as_str()), ("message", message)];
        last = Some(sandbox.visit(visitor, Visit::post_form("/sign", &fields))?);
    }
    let Some(answer) = last else { return Ok(()) };
    let spelled = r#""_f_": ["\"\\/\u00e9\t", "Gr\u00fc\u00dfe \ud83e\udd80"]}"#;
    // The token before it would differ from run to run.
    let data = parts(&answer, SECRET)?.data;
    let came = data.find("\"_f_\"").map_or("a session without messages", |start| &data[start..]);
    if came != spelled {
        let meaning = "Python writes ASCII: `\\u` and four digits in lower case for every other character, and for one beyond U+FFFF two of these";
        return Err(answer.broken(spelled, came.to_owned(), meaning));
    }
    note(sandbox, format!("the cookie ends with {spelled}"));
    let page = sandbox.get(visitor, "/")?;
    page.shows_once("Grüße 🦀", "the message is not shown, or was changed on its way")
}

/// What a page that counts doesn't know.
const ODD: [&str; 4] = [
    r#""order": 1234567890123456789012345"#,
    r#""": [1e-05, 1e+16, -0.0, 1.0, null, true]"#,
    r#""Schl\u00fcssel \ud83e\udd80": {"b": 1, "a": 2}"#,
    r#""\"\\/\u007f\n": "\"\\/\u007f\n""#,
];

/// Halves of characters, which Python's texts may have, and no text of another language.
const HALVES: [&str; 2] = [r#""half": "\ud83e""#, r#""halves": {"\udd80": "\ud83e"}"#];

fn goes_back(sandbox: &mut Sandbox) -> Outcome {
    sandbox.restart_with(&[("SECRET", SECRET)])?;
    for odd in [ODD.as_slice(), HALVES.as_slice()] {
        for text in odd {
            note(sandbox, format!("Pyramid's session holds {text}"));
        }
        let data = |count| {
            let [first, rest @ ..] = odd else { return String::new() };
            format!("{{{first}, \"counter\": {count}, {}}}", rest.join(", "))
        };
        let cookie = pyramids("1735689600.25", &data(5));
        let answer = visit(sandbox, &cookie, "session=[Pyramid's cookie]")?;
        answer.shows_count(6, NOT_READ)?;
        let meaning =
            "a value that the page doesn't touch was read and written again: keep its text";
        holds(&answer, &data(6), meaning)?;
        note(sandbox, "the cookie holds it as it came".to_owned());
    }
    Ok(())
}

/// The last one has a neighbour of the same length that is as close. Python takes the even digit.
const CREATED_AT: [&str; 6] =
    ["1735689600.25", "1735689600.1234567", "0.0", "1e-05", "1e+16", "2.9802322387695312e-08"];

fn created(sandbox: &mut Sandbox) -> Outcome {
    sandbox.restart_with(&[("SECRET", SECRET)])?;
    for created in CREATED_AT {
        let label = format!("session=[a count of 5, created {created}]");
        let answer = visit(sandbox, &pyramids(created, "{\"counter\": 5}"), &label)?;
        answer.shows_count(6, NOT_READ)?;
        let came = parts(&answer, SECRET)?.created;
        if came != created {
            let meaning = "`created` is a float, and Python writes the fewest digits that read back as the same";
            return Err(answer.broken(&format!("created {created}"), came, meaning));
        }
    }
    // Pyramid's `accessed` is a float if a view changed the session without reading it.
    let json = format!("[{}.75, 1735689600.25, {{\"counter\": 5}}]", now());
    let cookie = signed_with(&key(SALT, SECRET), &json);
    let answer = visit(sandbox, &cookie, "session=[a count of 5, accessed with a fraction]")?;
    answer.shows_count(6, "`accessed` may be a float too")?;
    holds(&answer, "{\"counter\": 6}", SEPARATED)
}

/// The clock of Pyramid's server may be ahead by a minute.
fn future(sandbox: &mut Sandbox) -> Outcome {
    sandbox.restart_with(&[("SECRET", SECRET)])?;
    let used_in = |ahead: u64| {
        let json = format!("[{}, 1735689600.25, {{\"counter\": 5}}]", now() + ahead);
        signed_with(&key(SALT, SECRET), &json)
    };
    let label = "session=[a count of 5, used in 30 seconds]";
    let meaning = "the clocks of two servers are never quite the same: forgive a minute";
    visit(sandbox, &used_in(30), label)?.shows_count(6, meaning)?;
    let label = "session=[a count of 5, used in an hour]";
    let meaning = "a session that seems to come from the future is alive until then";
    visit(sandbox, &used_in(3600), label)?.shows_count(1, meaning)
}

/// What Python writes and JSON doesn't have.
const NO_JSON_AT_ALL: [&str; 4] =
    ["\"mean\": NaN", "\"most\": Infinity", "\"least\": -Infinity", r#""\ud83e": 1"#];

const UNREADABLE: &str = "a session has our signature but cannot be read";
const SILENT: &str = "the session was dropped, and nobody who runs the program can find out why";

fn nan(sandbox: &mut Sandbox) -> Outcome {
    sandbox.restart_with(&[("SECRET", SECRET)])?;
    for (number, text) in NO_JSON_AT_ALL.into_iter().enumerate() {
        let cookie = pyramids("1735689600.25", &format!("{{\"counter\": 5, {text}}}"));
        let label = format!("session=[a count of 5, and {text}]");
        let answer = visit(sandbox, &cookie, &label)?;
        let meaning = "this isn't JSON, so the session cannot be read: take it for a new one";
        answer.shows_count(1, meaning)?;
        holds(&answer, "{\"counter\": 1}", "the new session has to replace the old one")?;
        warned(sandbox, number + 1)?;
    }
    Ok(())
}

/// The log has this many warnings of sessions that cannot be read.
fn warned(sandbox: &mut Sandbox, times: usize) -> Outcome {
    sandbox.log_has(&["WARN", UNREADABLE], SILENT)?;
    let came = sandbox.log()?.matches(UNREADABLE).count();
    if came != times {
        let expected = format!("a warning for each of {times} sessions");
        return Err(Failure::outside(&expected, format!("{came} warnings"), SILENT));
    }
    note(sandbox, format!("the log warns: {UNREADABLE}"));
    Ok(())
}

/// Characters of base64url that this many bytes of JSON and their signature need.
fn value_size(json: usize) -> usize {
    ((64 + json) * 4).div_ceil(3)
}

fn limit(sandbox: &mut Sandbox) -> Outcome {
    sandbox.restart_with(&[("SECRET", SECRET)])?;
    let visitor = sandbox.visitor()?;
    let form = sandbox.get(visitor, "/sign")?;
    let token = form.field("csrf_token", "the form has no hidden field csrf_token")?.to_owned();
    let cookie = form.cookie_pair("the form's token is in the session")?.to_owned();
    let around = json(&form, SECRET)?.len() + ", \"_f_\": [\"\"]".len();
    let room = (0..3000).rev().find(|room| value_size(around + room) <= 4064).unwrap_or_default();
    // Each of these letters takes six, as in `\u00fc`.
    let letters = room / 6;
    for (message, name, fits) in [
        ("x".repeat(room), "as many times x as fit", true),
        ("x".repeat(room + 1), "one x more", false),
        ("ü".repeat(letters), "a sixth as many times ü", true),
        ("ü".repeat(letters + 1), "one ü more", false),
    ] {
        let fields = [("csrf_token", token.as_str()), ("message", message.as_str())];
        let label = format!("[the token, and {name}]");
        let visit = Visit::post_form("/sign", &fields).shown_as(&label);
        let visit = visit.with_cookie(&cookie, "[the cookie of the form]");
        let before = sandbox.recording.events.len();
        let answer = sandbox.visit(visitor, visit)?;
        shorten(sandbox, before, &message, &format!("[{name}]"));
        if fits {
            answer.has_status(303, "a message that fits is refused: Pyramid measures the value, and takes 4064 characters")?;
        } else {
            let meaning = "Pyramid answers such a session with a plain 500, on each visit: refuse what is longer than 4064 characters";
            answer.has_status(422, meaning)?;
            answer.sets_no_cookie("a message that was refused changed the session")?;
        }
    }
    Ok(())
}

/// In the events from this one on, shows a label in place of a long message.
fn shorten(sandbox: &mut Sandbox, from: usize, message: &str, label: &str) {
    for event in &mut sandbox.recording.events[from..] {
        if let Event::Exchange(exchange) = event {
            exchange.answer = exchange.answer.replace(message, label);
        }
    }
}

/// A Pyramid application with a salt of its own.
fn other_salt(sandbox: &mut Sandbox) -> Outcome {
    let json = format!("[{}, 1735689600.25, {{\"counter\": 5}}]", now());
    let theirs = signed_with(&key("shop.", SECRET), &json);
    let usual = signed_with(&key(SALT, SECRET), &json);
    sandbox.restart_with(&[("SECRET", SECRET), ("SALT", "shop.")])?;
    let label = "session=[a count of 5, salted with shop.]";
    visit(sandbox, &theirs, label)?.shows_count(6, "the salt in the variable SALT is not used")?;
    let label = "session=[a count of 5, salted with pyramid.session.]";
    visit(sandbox, &usual, label)?.shows_count(1, "the usual salt is accepted too")?;
    sandbox.restart_with(&[("SECRET", SECRET)])?;
    let label = "session=[a count of 5, salted with pyramid.session.]";
    visit(sandbox, &usual, label)?.shows_count(6, "without SALT, the salt is Pyramid's")
}

/// Messages of a queue that the page didn't know.
fn queue(sandbox: &mut Sandbox) -> Outcome {
    sandbox.restart_with(&[("SECRET", SECRET)])?;
    let data = r#"{"_f_error": ["No <b>room", "No time"], "counter": 5, "_f_": ["Saved"]}"#;
    let cookie = pyramids("1735689600.25", data);
    let label = "session=[Pyramid's cookie, with messages in two queues]";
    let answer = visit(sandbox, &cookie, label)?;
    answer.shows_count(6, NOT_READ)?;
    answer.shows_once("<p role=\"status\">Saved</p>", "the other queue is not shown any more")?;
    let meaning = "the messages under `_f_error` are not shown, each in a paragraph with the role alert, in their order";
    answer.shows_once("No time</p>", meaning)?;
    answer.shows_once("room</p>\n<p role=\"alert\">", meaning)?;
    answer.shows_no(
        "<b>",
        "the message becomes part of the page's HTML: let the template escape it",
    )?;
    let meaning = "the messages are shown, but they stay in the session or leave something there";
    holds(&answer, "{\"counter\": 6}", meaning)?;
    let stranger = sandbox.visitor()?;
    let answer = sandbox.get(stranger, "/howdy")?;
    answer.shows_no("role=\"alert\"", "a page without such messages is as before")?;
    holds(&answer, "{\"counter\": 1}", "a page without such messages is as before")
}
