//! Random visitors who alternate between Pyramid and the engine: equal bytes, equal rules.

use crate::oracle::Oracle;
use crate::random::Random;
use crate::sides::{Sides, data, essence, spelled, value_of};
use cookie_engine::{Error, Format, Hash, Options, SameSite, Session};
use serde_json::{Value, json};
use std::time::Duration;

const VISITORS: u64 = 5_000;
const REQUESTS: u64 = 4;
const START: f64 = 1_735_689_600.0;

#[test]
#[ignore = "needs Pyramid: run `just test-pyramid`"]
fn random_visitors_find_no_difference() {
    let mut oracle = Oracle::start();
    let mut tally = Tally::default();
    for seed in 0..VISITORS {
        let mut random = Random::new(seed);
        let sides = Sides::new(&random.secret(), options(&mut random));
        visit(&sides, &mut oracle, &mut random, seed, &mut tally);
    }
    let Tally { requests, cookies, expired, too_large, refused, unchanged } = tally;
    println!(
        "{requests} requests, 0 differences: {cookies} equal cookies, {expired} expired sessions, \
         {too_large} too large, {refused} refused cookies, {unchanged} updates that changed nothing"
    );
    assert!(requests >= 10_000 && cookies >= 1_000 && expired >= 100);
    assert!(too_large >= 100 && refused >= 100 && unchanged >= 100);
}

/// A cookie has little room for floats, so here are many more, in sessions without a limit of size:
/// halves of all sizes too, where two numbers may be the shortest that read back.
#[test]
#[ignore = "needs Pyramid: run `just test-pyramid`"]
fn random_floats_and_texts_are_spelled_alike() {
    let mut oracle = Oracle::start();
    let sides = Sides::new("", Options::pyramid());
    let mut random = Random::plain(2026);
    for _ in 0..10_000 {
        let floats = (0..10).map(|_| match random.below(3) {
            0 => f64::from_bits(random.next()),
            1 => (random.next() >> random.below(60)) as f64 / 2_f64.powi(random.below(9) as i32),
            _ => 1.0 / (random.next() >> random.below(60)) as f64,
        });
        let floats = floats.filter(|float| float.is_finite()).map(|float| format!("{float:?}"));
        let mut json = format!("[{}, ", floats.collect::<Vec<_>>().join(","));
        random.write_value(2, &mut json);
        json.push(']');
        let value: Value = serde_json::from_str(&json).unwrap();
        let mut session = sides.open(None, START);
        let inserted = session.update(|data| data.insert("all", &value));
        if matches!(inserted, Err(Error::TooLarge { .. })) {
            continue;
        }
        inserted.unwrap();
        let theirs = sides.spell(&mut oracle, &json);
        assert_eq!(data(&session), [("all".to_owned(), theirs)], "{json}");
    }
}

#[derive(Default)]
struct Tally {
    requests: u64,
    cookies: u64,
    expired: u64,
    too_large: u64,
    refused: u64,
    unchanged: u64,
}

fn options(random: &mut Random) -> Options {
    let mut options = Options::pyramid();
    let salt = if random.chance(80) { "pyramid.session.".to_owned() } else { random.secret() };
    let hash = random.pick(&[Hash::Sha224, Hash::Sha256, Hash::Sha384, Hash::Sha512]);
    options.format = Format::Pyramid { hash, salt };
    options.timeout =
        random.pick(&[None, Some(0), Some(1), Some(60), Some(1200)]).map(Duration::from_secs);
    options.reissue_time =
        random.pick(&[None, Some(0), Some(0), Some(1), Some(120)]).map(Duration::from_secs);
    let cookie = &mut options.cookie;
    cookie.name = random.pick(&["session", "s", "my_session-1", "__Secure-id"]).to_owned();
    cookie.max_age = random.pick(&[None, Some(1), Some(1200)]).map(Duration::from_secs);
    cookie.path = random.pick(&["/", "/shop"]).to_owned();
    cookie.domain = random.pick(&[None, Some("example.com")]).map(str::to_owned);
    cookie.secure = cookie.name.starts_with("__") || random.chance(50);
    cookie.http_only = random.chance(50);
    let same_site = [None, Some(SameSite::Lax), Some(SameSite::Strict), Some(SameSite::None)];
    cookie.same_site = random.pick(&same_site[..if cookie.secure { 4 } else { 3 }]);
    options
}

