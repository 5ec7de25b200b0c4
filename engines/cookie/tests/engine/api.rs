//! The session as a handler sees it.

use crate::support::{NOW, SECRET, Visitor, formats, logged, sent, text, time};
use axum::http::HeaderMap;
use cookie_engine::{Engine, Error, Keyring, Options, Secret, Session};
use std::error::Error as _;
use std::time::{Duration, SystemTime};

fn new() -> Session {
    Visitor::new(&Options::sealed()).open_new()
}

#[test]
fn req_66_no_cookie_until_one_is_needed() {
    let mut session = new();
    assert!(session.read().is_empty() && session.is_new());
    let messages: Vec<String> = session.update(|data| data.pop_flash("")).unwrap();
    assert!(messages.is_empty() && !session.read().is_csrf_token(""));
    session.invalidate().unwrap();
    assert_eq!(sent(&session), None);
}

#[test]
fn update_that_fails_changes_nothing() {
    let mut session = new();
    session.update(|data| data.insert("kept", 1)).unwrap();
    let failed = session.update(|data| {
        data.clear();
        data.get::<u64>("kept")?.ok_or(Error::AlreadySent)
    });
    assert!(matches!(failed, Err(Error::AlreadySent)));
    assert_eq!(session.read().get("kept").unwrap(), Some(1));
}

#[test]
fn update_that_changes_nothing_sends_nothing() {
    for (name, options) in formats() {
        let options = Options { reissue_time: None, ..options };
        let visitor = Visitor::new(&options);
        let mut session = visitor.open_new();
        session.update(|data| data.csrf_token()).unwrap();
        let value = sent(&session).unwrap();
        let mut session = visitor.at(NOW as f64 + 100.0).open(&value);
        session.update(|data| data.csrf_token()).unwrap();
        session.update(|data| data.pop_flash::<String>("")).unwrap();
        session.update(|data| data.insert("a", 1).map(|()| data.remove("a"))).unwrap();
        assert_eq!(sent(&session), None, "{name}");
    }
}

#[test]
fn update_that_changes_nothing_counts_as_a_read() {
    for (seconds, is_renewed) in [(60.75, false), (61.0, true)] {
        let visitor = Visitor::new(&Options::sealed());
        let value = visitor.counting(7);
        let mut session = visitor.at(NOW as f64 + seconds).open(&value);
        session.update(|data| data.insert("counter", 7)).unwrap();
        assert_eq!(sent(&session).is_some(), is_renewed, "after {seconds} s");
    }
}

