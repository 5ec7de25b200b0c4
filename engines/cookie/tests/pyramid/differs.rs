//! Where the engine differs from Pyramid by design, and that it is still so on both sides; and
//! vectors that real Pyramid makes now.

use crate::oracle::Oracle;
use crate::sides::{Sides, value_of};
use serde_json::{Value, json};
use step_cookie_engine::Options;

const NOW: f64 = 1_735_689_600.25;
const SECRET: &str = "itsaseekreet";

fn sides() -> Sides {
    Sides::new(SECRET, Options::pyramid())
}

/// The cookie of real Pyramid for a state.
fn cookie(oracle: &mut Oracle, sides: &Sides, state: &str) -> String {
    let step = json!({ "at": NOW, "kind": "replace", "json": state });
    let answer = sides.ask(oracle, None, NOW, &[step]);
    value_of(answer["set_cookie"].as_str().unwrap()).to_owned()
}

#[test]
#[ignore = "needs Pyramid: run `just test-pyramid`"]
fn vectors_of_pyramid_open_and_are_made_again() {
    let states = [
        "{}",
        r#"{"counter": 1}"#,
        r#"{"b": 1, "a": 2}"#,
        r#"{"": ""}"#,
        r#"{"list": [], "dict": {}}"#,
        r#"{"nested": {"list": [1, [2, [3]], {"a": null}]}}"#,
        r#"{"words": [true, false, null]}"#,
        r#"{"floats": [0.0, -0.0, 1.5, 0.1, 1e16, 1e15, 1e-4, 1e-5, 5e-324]}"#,
        r#"{"floats": [1.7976931348623157e308, 1e999, -1e999, NaN, 123456789012345680.0]}"#,
        r#"{"large": [9223372036854775808, -9223372036854775809, 18446744073709551616]}"#,
        r#"{"larger": 1000000000000000000000000000000000000000000000000000000000001}"#,
        r#"{"latin": "Grüße", "ж": "€"}"#,
        r#"{"emoji": "😀", "high": "\ud83d", "low": "\ude00", "crossed": "\ude00\ud83d"}"#,
        r#"{"controls": "\u0000\b\t\n\u000b\f\r\u001f\u007f\u0080"}"#,
        r#"{"quotes": "\"\\\/'"}"#,
        r#"{"lines": "\u2028\u2029\ufeff\uffff"}"#,
        r#"{"twice": 1, "other": 2, "twice": 3}"#,
        r#"{"_f_": ["Hello"], "_f_errors": ["No", {"code": 7}]}"#,
        r#"{"_csrft_": "0123456789abcdef0123456789abcdef01234567"}"#,
        r#"{"page": "<script>alert('&')</script>"}"#,
        r#"{"\ud800": "\udfff\ud800\udfff"}"#,
        r#"{  "spaces"  :  [ 1 , 2 ]  }"#,
    ];
    let (mut oracle, sides) = (Oracle::start(), sides());
    for state in states {
        let theirs = cookie(&mut oracle, &sides, state);
        let opened = sides.open(Some(&theirs), NOW).read();
        assert_eq!(
            opened.to_string(),
            state.parse::<step_cookie_engine::Dict>().unwrap().to_string()
        );
        let mut session = sides.open(None, NOW);
        let step = json!({ "at": NOW, "kind": "replace", "json": state });
        sides.act(&mut session, &step).unwrap();
        let ours = session.close().unwrap().unwrap();
        assert_eq!(value_of(ours.to_str().unwrap()), theirs, "{state}");
    }
    println!("{} vectors", states.len());
}

#[test]
#[ignore = "needs Pyramid: run `just test-pyramid`"]
fn dead_session_leaves_its_birthday_to_pyramid_alone() {
    let (mut oracle, sides) = (Oracle::start(), sides());
    let cookie = cookie(&mut oracle, &sides, "{}");
    let later = NOW + 2_000.0;
    let theirs = sides.ask(&mut oracle, Some(&cookie), later, &[]);
    assert_eq!(theirs["created"], json!(NOW.to_string()));
    assert_eq!(sides.open(Some(&cookie), later).created(), later);
}

#[test]
#[ignore = "needs Pyramid: run `just test-pyramid`"]
fn lenient_base64_is_pyramids_alone() {
    let (mut oracle, sides) = (Oracle::start(), sides());
    let mut cookie = cookie(&mut oracle, &sides, r#"{"counter": 7}"#);
    cookie.insert_str(cookie.len() / 2, "!!!!");
    let theirs = sides.ask(&mut oracle, Some(&cookie), NOW, &[]);
    assert_eq!(theirs["new"], false);
    assert!(sides.open(Some(&cookie), NOW).is_new());
}

#[test]
#[ignore = "needs Pyramid: run `just test-pyramid`"]
fn session_from_the_future_is_pyramids_alone() {
    let (mut oracle, sides) = (Oracle::start(), sides());
    let cookie = cookie(&mut oracle, &sides, "{}");
    let theirs = sides.ask(&mut oracle, Some(&cookie), NOW - 3_600.0, &[]);
    assert_eq!(theirs["new"], false);
    assert!(sides.open(Some(&cookie), NOW - 3_600.0).is_new());
}

#[test]
#[ignore = "needs Pyramid: run `just test-pyramid`"]
fn cookie_for_an_empty_queue_is_pyramids_alone() {
    let (mut oracle, sides) = (Oracle::start(), sides());
    let step = json!({ "at": NOW, "kind": "pop_flash", "queue": "" });
    let theirs = sides.ask(&mut oracle, None, NOW, std::slice::from_ref(&step));
    assert_ne!(theirs["set_cookie"], Value::Null);
    let mut session = sides.open(None, NOW);
    sides.act(&mut session, &step).unwrap();
    assert_eq!(session.close().unwrap(), None);
}
