//! What a cookie that is not as it was sent is worth: nothing.

use crate::support::{NOW, OTHER, SECRET, Visitor, formats, logged, sent};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use cookie_engine::{Format, Hash, Keyring, Options, Secret};

#[test]
fn req_09_flipped_byte_is_anonymous() {
    for (name, options) in formats() {
        let visitor = Visitor::new(&options);
        let value = visitor.counting(7);
        assert_eq!(visitor.count(&value), Some(7));
        for place in 0..value.len() {
            for changed in ["A", "B", "-", "=", "!"] {
                let mut forged = value.clone();
                forged.replace_range(place..=place, changed);
                let expected = (forged == value).then_some(7);
                assert_eq!(visitor.count(&forged), expected, "{name}: {changed} at {place}");
            }
        }
    }
}

#[test]
fn req_09_flipped_bit_is_anonymous() {
    for (name, options) in formats() {
        let visitor = Visitor::new(&options);
        let bytes = URL_SAFE_NO_PAD.decode(visitor.counting(7)).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut forged = bytes.clone();
            forged[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(visitor.count(&URL_SAFE_NO_PAD.encode(forged)), None, "{name}: bit {bit}");
        }
    }
}

#[test]
fn req_09_truncated_or_longer_is_anonymous() {
    for (name, options) in formats() {
        let visitor = Visitor::new(&options);
        let value = visitor.counting(7);
        for length in 0..value.len() {
            assert_eq!(visitor.count(&value[..length]), None, "{name}: {length} characters");
        }
        for more in ["A", "AAAA", "=", "==", "!"] {
            assert_eq!(visitor.count(&format!("{value}{more}")), None, "{name}: and {more}");
        }
    }
}

#[test]
fn req_10_expired_session_is_anonymous() {
    for (name, options) in formats() {
        let visitor = Visitor::new(&options);
        let (value, now) = (visitor.counting(7), NOW as f64);
        assert_eq!(visitor.at(now + 1_200.0).count(&value), Some(7), "{name}");
        assert_eq!(visitor.at(now + 1_200.25).count(&value), None, "{name}");
    }
}

#[test]
fn req_10_session_from_the_future_is_anonymous_with_a_warning() {
    for (name, options) in formats() {
        let visitor = Visitor::new(&options);
        let (value, now) = (visitor.counting(7), NOW as f64);
        assert_eq!(visitor.at(now - 60.0).count(&value), Some(7), "{name}");
        let log = logged(|| assert_eq!(visitor.at(now - 60.25).count(&value), None, "{name}"));
        assert!(log.contains("WARN") && log.contains("from the future"), "{name}: {log}");
    }
}

#[test]
fn req_11_value_for_another_purpose_is_anonymous() {
    let visitor = Visitor::new(&Options::sealed());
    let mut remember_me = Options::sealed();
    remember_me.cookie.name = "__Host-remember".to_owned();
    assert_eq!(visitor.count(&Visitor::new(&remember_me).counting(7)), None);
    assert_eq!(visitor.count(&Visitor::new(&Options::pyramid()).counting(7)), None);

    let visitor = Visitor::new(&Options::pyramid());
    let salt = "remember.".to_owned();
    let format = Format::Pyramid { hash: Hash::Sha512, salt };
    let remember_me = Options { format, ..Options::pyramid() };
    assert_eq!(visitor.count(&Visitor::new(&remember_me).counting(7)), None);
    assert_eq!(visitor.count(&Visitor::new(&Options::sealed()).counting(7)), None);
}

#[test]
fn req_67_older_key_opens_and_newest_key_signs_again() {
    for (name, options) in formats() {
        let options = Options { reissue_time: None, ..options };
        let secret = |text| Secret::new(text).unwrap();
        let old = Visitor::with_keyring(&options, &Keyring::new(secret(OTHER)));
        let both = Keyring::new(secret(SECRET)).with_fallback(secret(OTHER));
        let both = Visitor::with_keyring(&options, &both);
        let new = Visitor::with_keyring(&options, &Keyring::new(secret(SECRET)));
        let value = old.counting(7);
        assert_eq!(new.count(&value), None, "{name}: a key that was taken out is dead");
        let session = both.open(&value);
        assert_eq!(session.read().get("counter").unwrap(), Some(7), "{name}");
        let again = sent(&session).expect("an old key's cookie is made again when it is read");
        assert_eq!(new.count(&again), Some(7), "{name}");
        let session = both.open(&again);
        session.read();
        assert_eq!(sent(&session), None, "{name}: once is enough");
    }
}

#[test]
fn req_68_plain_state_is_anonymous() {
    for (name, options) in formats() {
        let visitor = Visitor::new(&options);
        let json = format!("[{NOW}, {NOW}.0, {{\"counter\": 7}}]");
        let unsigned = URL_SAFE_NO_PAD.encode(&json);
        let zeroes = URL_SAFE_NO_PAD.encode([vec![0; 64], json.clone().into_bytes()].concat());
        for value in [&json, &unsigned, &zeroes, "{}", ""] {
            assert_eq!(visitor.count(value), None, "{name}: {value}");
        }
    }
}

#[test]
fn two_session_cookies_are_ignored_with_a_warning_that_names_them() {
    for (name, options) in formats() {
        let visitor = Visitor::new(&options);
        let value = visitor.counting(7);
        let twice = format!("{0}={value}; {0}={value}", visitor.name);
        let log = logged(|| assert!(visitor.open_line(&twice).is_new(), "{name}"));
        let named = format!("several cookies named {}", visitor.name);
        assert!(log.contains("WARN") && log.contains(&named), "{name}: {log}");
    }
}

#[test]
fn sealed_cookie_says_nothing_and_never_the_same() {
    let visitor = Visitor::new(&Options::sealed());
    let (first, second) = (visitor.counting(7), visitor.counting(7));
    assert_ne!(first, second);
    let bytes = URL_SAFE_NO_PAD.decode(first).unwrap();
    assert!(!String::from_utf8_lossy(&bytes).contains("counter"));
}
