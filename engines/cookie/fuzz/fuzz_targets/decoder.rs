//! Any bytes, as a `Cookie` header and as what a signed cookie holds.
//!
//! Nobody without the secret gets past the signature. The fuzzer has it, so that it reaches what is
//! behind: what can be read has to be written and read again as the same.

#![no_main]

use axum::http::{HeaderMap, HeaderValue, header::COOKIE};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use cookie_engine::{Engine, Error, Keyring, Options, Secret, Session};
use hmac::{Hmac, KeyInit, Mac};
use libfuzzer_sys::fuzz_target;
use sha2::Sha512;
use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

const SECRET: &str = "itsaseekreet";

static ENGINES: LazyLock<[Engine; 2]> = LazyLock::new(|| {
    let keyring = Keyring::new(Secret::weak(SECRET));
    let never = |options| Options { timeout: None, ..options };
    let now = || SystemTime::UNIX_EPOCH + Duration::from_secs(1_735_689_600);
    [never(Options::pyramid()), never(Options::sealed())]
        .map(|options| Engine::with_clock(&keyring, &options, now).unwrap())
});

fuzz_target!(|bytes: &[u8]| {
    for engine in ENGINES.iter() {
        let session = engine.open(&headers(bytes));
        session.read();
        session.close().unwrap();
    }
    let mut session = ENGINES[0].open(&headers(&signed(bytes)));
    if session.is_new() {
        return;
    }
    session.created();
    let before = json(&session);
    let _ = session.update(|data| data.csrf_token());
    let _ = session.update(|data| data.flash("Hello", ""));
    let _ = session.update(|data| data.pop_flash::<String>(""));
    match session.update(|data| data.insert("fuzzed", before.len())) {
        Ok(()) => {}
        Err(Error::TooLarge { .. }) => return,
        Err(error) => panic!("{error}"),
    }
    let after = json(&session);
    let header = session.close().unwrap().unwrap();
    let pair = header.as_bytes().split(|octet| *octet == b';').next().unwrap();
    let again = ENGINES[0].open(&headers(pair));
    assert!(!again.is_new());
    assert_eq!(json(&again), after);
    assert_eq!(again.created(), session.created());
});

fn json(session: &Session) -> String {
    serde_json::to_string(&*session.read()).unwrap()
}

fn headers(line: &[u8]) -> HeaderMap {
    HeaderMap::from_iter(HeaderValue::from_bytes(line).ok().map(|line| (COOKIE, line)))
}

/// The `Cookie` line of Pyramid's format with these bytes for its JSON.
fn signed(json: &[u8]) -> Vec<u8> {
    let key = format!("pyramid.session.{SECRET}");
    let mac = Hmac::<Sha512>::new_from_slice(key.as_bytes()).unwrap().chain_update(json);
    let bytes = [mac.finalize().into_bytes().as_slice(), json].concat();
    format!("session={}", URL_SAFE_NO_PAD.encode(bytes)).into_bytes()
}
