//! What a cookie brings and what goes into it, as JSON.

use crate::support::{NOW, SECRET, Visitor, logged, sent, text, time};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use cookie_engine::Options;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha512;

/// The value of a cookie in Pyramid's format that holds this JSON.
pub fn signed(json: &str) -> String {
    let key = format!("pyramid.session.{SECRET}");
    let mac = Hmac::<Sha512>::new_from_slice(key.as_bytes()).unwrap();
    let signature = mac.chain_update(json).finalize().into_bytes();
    URL_SAFE_NO_PAD.encode([&signature, json.as_bytes()].concat())
}

/// The value of a cookie in Pyramid's format with this data.
pub fn cookie_with(data: &str) -> String {
    signed(&format!("[{NOW}, {NOW}.25, {data}]"))
}

/// The JSON in the value of a cookie in Pyramid's format.
fn json_in(value: &str) -> String {
    let bytes = URL_SAFE_NO_PAD.decode(value).unwrap();
    String::from_utf8(bytes[64..].to_vec()).unwrap()
}

#[test]
fn values_that_are_not_touched_go_back_byte_for_byte() {
    let visitor = Visitor::new(&Options::pyramid());
    let values = [
        "1e-05",
        "1.50",
        "-0",
        "18446744073709551616",
        "1000000000000000000000000000000000000000000000000000001",
        r#""\ud83d\ude00 \ud83d \/ \u00e4""#,
        r#"{"b": 1, "a": [1, [2]], "b": 2}"#,
        "\"ä€😀\"",
    ];
    for value in values {
        let mut session = visitor.open(&cookie_with(&format!(r#"{{"kept": {value}}}"#)));
        session.update(|data| data.insert("counter", 1)).unwrap();
        let expected = format!(r#"[{NOW}, {NOW}.25, {{"kept": {value}, "counter": 1}}]"#);
        assert_eq!(json_in(&sent(&session).unwrap()), expected);
    }
}

#[test]
fn creation_time_goes_back_byte_for_byte() {
    let visitor = Visitor::new(&Options::pyramid());
    for created in ["0.0", "1.5", "1735689600.0", "1735689600.2500002", "1735689599.999"] {
        let mut session = visitor.open(&signed(&format!("[{NOW}, {created}, {{}}]")));
        assert_eq!(session.created(), time(created.parse().unwrap()));
        session.update(|data| data.insert("counter", 1)).unwrap();
        let expected = format!(r#"[{NOW}, {created}, {{"counter": 1}}]"#);
        assert_eq!(json_in(&sent(&session).unwrap()), expected);
    }
}

#[test]
fn of_a_key_that_comes_twice_the_last_value_counts() {
    let visitor = Visitor::new(&Options::pyramid());
    let session = visitor.open(&cookie_with(r#"{"a": 1, "b": 2, "a": 3}"#));
    assert_eq!(text(&session), r#"{"a":3,"b":2}"#);
}

#[test]
fn session_that_opens_and_cannot_be_read_is_new_with_a_warning_until_the_next_write_replaces_it() {
    let visitor = Visitor::new(&Options::pyramid());
    let unreadable = [
        cookie_with(r#"{"counter": NaN}"#),
        cookie_with(r#"{"counter": [1, Infinity]}"#),
        cookie_with(r#"{"counter": -Infinity}"#),
        cookie_with(r#"{"\ud800": 1}"#),
        cookie_with("[]"),
        signed("[1735689600, 1735689600.25]"),
        signed("[1735689600, 1735689600.25, {}, {}]"),
        signed("[1735689600, 1e300, {}]"),
        signed("[1735689600, -1.0, {}]"),
        signed("[1735689600, null, {}]"),
        signed(r#"[1735689600, "1735689600.25", {}]"#),
        signed(r#"["1735689600", 1735689600.25, {}]"#),
        signed(""),
    ];
    for value in &unreadable {
        let json = json_in(value);
        let log = logged(|| {
            let mut session = visitor.open(value);
            assert!(session.is_new() && session.read().is_empty(), "{json}");
            assert_eq!(sent(&session), None, "{json}");
            session = visitor.open(value);
            session.update(|data| data.insert("counter", 1)).unwrap();
            assert_eq!(visitor.count(&sent(&session).unwrap()), Some(1), "{json}");
        });
        assert!(log.contains("WARN") && log.contains("opens but cannot be read"), "{json}: {log}");
        assert!(!log.contains("no key opens"), "{json}: {log}");
    }
}

#[test]
fn float_that_is_not_a_number_goes_in_as_null() {
    let mut session = Visitor::new(&Options::pyramid()).open_new();
    session.update(|data| data.insert("floats", [f64::NAN, f64::INFINITY])).unwrap();
    assert_eq!(
        session.read().get::<(Option<f64>, Option<f64>)>("floats").unwrap(),
        Some((None, None))
    );
}

/// Each was printed by CPython 3.11.
#[test]
fn floats_are_spelled_as_python_spells_them() {
    let visitor = Visitor::new(&Options::pyramid());
    for spelled in [
        "0.0",
        "-0.0",
        "1.0",
        "12.5",
        "0.1",
        "0.0001",
        "0.00015",
        "9.99e-05",
        "-1e-05",
        "10.00001",
        "1.25e-06",
        "9e-09",
        "1e-10",
        "9999999999999998.0",
        "1e+16",
        "-1.5e+16",
        "1e+22",
        "1e+23",
        "5e-324",
        "1.7976931348623157e+308",
        "1735689600.25",
        "544431068535091.6",
        "9007199254740992.0",
        "5.684341886080802e-14",
        // Two texts are equally short and equally close: the even one.
        "205254861123.57812",
        "1735689600.0039062",
    ] {
        let mut session = visitor.open_new();
        let number: f64 = spelled.parse().unwrap();
        session.update(|data| data.insert("number", number)).unwrap();
        let expected = format!(r#"[{NOW}, {NOW}.0, {{"number": {spelled}}}]"#);
        assert_eq!(json_in(&sent(&session).unwrap()), expected);
    }
}

/// As CPython 3.11 prints them.
#[test]
fn texts_and_keys_are_spelled_as_python_spells_them() {
    let mut session = Visitor::new(&Options::pyramid()).open_new();
    let text = "\0\u{8}\t\n\u{b}\u{c}\r\u{1f}\u{7f}\u{80} ä€😀\"\\/'\u{2028}";
    session.update(|data| data.insert("ж\"", (text, f32::MIN_POSITIVE, true, ()))).unwrap();
    let spelled =
        r#"\u0000\b\t\n\u000b\f\r\u001f\u007f\u0080 \u00e4\u20ac\ud83d\ude00\"\\/'\u2028"#;
    let expected =
        format!(r#"[{NOW}, {NOW}.0, {{"\u0436\"": ["{spelled}", 1.1754944e-38, true, null]}}]"#);
    assert_eq!(json_in(&sent(&session).unwrap()), expected);
}

#[test]
fn message_joins_those_that_came_and_leaves_them_as_they_are() {
    let visitor = Visitor::new(&Options::pyramid());
    let mut session = visitor.open(&cookie_with(r#"{"_f_": [{"a": 1e-05}]}"#));
    session.update(|data| data.flash("ä", "")).unwrap();
    session.update(|data| data.flash_once("ä", "")).unwrap();
    let expected = format!(r#"[{NOW}, {NOW}.25, {{"_f_": [{{"a": 1e-05}}, "\u00e4"]}}]"#);
    assert_eq!(json_in(&sent(&session).unwrap()), expected);
}