#[test]
fn req_43_too_large_is_an_error_with_size_and_limit_and_the_old_session_stays() {
    for (name, options) in formats() {
        let visitor = Visitor::new(&options);
        let mut session = visitor.open(&visitor.counting(7));
        let large = session.update(|data| data.insert("large", "x".repeat(5_000)));
        let Err(Error::TooLarge { size, limit }) = large else { panic!("{name}: {large:?}") };
        assert!(size > 5_000 && limit <= 4_096 - visitor.name.len(), "{name}: {size} {limit}");
        assert_eq!(text(&session), r#"{"counter":7}"#);
        // The largest that fits is sent whole, and one octet more is refused.
        let mut filled = 0;
        while session.update(|data| data.insert("fill", "x".repeat(filled + 1))).is_ok() {
            filled += 1;
        }
        let value = sent(&session).unwrap();
        assert!((limit - 1..=limit).contains(&value.len()), "{name}: {} {limit}", value.len());
        let fill: Option<String> = visitor.open(&value).read().get("fill").unwrap();
        assert_eq!(fill.unwrap().len(), filled);
    }
}

#[test]
fn change_after_the_response_is_an_error() {
    let mut session = new();
    session.close().unwrap();
    assert!(matches!(session.update(|_| Ok(())), Err(Error::AlreadySent)));
    assert!(matches!(session.update(|data| data.flash("late", "")), Err(Error::AlreadySent)));
    assert!(matches!(session.invalidate(), Err(Error::AlreadySent)));
}

#[test]
fn errors_say_what_happened_and_what_to_do_and_give_their_source() {
    let mut session = new();
    session.update(|data| data.insert("counter", "seven")).unwrap();
    let error = session.read().get::<u64>("counter").unwrap_err();
    assert!(error.to_string().contains("\"counter\""), "{error}");
    assert!(error.to_string().contains(": read it as"), "{error}");
    assert!(error.source().unwrap().to_string().contains("invalid type"), "{error:?}");
    let keyed = std::collections::HashMap::from([((1, 2), 3)]);
    let error = session.update(|data| data.insert("map", &keyed)).unwrap_err();
    assert!(matches!(&error, Error::Serialize { key: Some(key), .. } if key == "map"), "{error}");
    assert!(error.source().is_some());
    assert!(Error::AlreadySent.source().is_none());
}

#[test]
fn read_renews_the_cookie_after_the_reissue_time_and_not_before() {
    let visitor = Visitor::new(&Options::sealed());
    let value = visitor.counting(7);
    for (seconds, is_renewed) in [(60.75, false), (61.0, true)] {
        let session = visitor.at(NOW as f64 + seconds).open(&value);
        session.read();
        assert_eq!(sent(&session).is_some(), is_renewed, "after {seconds} s");
    }
}

#[test]
fn last_use_of_a_request_is_the_one_that_counts() {
    for (name, options) in formats() {
        let visitor = Visitor::new(&options);
        let mut session = visitor.open_new();
        session.update(|data| data.insert("counter", 7)).unwrap();
        visitor.at(NOW as f64 + 100.0);
        session.read();
        let value = sent(&session).unwrap();
        assert_eq!(visitor.at(NOW as f64 + 1_250.0).count(&value), Some(7), "{name}");
    }
}

#[test]
fn session_that_is_not_read_is_not_renewed() {
    let visitor = Visitor::new(&Options::pyramid());
    let value = visitor.counting(7);
    let session = visitor.at(NOW as f64 + 100.0).open(&value);
    assert!(!session.is_new());
    assert_eq!(session.created(), time(NOW as f64));
    assert_eq!(sent(&session), None);
}

#[test]
fn expired_session_leaves_nothing_to_the_next() {
    let visitor = Visitor::new(&Options::pyramid());
    let value = visitor.counting(7);
    let later = NOW as f64 + 5_000.0;
    let session = visitor.at(later).open(&value);
    assert!(session.is_new() && session.read().is_empty());
    assert_eq!(session.created(), time(later));
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
        session.update(|data| data.insert("fresh", true)).unwrap();
        let session = visitor.open(&sent(&session).unwrap());
        assert_eq!(text(&session), r#"{"fresh":true}"#, "{name}");
        assert_eq!(session.created(), time(NOW as f64 + 9.0), "{name}");
    }
}

#[test]
fn system_clock_gives_the_time_to_the_millisecond() {
    let keyring = Keyring::new(Secret::new(SECRET).unwrap());
    let engine = Engine::new(&keyring, &Options::pyramid()).unwrap();
    let before = SystemTime::now();
    let created = engine.open(&HeaderMap::new()).created();
    assert!(created <= SystemTime::now());
    assert!(before.duration_since(created).unwrap_or_default() <= Duration::from_millis(1));
    let since = created.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs_f64();
    assert!(since.to_string().split_once('.').is_none_or(|(_, digits)| digits.len() <= 3));
}

#[test]
fn log_and_debug_show_no_data_and_no_cookie() {
    for (name, options) in formats() {
        let visitor = Visitor::new(&options);
        let value = visitor.counting(7);
        let log = logged(|| {
            let mut session = visitor.open(&value);
            let token = session.update(|data| data.csrf_token()).unwrap();
            let shown = format!("{:?}", session.read());
            assert_eq!(shown, r#"SessionData(["counter", "_csrft_"])"#);
            assert!(!shown.contains(&token));
            visitor.open(&value[1..]).read();
            visitor.open_line(&format!("{0}={value}; {0}={value}", visitor.name)).read();
            visitor.at(NOW as f64 + 5_000.0).open(&value).read();
        });
        assert!(log.contains("idle too long"), "{name}: {log}");
        assert!(!log.contains(&value[..20]) && !log.contains(&value[20..40]), "{name}: {log}");
    }
}
