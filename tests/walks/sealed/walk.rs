//! A cookie that nobody but the program can read, and that only one host can set.

use crate::{Original, Section, Walk, promise, section};
use aes_gcm_siv::aead::{Aead, KeyInit, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use harness::{Answer, NotKept, Outcome, Sandbox, Visit, Visitor};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const PURPOSE: Section = section("05e_sealed", "A key for one purpose");
const SEAL: Section = section("05e_sealed", "Seal");
const COOKIE: Section = section("05e_sealed", "The cookie");
const ONE_FORMAT: Section = section("05e_sealed", "One format");
const HOST: Section = section("05e_sealed", "One host");
const EXERCISES: Section = section("05e_sealed", "Exercises");

const READABLE: Original = Original::Differs("its cookie is signed, but everybody can read it");
const NOT_SEALED: Original = Original::Differs("it has one format, which is signed");
const FEW_ATTRIBUTES: Original = Original::Differs("its cookie is neither HttpOnly nor Secure");
const NO_PAGE: Original = Original::Differs("it has no such page");

const SIGNED_THERE: &str =
    "that walk signs its own cookies; sealed_session_has_the_same_clock tries it with sealed ones";

pub(super) static WALK: Walk = Walk {
    slug: "sealed",
    before: Some("keyring"),
    also_keeps: &[],
    replaces: &[
        ("lifetime::clocks_may_differ_by_a_minute", SIGNED_THERE),
        ("lifetime::session_from_the_future_is_refused", SIGNED_THERE),
        (
            "lifetime::session_of_the_step_before_is_a_new_one",
            "a signed cookie has another name, so this step doesn't look at it and logs nothing",
        ),
    ],
    form_pages: &[],
    promises: &[
        promise("cookie_cannot_be_read", SEAL, READABLE, cannot_be_read),
        promise("equal_sessions_have_unlike_cookies", SEAL, READABLE, unlike_cookies),
        promise("value_of_another_purpose_is_refused", PURPOSE, NOT_SEALED, other_purpose),
        promise("sealed_session_has_the_same_clock", COOKIE, NOT_SEALED, same_clock),
        promise("req_68_plain_state_is_anonymous", ONE_FORMAT, Original::Keeps, plain),
        promise("req_68_signed_state_is_anonymous", ONE_FORMAT, Original::Keeps, signed),
        promise("req_39_cookie_belongs_to_this_host_alone", HOST, FEW_ATTRIBUTES, this_host),
        promise("req_47_removal_belongs_to_this_host_alone", HOST, NO_PAGE, removal),
    ],
    exercises: &[
        promise("padding", EXERCISES, READABLE, padding),
        promise("ticket", EXERCISES, NO_PAGE, ticket),
    ],
};

/// A secret that nobody uses, like one from `openssl rand -hex 32`.
const SECRET: &str = "8f41c6d2075b9ae3361d84f7b20c95ea7d3f18062b4c59e8a6f0d17c43b8925e";

const NEW_EACH_TIME: &str =
    "the session is new on every request: its cookie was not set, was refused or is not read";
const ANOTHER_WAY: &str = "a value that cannot be decrypted is read in another way";
const NO_TOKEN: &str = "the form has no hidden field with the session's token";

/// A visitor's first answer, under a secret that the walk knows.
fn first_visit(sandbox: &mut Sandbox) -> Result<(Visitor, Answer), NotKept> {
    sandbox.restart_with(&[("SECRET", SECRET)])?;
    let visitor = sandbox.visitor()?;
    let answer = sandbox.get(visitor, "/")?;
    answer.shows_count(1, NEW_EACH_TIME)?;
    Ok((visitor, answer))
}

/// The name of the program's cookie.
fn name(answer: &Answer) -> Result<String, NotKept> {
    let pair = answer.cookie_pair(NEW_EACH_TIME)?;
    Ok(pair.split('=').next().unwrap_or_default().to_owned())
}

/// What the program would seal for a session with a count of 6 that was used at this time.
fn session_of_six(used: u64) -> String {
    format!("[{used},{used},{{\"counter\":6}}]")
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// A session with a count of 6 that was used at this time, sealed as the chapter does it.
fn sealed(purpose: &str, used: u64) -> String {
    let mut key = [0; 32];
    let info: [&[u8]; 3] = [b"sealed session ", &[1], purpose.as_bytes()];
    Hkdf::<Sha256>::new(None, SECRET.as_bytes())
        .expand_multi_info(&info, &mut key)
        .expect("HKDF expands to 32 bytes");
    let nonce = [7; 12];
    let json = session_of_six(used);
    let payload = Payload { msg: json.as_bytes(), aad: &[1] };
    let sealed = Aes256GcmSiv::new(&key.into()).encrypt(&Nonce::from(nonce), payload);
    let sealed = sealed.expect("the text is short");
    URL_SAFE_NO_PAD.encode([&[1], nonce.as_slice(), &sealed].concat())
}

/// A visit with this value of this cookie shows this count.
fn counts(
    sandbox: &mut Sandbox,
    name: &str,
    value: &str,
    label: &str,
    count: u64,
    meaning: &str,
) -> Outcome {
    let stranger = sandbox.visitor()?;
    let header = format!("{name}={value}");
    let label = format!("{name}={label}");
    let answer = sandbox.visit(stranger, Visit::get("/").with_cookie(&header, &label))?;
    answer.shows_count(count, meaning)
}

fn other_purpose(sandbox: &mut Sandbox) -> Outcome {
    let (_, answer) = first_visit(sandbox)?;
    let name = name(&answer)?;
    let meaning =
        "the key isn't bound to this cookie: derive it from the secret and the cookie's name";
    for purpose in ["", "session", "__Host-another"].into_iter().filter(|purpose| *purpose != name)
    {
        let label = format!("[a count of 6, sealed for {purpose:?}]");
        counts(sandbox, &name, &sealed(purpose, now()), &label, 1, meaning)?;
    }
    // Without this, a walk that seals in a wrong way would keep the promise.
    let label = format!("[a count of 6, sealed for {name:?}]");
    let meaning =
        "the cookie isn't sealed as in the chapter: compare version, key and nonce with it";
    counts(sandbox, &name, &sealed(&name, now()), &label, 7, meaning)
}

fn cannot_be_read(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, _) = first_visit(sandbox)?;
    let answer = sandbox.get(visitor, "/sign")?;
    let token = answer.field("csrf_token", NO_TOKEN)?;
    let value = answer.cookie_value("the page with the form keeps its token in the session")?;
    let bytes = URL_SAFE_NO_PAD.decode(value).unwrap_or_default();
    let texts = [value.into(), String::from_utf8_lossy(&bytes)];
    for readable in ["counter", "_csrft_", token] {
        if texts.iter().any(|text| text.contains(readable)) {
            let shown = if readable == token { "the token" } else { readable };
            let expected = format!("a cookie that doesn't show {shown:?}");
            let meaning =
                "the state is signed and not encrypted, so anyone with the cookie reads it";
            return Err(answer.broken(&expected, "one that does".into(), meaning));
        }
    }
    Ok(())
}

/// The same cookie, sent twice in one second, makes the same session: count 2, used in that second.
fn unlike_cookies(sandbox: &mut Sandbox) -> Outcome {
    const PAIRS: usize = 4;
    let (_, answer) = first_visit(sandbox)?;
    let cookie = answer.cookie_pair(NEW_EACH_TIME)?.to_owned();
    for _ in 0..PAIRS {
        wait_for_a_new_second();
        let mut values = Vec::new();
        for _ in 0..2 {
            let stranger = sandbox.visitor()?;
            let visit = Visit::get("/").with_cookie(&cookie, "[the cookie of visitor 1]");
            let answer = sandbox.visit(stranger, visit)?;
            answer.shows_count(2, NEW_EACH_TIME)?;
            let value = answer.cookie_value(NEW_EACH_TIME)?.to_owned();
            if values.contains(&value) {
                let meaning = "the nonce isn't random, so equal sessions can be told from others";
                let came = "the same cookie for both".to_owned();
                return Err(answer.broken("another cookie for an equal session", came, meaning));
            }
            values.push(value);
        }
    }
    Ok(())
}

/// Waits if the second is nearly over, so that two requests are answered in the same one.
fn wait_for_a_new_second() {
    const ENOUGH: Duration = Duration::from_millis(500);
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let left = Duration::from_secs(1) - Duration::from_nanos(since.subsec_nanos().into());
    if left < ENOUGH {
        thread::sleep(left);
    }
}

/// Step 05c's rules for a time that is too old, or ahead.
fn same_clock(sandbox: &mut Sandbox) -> Outcome {
    let (_, answer) = first_visit(sandbox)?;
    let name = name(&answer)?;
    let meaning = "the times in the session are not looked at after it was opened";
    let used = sealed(&name, now() - 3600);
    counts(sandbox, &name, &used, "[a count of 6, used an hour ago]", 1, meaning)?;
    let used = sealed(&name, now() + 30);
    let skew = "the clocks of two servers are never quite the same: forgive a minute";
    counts(sandbox, &name, &used, "[a count of 6, used in 30 seconds]", 7, skew)?;
    let used = sealed(&name, now() + 3600);
    counts(sandbox, &name, &used, "[a count of 6, used in an hour]", 1, meaning)?;
    let line = ["WARN", "future", "clock"];
    sandbox.log_has(&line, "a session was refused, and nobody can find out why")
}

fn plain(sandbox: &mut Sandbox) -> Outcome {
    let (_, answer) = first_visit(sandbox)?;
    let name = name(&answer)?;
    let json = session_of_six(now());
    let encoded = URL_SAFE_NO_PAD.encode(&json);
    let label = "[a count of 6 in base64, not sealed]";
    counts(sandbox, &name, &encoded, label, 1, ANOTHER_WAY)?;
    // As long as a sealed value, and with the version in front.
    let disguised = [&[1], [0; 12].as_slice(), json.as_bytes(), &[0; 16]].concat();
    let label = "[version, nonce, a count of 6, tag, not sealed]";
    counts(sandbox, &name, &URL_SAFE_NO_PAD.encode(disguised), label, 1, ANOTHER_WAY)?;
    let bare = "{\"counter\":6}";
    counts(sandbox, &name, bare, bare, 1, ANOTHER_WAY)
}

/// What step 05d made, with the program's own secret: nobody has changed it.
fn signed(sandbox: &mut Sandbox) -> Outcome {
    let (_, answer) = first_visit(sandbox)?;
    let name = name(&answer)?;
    let json = session_of_six(now());
    let key = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes());
    let key = key.expect("HMAC takes a key of any length");
    let signature = key.chain_update(&json).finalize().into_bytes();
    let value = URL_SAFE_NO_PAD.encode([signature.as_slice(), json.as_bytes()].concat());
    for name in [name.as_str(), "session"] {
        counts(sandbox, name, &value, "[a count of 6, signed as in step 05d]", 1, ANOTHER_WAY)?;
    }
    Ok(())
}

