//! For any state: what goes in comes out, and any changed cookie is ignored.

use crate::support::{Visitor, formats, sent};
use axum::http::HeaderMap;
use proptest::prelude::*;
use serde_json::{Map, Value};
use step_cookie_engine::Dict;

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
    let mut session = visitor.engine.open(&HeaderMap::new());
    let put =
        session.update(|dict| state.iter().try_for_each(|(key, value)| dict.insert(key, value)));
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
    fn text_comes_back_as_it_was(state in state_of(value())) {
        let json = Value::from(state).to_string();
        let dict: Dict = json.parse().unwrap();
        prop_assert_eq!(&dict.to_string().parse::<Dict>().unwrap(), &dict);
    }

    #[test]
    fn letters_and_halves_come_back_in_either_spelling(
        text in r#"(\\u(d83d|de00|00e4|0041|007f|000a)|\\["\\/n]|[aä€😀 ,:]){0,12}"#,
        number in "-?(0|[1-9][0-9]{0,9})(\\.[0-9]{1,9})?([eE][+-]?[0-9]{1,2})?",
    ) {
        let json = format!(r#"{{"{text}": ["{text}", {{"{text}": {number}}}], "b": {number}}}"#);
        let dict: Dict = json.parse().unwrap();
        for (_, options) in formats() {
            let visitor = Visitor::new(&options);
            let mut session = visitor.engine.open(&HeaderMap::new());
            session.update(|state| Ok(std::mem::replace(state, dict.clone()))).unwrap();
            let mut again = visitor.open(&sent(&session).unwrap());
            prop_assert_eq!(again.read().to_string(), dict.to_string());
            again.update(|state| state.insert("b", 1)).unwrap();
            prop_assert_eq!(again.read().get("b").unwrap(), Some(1));
        }
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
            let mut session = visitor.engine.open(&HeaderMap::new());
            let mut expected: Vec<(&str, Value)> = Vec::new();
            for (key, value) in &steps {
                let place = expected.iter().position(|(own, _)| own == key);
                let put = session.update(|state| match value {
                    Some(value) => state.insert(key, value),
                    None => {
                        assert_eq!(state.remove(key), place.is_some());
                        Ok(())
                    }
                });
                match (value, place) {
                    _ if put.is_err() => continue,
                    (Some(value), Some(place)) => expected[place].1 = value.clone(),
                    (Some(value), None) => expected.push((key, value.clone())),
                    (None, place) => drop(place.map(|place| expected.remove(place))),
                }
            }
            let state = session.read();
            prop_assert!(state.keys().eq(expected.iter().map(|(key, _)| *key)));
            prop_assert_eq!(state.len(), expected.len());
            for (key, value) in expected {
                prop_assert_eq!(state.get(key).unwrap(), Some(value));
            }
            prop_assert_eq!(&state.to_string().parse::<Dict>().unwrap(), &*state);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC*|[\\[\\]{}\",:0-9eE.+\\-\\\\u dDnulNaInfity]*") {
        if let Ok(dict) = text.parse::<Dict>() {
            prop_assert_eq!(dict.to_string().parse::<Dict>().unwrap().to_string(), dict.to_string());
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
