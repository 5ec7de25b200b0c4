//! Random visitors who alternate between Pyramid and the engine: equal bytes, equal rules.

use crate::oracle::Oracle;
use crate::random::Random;
use crate::sides::{Sides, essence, value_of};
use serde_json::{Value, json};
use step_cookie_engine::cookies::SameSite;
use step_cookie_engine::{Dict, Error, Format, Hash, Options};

const VISITORS: u64 = 5_000;
const REQUESTS: u64 = 4;
const START: f64 = 1_735_689_600.0;

#[test]
#[ignore = "needs Pyramid: run `just test-pyramid`"]
fn random_visitors_find_no_difference() {
    let mut oracle = Oracle::start();
    let mut tally = Tally::default();
    for seed in 0..VISITORS {
        let mut random = Random(seed);
        let sides = Sides::new(&random.secret(), options(&mut random));
        visit(&sides, &mut oracle, &mut random, seed, &mut tally);
    }
    let Tally { requests, cookies, dead, too_large, refused } = tally;
    println!(
        "{requests} requests, 0 differences: {cookies} equal cookies, {dead} dead sessions, \
         {too_large} too large, {refused} refused cookies"
    );
    assert!(requests >= 10_000 && dead >= 100 && too_large >= 100 && refused >= 100);
}

/// A cookie has little room for floats: here are many more, and halves of all sizes, where the
/// fewest digits that read back may be two numbers.
#[test]
#[ignore = "needs Pyramid: run `just test-pyramid`"]
fn random_floats_and_texts_are_spelled_alike() {
    let (mut oracle, sides) = (Oracle::start(), Sides::new("", Options::pyramid()));
    let mut random = Random(2026);
    for _ in 0..500 {
        let floats = (0..200).map(|_| match random.below(3) {
            0 => f64::from_bits(random.next()),
            1 => (random.next() >> random.below(60)) as f64 / 2_f64.powi(random.below(9) as i32),
            _ => 1.0 / (random.next() >> random.below(60)) as f64,
        });
        let floats = floats.filter(|float| float.is_finite()).map(|float| format!("{float:?}"));
        let mut json =
            format!(r#"{{"floats": [{}], "all": "#, floats.collect::<Vec<_>>().join(","));
        random.write_value(6, &mut json);
        json.push('}');
        let step = json!({ "at": START, "kind": "spell", "json": json });
        let theirs = sides.ask(&mut oracle, None, START, &[step]);
        let ours: Dict = json.parse().unwrap();
        assert_eq!(theirs["results"][0].as_str(), Some(ours.to_string().as_str()), "{json}");
    }
}

#[derive(Default)]
struct Tally {
    requests: u64,
    cookies: u64,
    dead: u64,
    too_large: u64,
    refused: u64,
}

fn options(random: &mut Random) -> Options {
    let mut options = Options::pyramid();
    let salt = if random.chance(80) { "pyramid.session.".to_owned() } else { random.secret() };
    let hash = random.pick(&[Hash::Sha224, Hash::Sha256, Hash::Sha384, Hash::Sha512]);
    options.format = Format::Pyramid { hash, salt };
    options.timeout = random.pick(&[None, Some(0), Some(1), Some(60), Some(1200)]);
    options.reissue_time = random.pick(&[None, Some(0), Some(0), Some(1), Some(120)]);
    let cookie = &mut options.cookie;
    cookie.name = random.pick(&["session", "s", "my_session-1", "__Secure-id"]).to_owned();
    cookie.max_age = random.pick(&[None, Some(1), Some(1200)]);
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
        let (steps, results, too_large) = ours(sides, &mut session, random, at);
        let was_new = session.is_new();
        let answer = sides.ask(oracle, sent.as_deref(), at, &steps);
        let set_cookie = session.close().unwrap();
        let set_cookie = set_cookie.as_ref().map(|header| header.to_str().unwrap());
        let context = format!("seed {seed}, request {request}: {sent:?} at {at}, {steps:?}");
        tally.requests += 1;
        if was_new && answer["new"] == false {
            // Both have emptied it, and Pyramid keeps the birthday of the dead: see `differs`.
            assert_eq!(sides.ask(oracle, sent.as_deref(), at, &[])["state"], "{}", "{context}");
            tally.dead += 1;
            return;
        }
        if let Some(size) = too_large {
            assert_eq!(answer["too_large"], json!(size), "{context}");
            tally.too_large += 1;
            continue;
        }
        assert_eq!(answer["too_large"], Value::Null, "{context}");
        assert_eq!(answer["results"], json!(results), "{context}");
        let state = session.read().to_string();
        assert_eq!(answer["state"].as_str(), Some(state.as_str()), "{context}");
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
    let edge = random.pick(&[Some(0), options.timeout, options.reissue_time]).unwrap_or(100_000);
    edge as f64 + random.pick(&[-30.0, -1.0, -0.5, 0.0, 0.25, 0.9990234375, 1.0, 1.5])
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
    session: &mut step_cookie_engine::Session,
    random: &mut Random,
    at: f64,
) -> (Vec<Value>, Vec<String>, Option<usize>) {
    let (mut steps, mut results) = (Vec::new(), Vec::new());
    let mut at = at;
    for _ in 0..random.below(4) {
        at += random.pick(&[0.0, 0.0, 0.25, 1.0]);
        let mut step = step(random, at);
        let empty =
            sides.act(session, &json!({ "at": at, "kind": "peek_flash", "queue": step["queue"] }));
        if step["kind"] == "pop_flash" && empty.unwrap() == json!([]) {
            // Pyramid sends a cookie for that: ours does not.
            step["kind"] = json!("peek_flash");
        }
        steps.push(json!({ "at": at, "kind": "peek_flash", "queue": step["queue"] }));
        results.push(sides.act(session, steps.last().unwrap()).unwrap());
        steps.push(step);
        match sides.act(session, steps.last().unwrap()) {
            Ok(result) => results.push(result),
            Err(Error::TooLarge { size, .. }) => return (steps, Vec::new(), Some(size)),
            Err(error) => panic!("{error}: {steps:?}"),
        }
    }
    (steps, results.iter().map(python).collect(), None)
}

/// A result as Python writes it.
fn python(result: &Value) -> String {
    let dict: Dict = json!({ "": result }).to_string().parse().unwrap();
    let text = dict.to_string();
    text["{\"\": ".len()..text.len() - 1].to_owned()
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