fn this_host(sandbox: &mut Sandbox) -> Outcome {
    let (_, answer) = first_visit(sandbox)?;
    belongs_to_this_host(&answer)
}

fn belongs_to_this_host(answer: &Answer) -> Outcome {
    let meaning = "another host can set or read the cookie: see RFC 6265bis section 4.1.3.2";
    if !name(answer)?.starts_with("__Host-") {
        let came = name(answer)?;
        return Err(answer.broken("a cookie whose name begins with __Host-", came, meaning));
    }
    answer.cookie_has(&["Secure", "HttpOnly", "SameSite=Lax", "Path=/"], meaning)?;
    answer.cookie_has_no("Domain", meaning)
}

fn removal(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, first) = first_visit(sandbox)?;
    let form = sandbox.get(visitor, "/sign")?;
    let token = form.field("csrf_token", NO_TOKEN)?;
    let visit = Visit::post_form("/forget", &[("csrf_token", token)]);
    let answer = sandbox.visit(visitor, visit)?;
    answer.has_status(303, "POST /forget ends the session and redirects to /")?;
    answer.removes_cookie("the browser keeps the cookie of a session that has ended")?;
    belongs_to_this_host(&answer)?;
    if name(&answer)? != name(&first)? {
        let came = name(&answer)?;
        let meaning = "the cookie that is removed isn't the one that was set";
        return Err(answer.broken(&name(&first)?, came, meaning));
    }
    sandbox.follow(visitor, &answer)?.shows_count(1, "the browser still has the cookie")
}

