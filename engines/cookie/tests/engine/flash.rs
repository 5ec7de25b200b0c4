//! Flash messages and the token of forms.

use crate::support::{Visitor, formats, sent, text};
use cookie_engine::{Error, Options, Session};

fn new() -> Session {
    Visitor::new(&Options::sealed()).open_new()
}

#[test]
fn flash_messages_wait_in_order_in_their_queues_and_are_taken_once() {
    for (name, options) in formats() {
        let visitor = Visitor::new(&options);
        let mut session = visitor.open_new();
        let flashed = session.update(|data| {
            data.flash("one", "")?;
            data.flash("two", "")?;
            data.flash("two", "")?;
            data.flash("broken", "errors")?;
            data.flash_once("broken", "errors")?;
            data.flash_once("other", "errors")
        });
        flashed.unwrap();
        let mut session = visitor.open(&sent(&session).unwrap());
        let errors: Vec<String> = session.read().peek_flash("errors").unwrap();
        assert_eq!(errors, ["broken", "other"], "{name}");
        let pop = |session: &mut Session| session.update(|data| data.pop_flash::<String>(""));
        assert_eq!(pop(&mut session).unwrap(), ["one", "two", "two"]);
        assert!(pop(&mut session).unwrap().is_empty());
        let session = visitor.open(&sent(&session).unwrap());
        assert_eq!(text(&session).replace(", ", ","), r#"{"_f_errors":["broken","other"]}"#);
    }
}

#[test]
fn flash_message_of_another_type_stays_in_its_queue() {
    let mut session = new();
    session.update(|data| data.flash((1, "one"), "")).unwrap();
    assert!(session.update(|data| data.pop_flash::<String>("")).is_err());
    let messages: Vec<(u8, String)> = session.update(|data| data.pop_flash("")).unwrap();
    assert_eq!(messages, [(1, "one".to_owned())]);
}

#[test]
fn flash_onto_something_else_than_a_list_is_an_error() {
    let mut session = new();
    session.update(|data| data.insert("_f_", 7)).unwrap();
    let error = session.update(|data| data.flash("lost", "")).unwrap_err();
    assert!(matches!(error, Error::Deserialize { .. }), "{error}");
    assert_eq!(text(&session), r#"{"_f_":7}"#);
}

#[test]
fn csrf_token_stays_until_a_new_one_is_made() {
    let mut session = new();
    let first = session.update(|data| data.csrf_token()).unwrap();
    assert_eq!(first.len(), 40);
    assert_eq!(session.update(|data| data.csrf_token()).unwrap(), first);
    assert!(session.read().is_csrf_token(&first) && !session.read().is_csrf_token(""));
    let second = session.update(|data| data.new_csrf_token()).unwrap();
    assert!(session.read().is_csrf_token(&second) && !session.read().is_csrf_token(&first));
}

#[test]
fn session_without_a_token_accepts_no_form() {
    assert!(!new().read().is_csrf_token(""));
}
