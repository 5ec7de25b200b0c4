//! What an engine can't be made with.

use std::time::Duration;
use store_engine::{ConfigError, Engine, MemoryStore, Options};

fn refusal(change: impl FnOnce(&mut Options)) -> Option<ConfigError> {
    let mut options = Options::default();
    change(&mut options);
    Engine::new(MemoryStore::default(), &options).err()
}

#[test]
fn senseless_durations_are_refused_with_what_to_do() {
    let zero = Duration::ZERO;
    let refused = [
        ("idle", refusal(|options| options.idle = zero)),
        ("idle", refusal(|options| options.idle = Duration::MAX)),
        ("absolute", refusal(|options| options.absolute = zero)),
        ("absolute", refusal(|options| options.absolute = Duration::MAX)),
        ("deadline", refusal(|options| options.deadline = zero)),
        ("deadline", refusal(|options| options.deadline = Duration::MAX)),
        ("touch", refusal(|options| options.touch = options.idle)),
        ("touch", refusal(|options| options.idle = options.touch)),
    ];
    for (name, refused) in refused {
        let error = refused.unwrap();
        assert!(matches!(error, ConfigError::Duration { option, .. } if option == name));
        let text = error.to_string();
        assert!(text.starts_with(&format!("`{name}` can't be ")), "{text}");
        assert!(text.contains("give it "), "{text}");
    }
}

#[test]
fn durations_at_the_edge_are_accepted() {
    let second = Duration::from_secs(1);
    assert_eq!(refusal(|_| ()), None);
    assert_eq!(refusal(|options| options.touch = Duration::ZERO), None);
    assert_eq!(refusal(|options| options.touch = options.idle - second), None);
    assert_eq!(refusal(|options| options.absolute = second), None);
    let century = 100 * 365 * 24 * 60 * 60 * second;
    assert_eq!(refusal(|options| options.idle = century), None);
}

#[tokio::test]
async fn longest_durations_overflow_nothing() {
    let longest = Duration::from_secs(1000 * 366 * 24 * 60 * 60);
    let options =
        Options { idle: longest, absolute: longest, deadline: longest, ..Options::default() };
    let engine = Engine::new(MemoryStore::default(), &options).unwrap();
    let session = engine.open(&axum::http::Method::GET, &axum::http::HeaderMap::new());
    session.update(|data| data.insert("a", 1)).await.unwrap();
    assert!(session.close().await.is_some());
}

#[test]
fn names_that_no_cookie_can_have_are_refused() {
    for name in ["", "a b", "a=b", "a;b", "ä", "a\r\n"] {
        let error = refusal(|options| options.cookie_name = name.to_owned()).unwrap();
        assert_eq!(error, ConfigError::CookieName(name.to_owned()));
        assert!(error.to_string().contains(": use letters"), "{error}");
    }
    assert_eq!(refusal(|options| options.cookie_name = "a~1".to_owned()), None);
}
