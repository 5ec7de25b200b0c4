//! The session as a handler sees it.

use crate::support::{NOW, Visitor, formats, sent};
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use step_cookie_engine::{Error, Options, Session};

fn new() -> Session {
    Visitor::new(&Options::sealed()).engine.open(&HeaderMap::new())
}

#[test]
fn req_66_no_cookie_until_one_is_needed() {
    let mut session = new();
    assert!(session.read().is_empty() && session.is_new());
    assert!(session.pop_flash::<String>("").unwrap().is_empty());
    assert!(!session.is_csrf_token(""));
    session.invalidate().unwrap();
    assert_eq!(sent(&session), None);
}

#[test]
fn update_that_fails_changes_nothing() {
    let mut session = new();
    session.update(|state| state.insert("kept", 1)).unwrap();
    let failed = session.update(|state| {
        state.clear();
        state.get::<u64>("kept")?.ok_or(Error::Answered)
    });
    assert!(matches!(failed, Err(Error::Answered)));
    assert_eq!(session.read().get("kept").unwrap(), Some(1));
}

#[test]
fn req_43_too_large_is_an_error_with_size_and_limit_and_the_old_session_stays() {
    for (name, options) in formats() {
        let visitor = Visitor::new(&options);
        let mut session = visitor.open(&visitor.counting(7));
        let large = session.update(|state| state.insert("large", "x".repeat(5_000)));
        let Err(Error::TooLarge { size, limit }) = large else { panic!("{name}: {large:?}") };
        assert!(size > 5_000 && limit <= 4_096 - visitor.name.len(), "{name}: {size} {limit}");
        assert_eq!(session.read().to_string(), r#"{"counter": 7}"#);
        // The largest that fits is sent whole, and one octet more is refused.
        let mut filled = 0;
        while session.update(|state| state.insert("fill", "x".repeat(filled + 1))).is_ok() {
            filled += 1;
        }
        let value = sent(&session).unwrap();
        assert!((limit - 1..=limit).contains(&value.len()), "{name}: {} {limit}", value.len());
        let fill: Option<String> = visitor.open(&value).read().get("fill").unwrap();
        assert_eq!(fill.unwrap().len(), filled);
    }
}

#[test]
fn change_after_the_answer_is_an_error() {
    let mut session = new();
    session.close().unwrap();
    assert!(matches!(session.update(|_| Ok(())), Err(Error::Answered)));
    assert!(matches!(session.flash("late", ""), Err(Error::Answered)));
    assert!(matches!(session.invalidate(), Err(Error::Answered)));
}

#[test]
fn value_of_another_type_is_an_error_that_names_the_key() {
    let mut session = new();
    session.update(|state| state.insert("counter", "seven")).unwrap();
    let error = session.read().get::<u64>("counter").unwrap_err();
    assert!(error.to_string().contains("counter"), "{error}");
}

#[test]
fn value_that_is_no_json_or_too_deep_is_an_error() {
    let mut session = new();
    let keyed = std::collections::HashMap::from([((1, 2), 3)]);
    assert!(session.update(|state| state.insert("map", &keyed)).is_err());
    let deep = (0..127).fold(serde_json::Value::Null, |inner, _| vec![inner].into());
    let error = session.update(|state| state.insert("deep", &deep)).unwrap_err();
    assert!(error.to_string().contains("too deep"), "{error}");
}

#[test]
fn deepest_value_that_goes_in_comes_out_again() {
    for (name, options) in formats() {
        let visitor = Visitor::new(&options);
        let deep = (0..126).fold(serde_json::Value::Null, |inner, _| vec![inner].into());
        let mut session = visitor.engine.open(&HeaderMap::new());
        session.update(|state| state.insert("deep", &deep)).unwrap();
        assert!(!visitor.open(&sent(&session).unwrap()).is_new(), "{name}");
    }
}

#[test]
fn flash_messages_wait_in_order_in_their_queues_and_are_taken_once() {
    for (name, options) in formats() {
        let visitor = Visitor::new(&options);
        let mut session = visitor.engine.open(&HeaderMap::new());
        session.flash("one", "").unwrap();
        session.flash("two", "").unwrap();
        session.flash("two", "").unwrap();
        session.flash("broken", "errors").unwrap();
        session.flash_once("broken", "errors").unwrap();
        let mut session = visitor.open(&sent(&session).unwrap());
        assert_eq!(session.peek_flash::<String>("errors").unwrap(), ["broken"], "{name}");
        assert_eq!(session.pop_flash::<String>("").unwrap(), ["one", "two", "two"]);
        assert!(session.pop_flash::<String>("").unwrap().is_empty());
        let session = visitor.open(&sent(&session).unwrap());
        assert_eq!(session.read().to_string(), r#"{"_f_errors": ["broken"]}"#);
    }
}

#[test]
fn flash_message_of_another_type_stays_in_its_queue() {
    let mut session = new();
    session.flash((1, "one"), "").unwrap();
    assert!(session.pop_flash::<String>("").is_err());
    assert_eq!(session.pop_flash::<(u8, String)>("").unwrap(), [(1, "one".to_owned())]);
}

#[test]
fn csrf_token_stays_until_a_new_one_is_made() {
    let mut session = new();
    let first = session.csrf_token().unwrap();
    assert_eq!(first.len(), 40);
    assert_eq!(session.csrf_token().unwrap(), first);
    assert!(session.is_csrf_token(&first) && !session.is_csrf_token(""));
    let second = session.new_csrf_token().unwrap();
    assert!(session.is_csrf_token(&second) && !session.is_csrf_token(&first));
}

#[test]
fn read_is_sent_again_after_the_reissue_time_and_not_before() {
    let visitor = Visitor::new(&Options::sealed());
    let (value, now) = (visitor.counting(7), NOW as f64);
    for (seconds, again) in [(60.75, false), (61.0, true)] {
        let session = visitor.at(now + seconds).open(&value);
        session.read();
        assert_eq!(sent(&session).is_some(), again, "after {seconds} s");
    }
}

#[test]
fn dead_session_leaves_nothing_to_the_next() {
    let visitor = Visitor::new(&Options::pyramid());
    let value = visitor.counting(7);
    let later = NOW as f64 + 5_000.0;
    let session = visitor.at(later).open(&value);
    assert!(session.is_new());
    assert_eq!(session.created(), later);
}

#[test]
fn req_28_invalidated_session_is_removed_and_the_next_is_new() {
    for (name, options) in formats() {
        let visitor = Visitor::new(&options);
        let value = visitor.counting(7);
        let mut session = visitor.at(NOW as f64 + 9.0).open(&value);
        session.invalidate().unwrap();
        assert!(session.read().is_empty() && session.is_new(), "{name}");
        assert_eq!(sent(&session).as_deref(), Some(""), "{name}");
        let mut session = visitor.open(&value);
        session.invalidate().unwrap();
        session.update(|state| state.insert("fresh", true)).unwrap();
        let session = visitor.open(&sent(&session).unwrap());
        assert_eq!(session.read().to_string(), r#"{"fresh": true}"#, "{name}");
        assert_eq!(session.created(), NOW as f64 + 9.0, "{name}");
    }
}

#[derive(Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
struct Cart {
    items: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    voucher: Option<String>,
}

#[test]
fn typed_state_shares_the_dict_with_what_it_does_not_name() {
    let mut session = new();
    session.flash("kept", "").unwrap();
    session
        .update_as(|cart: &mut Cart| {
            cart.items.push("tea".to_owned());
            cart.voucher = Some("ten".to_owned());
            Ok(())
        })
        .unwrap();
    assert_eq!(session.read_as::<Cart>().unwrap().items, ["tea"]);
    session
        .update_as(|cart: &mut Cart| {
            cart.voucher = None;
            Ok(())
        })
        .unwrap();
    assert_eq!(session.read().to_string(), r#"{"_f_": ["kept"], "items": ["tea"]}"#);
}
