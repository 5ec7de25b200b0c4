//! For any state: what goes in comes out, and any changed cookie is ignored.

use crate::json::{cookie_with, signed};
use crate::support::{Visitor, formats, sent, text};
use cookie_engine::Options;
use proptest::prelude::*;
use serde_json::{Map, Value};

/// Any JSON value, a few levels deep.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        proptest::num::f64::NORMAL.prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            state_of(inner).prop_map(Value::from),
        ]
    })
}

fn state_of(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::vec((".{0,8}", value), 0..4).prop_map(Map::from_iter)
}

fn cookie(visitor: &Visitor, state: &Map<String, Value>) -> Option<String> {
    let mut session = visitor.open_new();
    let put =
        session.update(|data| state.iter().try_for_each(|(key, value)| data.insert(key, value)));
    put.ok().and_then(|()| sent(&session))
}

proptest! {
    #[test]
    fn state_comes_back_as_it_was(state in state_of(value())) {
        for (_, options) in formats() {
            let visitor = Visitor::new(&options);
            let Some(value) = cookie(&visitor, &state) else { continue };
            prop_assert!(value.len() + visitor.name.len() <= 4096);
            prop_assert_eq!(&visitor.open(&value).read_as::<Map<String, Value>>().unwrap(), &state);
        }
    }

    #[test]
    fn what_came_goes_back_byte_for_byte(
        letters in r#"(\\u(d83d|de00|00e4|0041|007f|000a)|\\["\\/n]|[aä€😀 ,:]){0,12}"#,
        number in "-?(0|[1-9][0-9]{0,9})(\\.[0-9]{1,9})?([eE][+-]?[0-9]{1,2})?",
    ) {
        let kept = format!(r#"["{letters}", {{"{letters}": {number}}}]"#);
        let visitor = Visitor::new(&Options::pyramid());
        let mut session = visitor.open(&cookie_with(&format!(r#"{{"kept": {kept}, "b": {number}}}"#)));
        prop_assert!(!session.is_new());
        session.update(|data| data.insert("b", "changed")).unwrap();
        let again = visitor.open(&sent(&session).unwrap());
        prop_assert_eq!(text(&again), format!(r#"{{"kept":{kept},"b":"changed"}}"#));
    }

    #[test]
    fn keys_stay_in_order_whatever_is_put_in_and_taken_out(
        steps in prop::collection::vec(
            (prop::sample::select(vec!["", "a", "b", "ä", "\"", "a b"]), prop::option::of(value())),
            0..12,
        ),
    ) {
        for (_, options) in formats() {
            let visitor = Visitor::new(&options);
            let mut session = visitor.open_new();
            let mut expected: Vec<(&str, Value)> = Vec::new();
            for (key, value) in &steps {
                let place = expected.iter().position(|(own, _)| own == key);
                let put = session.update(|data| match value {
                    Some(value) => data.insert(key, value),
                    None => {
                        assert_eq!(data.remove(key), place.is_some());
                        Ok(())
                    }
                });
                match (value, place) {
                    _ if put.is_err() => continue,
                    (Some(value), Some(place)) => expected[place].1 = value.clone(),
                    (Some(value), None) => expected.push((key, value.clone())),
                    (None, Some(place)) => {
                        expected.remove(place);
                    }
                    (None, None) => {}
                }
            }
            let data = session.read();
            prop_assert!(data.keys().eq(expected.iter().map(|(key, _)| *key)));
            prop_assert_eq!(data.len(), expected.len());
            prop_assert_eq!(data.is_empty(), expected.is_empty());
            for (key, value) in expected {
                prop_assert!(data.contains(key));
                prop_assert_eq!(data.get(key).unwrap(), Some(value));
            }
        }
    }

    #[test]
    fn any_signed_text_is_a_session_or_a_new_one(
        json in "\\PC*|[\\[\\]{}\",:0-9eE.+\\-\\\\u dDnulNaInfity]*",
    ) {
        let visitor = Visitor::new(&Options::pyramid());
        for value in [signed(&json), cookie_with(&json), cookie_with(&format!(r#"{{"a": {json}}}"#))] {
            let mut session = visitor.open(&value);
            session.update(|data| data.insert("counter", 1)).unwrap();
            prop_assert_eq!(visitor.count(&sent(&session).unwrap()), Some(1));
        }
    }

    #[test]
    fn req_09_any_changed_byte_is_anonymous(
        state in state_of(value()),
        place in any::<prop::sample::Index>(),
        byte in b' '..=b'~',
    ) {
        prop_assume!(byte != b';');
        for (_, options) in formats() {
            let visitor = Visitor::new(&options);
            let Some(value) = cookie(&visitor, &state) else { continue };
            let mut forged = value.clone().into_bytes();
            let place = place.index(forged.len());
            forged[place] = byte;
            let forged = String::from_utf8(forged).unwrap();
            // Space around a value is no part of it (RFC 6265bis section 5.6).
            let same = forged == value;
            prop_assert_eq!(visitor.open(&forged).is_new(), !same);
        }
    }
}
