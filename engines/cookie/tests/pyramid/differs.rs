//! Vectors that real Pyramid makes now, and the differences to it that are meant:
//!
//! | case | Pyramid | here |
//! |---|---|---|
//! | an update that leaves the data equal | sends the cookie | is a read |
//! | `NaN`, an infinity, half a surrogate pair in a key | is read | is a new session, with a warning |
//! | the next session after an expired one | keeps its time of creation | has its own |
//! | characters in the cookie that aren't base64 | are skipped | make it invalid |
//! | a session from the future | is read | is a new session after a minute, with a warning |
//! | a cookie that was removed by `invalidate` | is sent on, empty | is removed |
//!
//! The last row and the headers of the response are in the tests of `engine`, because Pyramid has
//! nothing to compare with.

use crate::oracle::Oracle;
use crate::sides::{Sides, data, spelled, time, value_of};
use cookie_engine::{Options, Session};
use serde_json::{Value, json};

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

/// Each is opened, sent again and made from its parts, as Pyramid does it.
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
        r#"{"floats": [1.7976931348623157e308, 123456789012345680.0]}"#,
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
        r#"{"halves": "\udfff\ud800\udfff"}"#,
        r#"{  "spaces"  :  [ 1 , 2 ]  }"#,
    ];
    let mut oracle = Oracle::start();
    let sides = sides();
    for state in states {
        let theirs = cookie(&mut oracle, &sides, state);
        let spelled_state = sides.spell(&mut oracle, state);
        assert_eq!(data(&sides.open(Some(&theirs), NOW)), spelled(&spelled_state), "{state}");
        let step = json!({ "at": NOW, "kind": "replace", "json": spelled_state });
        let mut session = sides.open(None, NOW);
        if state != "{}" {
            sides.act(&mut session, &step).unwrap();
            assert_eq!(sent(&session), theirs, "{state}");
        }
        let later = NOW + 9.0;
        let step = json!({ "at": later, "kind": "get", "key": "" });
        let answer = sides.ask(&mut oracle, Some(&theirs), later, &[step]);
        let session = sides.open(Some(&theirs), later);
        session.read();
        assert_eq!(sent(&session), value_of(answer["set_cookie"].as_str().unwrap()), "{state}");
    }
    println!("{} vectors", states.len());
}

fn sent(session: &Session) -> String {
    value_of(session.close().unwrap().unwrap().to_str().unwrap()).to_owned()
}

#[test]
#[ignore = "needs Pyramid: run `just test-pyramid`"]
fn session_that_is_not_json_is_pyramids_alone() {
    let states = [
        r#"{"floats": [1e999, -1e999]}"#,
        r#"{"float": NaN}"#,
        r#"{"\ud800": "\udfff\ud800\udfff"}"#,
    ];
    let mut oracle = Oracle::start();
    let sides = sides();
    for state in states {
        let cookie = cookie(&mut oracle, &sides, state);
        let theirs = sides.ask(&mut oracle, Some(&cookie), NOW, &[]);
        assert_eq!(theirs["new"], false, "{state}");
        assert!(sides.open(Some(&cookie), NOW).is_new(), "{state}");
    }
}

#[test]
#[ignore = "needs Pyramid: run `just test-pyramid`"]
fn expired_session_passes_its_time_of_creation_on_in_pyramid_alone() {
    let mut oracle = Oracle::start();
    let sides = sides();
    let cookie = cookie(&mut oracle, &sides, "{}");
    let later = NOW + 2_000.0;
    let theirs = sides.ask(&mut oracle, Some(&cookie), later, &[]);
    assert_eq!(theirs["created"], json!(NOW.to_string()));
    assert_eq!(sides.open(Some(&cookie), later).created(), time(later));
}

#[test]
#[ignore = "needs Pyramid: run `just test-pyramid`"]
fn lenient_base64_is_pyramids_alone() {
    let mut oracle = Oracle::start();
    let sides = sides();
    let mut cookie = cookie(&mut oracle, &sides, r#"{"counter": 7}"#);
    cookie.insert_str(cookie.len() / 2, "!!!!");
    let theirs = sides.ask(&mut oracle, Some(&cookie), NOW, &[]);
    assert_eq!(theirs["new"], false);
    assert!(sides.open(Some(&cookie), NOW).is_new());
}

#[test]
#[ignore = "needs Pyramid: run `just test-pyramid`"]
fn session_from_the_future_is_pyramids_alone() {
    let mut oracle = Oracle::start();
    let sides = sides();
    let cookie = cookie(&mut oracle, &sides, "{}");
    let theirs = sides.ask(&mut oracle, Some(&cookie), NOW - 3_600.0, &[]);
    assert_eq!(theirs["new"], false);
    assert!(sides.open(Some(&cookie), NOW - 3_600.0).is_new());
}

#[test]
#[ignore = "needs Pyramid: run `just test-pyramid`"]
fn cookie_for_an_update_that_changes_nothing_is_pyramids_alone() {
    let mut oracle = Oracle::start();
    let sides = sides();
    let cookie = cookie(&mut oracle, &sides, r#"{"counter": 7, "_f_": ["once"]}"#);
    for step in [
        json!({ "at": NOW, "kind": "pop_flash", "queue": "empty" }),
        json!({ "at": NOW, "kind": "flash_once", "queue": "", "message": "once" }),
        json!({ "at": NOW, "kind": "set", "key": "counter", "json": "7" }),
        json!({ "at": NOW, "kind": "remove", "key": "absent" }),
    ] {
        let theirs = sides.ask(&mut oracle, Some(&cookie), NOW, std::slice::from_ref(&step));
        assert_ne!(theirs["set_cookie"], Value::Null, "{step}");
        let mut session = sides.open(Some(&cookie), NOW);
        sides.act(&mut session, &step).unwrap();
        assert_eq!(session.close().unwrap(), None, "{step}");
    }
}
