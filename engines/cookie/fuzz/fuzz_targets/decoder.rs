//! Any bytes, as a `Cookie` header and as what a signed cookie holds.
//!
//! Nobody without the secret gets past the signature. The fuzzer has it, so that it reaches the
//! reader of Python's JSON too: what is read must be written and read again as the same.

#![no_main]

use axum::http::{HeaderMap, HeaderValue, header::COOKIE};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use libfuzzer_sys::fuzz_target;
use sha2::Sha512;
use std::sync::LazyLock;
use step_cookie_engine::{Engine, Options, Ring, Secret};

const SECRET: &str = "itsaseekreet";

static ENGINES: LazyLock<[Engine; 2]> = LazyLock::new(|| {
    let ring = Ring::new(Secret::weak(SECRET));
    let never = |options| Options { timeout: None, ..options };
    let now = || 1_735_689_600.0;
    [never(Options::pyramid()), never(Options::sealed())]
        .map(|options| Engine::with_clock(&ring, &options, now).unwrap())
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
    let state = session.read();
    let text = state.to_string();
    assert_eq!(text.parse::<step_cookie_engine::Dict>().unwrap().to_string(), text);
    let _ = session.csrf_token();
    let _ = session.flash("Hello", "");
    let _ = session.pop_flash::<String>("");
    if session.update(|_| Ok(())).is_ok() {
        let header = session.close().unwrap().unwrap();
        let pair = header.as_bytes().split(|octet| *octet == b';').next().unwrap();
        assert!(!ENGINES[0].open(&headers(pair)).is_new());
    }
});

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
