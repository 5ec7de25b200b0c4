//! What a session costs a request: the cookie with 1 KB of data is decoded and opened, the data
//! updated, and the new cookie made. Next to it is what Pyramid's format cannot do without, which is
//! two HMACs with SHA-512.
//!
//! `cargo bench --package cookie-engine --bench engine`

#![allow(clippy::unwrap_used, missing_docs)]

use axum::http::{HeaderMap, HeaderValue, header::COOKIE};
use cookie_engine::{Engine, Keyring, Options, Secret};
use criterion::{Criterion, criterion_group, criterion_main};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha512;
use std::hint::black_box;

const SECRET: &str = "4f7d1c9be83a60255e0b9a7c3d1f8642aa55cc33bb99dd77ee11ff0022446688";

/// The cookie of a shop's session of 1 KB: a counter, a cart, a token, a message.
fn kilobyte(engine: &Engine) -> HeaderMap {
    let mut session = engine.open(&HeaderMap::new());
    session
        .update(|data| {
            data.insert("counter", 41)?;
            for item in 0..14 {
                let line = ("Darjeeling, second flush, 100 g", item, 12.5);
                data.insert(&format!("item {item}"), line)?;
            }
            data.insert("note", "x".repeat(117))?;
            data.csrf_token()?;
            data.flash("Your note was added.", "")
        })
        .unwrap();
    headers(&session.close().unwrap().unwrap())
}

fn headers(set_cookie: &HeaderValue) -> HeaderMap {
    let pair = set_cookie.to_str().unwrap().split(';').next().unwrap();
    HeaderMap::from_iter([(COOKIE, HeaderValue::try_from(pair).unwrap())])
}

fn a_request(criterion: &mut Criterion) {
    let keyring = Keyring::new(Secret::new(SECRET).unwrap());
    for (name, options) in [("pyramid", Options::pyramid()), ("sealed", Options::sealed())] {
        let engine = Engine::new(&keyring, &options).unwrap();
        let headers = kilobyte(&engine);
        criterion.bench_function(&format!("{name}: decode, verify, update, encode"), |bench| {
            bench.iter(|| {
                let mut session = engine.open(black_box(&headers));
                session
                    .update(|data| {
                        let count: u64 = data.get("counter")?.unwrap_or(0);
                        data.insert("counter", count + 1)
                    })
                    .unwrap();
                session.close().unwrap().unwrap()
            });
        });
        criterion.bench_function(&format!("{name}: decode, verify"), |bench| {
            bench.iter(|| engine.open(black_box(&headers)).read());
        });
    }
}

fn two_signatures(criterion: &mut Criterion) {
    let mac = Hmac::<Sha512>::new_from_slice(SECRET.as_bytes()).unwrap();
    let json = [b'x'; 1_060];
    criterion.bench_function("two signatures alone", |bench| {
        bench.iter(|| {
            let check = mac.clone().chain_update(black_box(&json)).verify_slice(&[0; 64]);
            let made = mac.clone().chain_update(black_box(&json)).finalize().into_bytes();
            (check.is_ok(), made)
        });
    });
}

criterion_group!(benches, a_request, two_signatures);
criterion_main!(benches);