/// Sessions of up to 256 bytes look alike from outside.
fn padding(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, first) = first_visit(sandbox)?;
    let length = first.cookie_value(NEW_EACH_TIME)?.len();
    let meaning =
        "the length of the cookie tells what is in it: fill the JSON up before it is sealed";
    for count in 2..=12 {
        let answer = sandbox.get(visitor, "/")?;
        answer.shows_count(count, NEW_EACH_TIME)?;
        has_length(&answer, length, meaning)?;
    }
    let form = sandbox.get(visitor, "/sign")?;
    has_length(&form, length, meaning)?;
    let token = form.field("csrf_token", NO_TOKEN)?;
    let fields = [("csrf_token", token), ("message", "Hello")];
    let answer = sandbox.visit(visitor, Visit::post_form("/sign", &fields))?;
    has_length(&answer, length, meaning)?;
    sandbox.follow(visitor, &answer)?.shows_once("Hello", "the filled-up session cannot be read")
}

fn has_length(answer: &Answer, length: usize, meaning: &str) -> Outcome {
    let came = answer.cookie_value(meaning)?.len();
    if came == length {
        return Ok(());
    }
    Err(answer.broken(&format!("a cookie of {length} characters"), came.to_string(), meaning))
}

/// Another value that is sealed with the same secret.
fn ticket(sandbox: &mut Sandbox) -> Outcome {
    let (_, first) = first_visit(sandbox)?;
    let cookie = first.cookie_value(NEW_EACH_TIME)?.to_owned();
    let guest = sandbox.visitor()?;
    let answer = sandbox.get(guest, "/ticket")?;
    answer.has_status(200, "there is no page /ticket")?;
    answer.sets_no_cookie("a ticket needs no session")?;
    let ticket = answer.body.trim().to_owned();
    let again = sandbox.get(guest, "/ticket")?;
    if again.body.trim() == ticket {
        return Err(again.broken("another ticket", "the same".into(), "the nonce isn't random"));
    }
    is_ticket(sandbox, &ticket, 200, "the program doesn't open the ticket that it has made")?;
    let meaning = "the session's cookie is taken for a ticket: give the key another purpose";
    is_ticket(sandbox, &cookie, 403, meaning)?;
    is_ticket(sandbox, &ticket[..ticket.len() / 2], 403, "half of a ticket is taken for one")?;
    is_ticket(sandbox, "no_ticket", 403, "a ticket that nobody has sealed is accepted")?;
    let name = name(&first)?;
    let meaning = "a ticket is taken for a session";
    counts(sandbox, &name, &ticket, "[a ticket]", 1, meaning)
}

fn is_ticket(sandbox: &mut Sandbox, ticket: &str, status: u16, meaning: &str) -> Outcome {
    let guest = sandbox.visitor()?;
    sandbox.get(guest, &format!("/ticket/{ticket}"))?.has_status(status, meaning)
}