fn visit(sides: &Sides, oracle: &mut Oracle, random: &mut Random, seed: u64, tally: &mut Tally) {
    let mut cookie: Option<String> = None;
    let mut issued = START;
    for request in 0..REQUESTS {
        let at = issued + pause(random, &sides.options);
        let sent = cookie.as_ref().map(|value| spoiled(random, value, tally));
        let mut session = sides.open(sent.as_deref(), at);
        let (steps, results, too_large) = ours(sides, oracle, &mut session, random, at, tally);
        let was_new = session.is_new();
        let answer = sides.ask(oracle, sent.as_deref(), at, &steps);
        let set_cookie = session.close().unwrap();
        let set_cookie = set_cookie.as_ref().map(|header| header.to_str().unwrap());
        let context = format!("seed {seed}, request {request}: {sent:?} at {at}, {steps:?}");
        tally.requests += 1;
        if was_new && answer["new"] == false {
            // Both have emptied it, and Pyramid keeps its time of creation: see `differs`.
            assert_eq!(sides.ask(oracle, sent.as_deref(), at, &[])["state"], "{}", "{context}");
            tally.expired += 1;
            return;
        }
        if let Some(size) = too_large {
            assert_eq!(answer["too_large"], json!(size), "{context}");
            tally.too_large += 1;
            continue;
        }
        assert_eq!(answer["too_large"], Value::Null, "{context}");
        assert_eq!(answer["results"], json!(results), "{context}");
        assert_eq!(spelled(answer["state"].as_str().unwrap()), data(&session), "{context}");
        assert_eq!(answer["new"], was_new, "{context}");
        let theirs = answer["set_cookie"].as_str();
        assert_eq!(theirs.map(essence), set_cookie.map(essence), "{context}");
        if let Some(header) = set_cookie {
            cookie = Some(value_of(header).to_owned());
            issued = steps.last().map_or(at, |step| step["at"].as_f64().unwrap()).trunc();
            tally.cookies += 1;
        }
    }
}

/// Seconds to the next request: often about where a rule begins to hold.
fn pause(random: &mut Random, options: &Options) -> f64 {
    let edge = random.pick(&[Some(Duration::ZERO), options.timeout, options.reissue_time]);
    let edge = edge.map_or(100_000.0, |edge| edge.as_secs_f64());
    edge + random.pick(&[-30.0, -1.0, -0.5, 0.0, 0.25, 0.998046875, 1.0, 1.5])
}

/// The cookie, or one time in twenty what neither side may believe.
fn spoiled(random: &mut Random, value: &str, tally: &mut Tally) -> String {
    if !random.chance(5) {
        return value.to_owned();
    }
    tally.refused += 1;
    let place = value.len() / 4 + random.below(value.len() as u64 / 2) as usize;
    let (before, after) = (&value[..place], &value[place + 1..]);
    match random.below(3) {
        0 => before.to_owned(),
        1 => format!("{before}{after}"),
        _ => format!("{before}{}{after}", if value.as_bytes()[place] == b'A' { 'B' } else { 'A' }),
    }
}

/// What the request's handler does, done on our side: the steps, their results as Python's JSON,
/// and the size that was too large, with which the request ends.
fn ours(
    sides: &Sides,
    oracle: &mut Oracle,
    session: &mut Session,
    random: &mut Random,
    at: f64,
    tally: &mut Tally,
) -> (Vec<Value>, Vec<String>, Option<usize>) {
    let mut steps = Vec::new();
    let mut results = Vec::new();
    let mut at = at;
    for _ in 0..random.below(4) {
        at += random.pick(&[0.0, 0.0, 0.25, 1.0]);
        let mut step = step(random, at);
        if step["kind"] == "replace" {
            step["json"] = json!(sides.spell(oracle, step["json"].as_str().unwrap()));
        }
        steps.push(json!({ "at": at, "kind": "peek_flash", "queue": step["queue"] }));
        results.push(sides.act(session, steps.last().unwrap()).unwrap());
        let before = data(session);
        let mut result = sides.act(session, &step);
        let is_read = step["kind"] == "get" || step["kind"] == "peek_flash";
        if !is_read && result.is_ok() && data(session) == before {
            // Pyramid sends the cookie for that, and ours treats it as a read: see `differs`.
            step["kind"] = json!("get");
            result = sides.act(session, &step);
            tally.unchanged += 1;
        }
        steps.push(step);
        match result {
            Ok(result) => results.push(result),
            Err(Error::TooLarge { size, .. }) => return (steps, Vec::new(), Some(size)),
            Err(error) => panic!("{error}: {steps:?}"),
        }
    }
    (steps, results, None)
}

fn step(random: &mut Random, at: f64) -> Value {
    let kinds =
        ["replace", "set", "remove", "get", "flash", "flash_once", "pop_flash", "peek_flash"];
    let key = random.pick(&["counter", "ключ", "\u{7f}\n", "a \"b\""]);
    let queue = random.pick(&["", "errors", "ä"]);
    let message = random.pick(&["Hello", "Grüße 😀", "\"\\", ""]);
    let kind = random.pick(&kinds);
    let json = match kind {
        "replace" => random.dict(),
        // About as large as a cookie may be, on both sides of the limit.
        _ if random.chance(8) => format!("\"{}\"", "x".repeat(2_900 + random.below(100) as usize)),
        _ => {
            random.pick(&["1", "-7", "18446744073709551615", "[1, {}]", "\"€\"", "0.1"]).to_owned()
        }
    };
    json!({ "at": at, "kind": kind, "key": key, "json": json, "queue": queue, "message": message })
}
