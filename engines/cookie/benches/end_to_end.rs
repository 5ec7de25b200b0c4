//! Requests a second of the page of `examples/counter.rs`, with and without a session, over real
//! connections to one server, in turns within one run.
//!
//! In between is what no session in a signed cookie can do without: the page with one signature that
//! is checked and one that is made. Goal: each format makes at least 0.9 times the requests of that.
//!
//! `cargo bench --package cookie-engine --bench end_to_end` prints the ratios, and draws them in
//! `book/src/figures/05_cookie_engine_speed.svg`.

#![allow(clippy::unwrap_used)]

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Html;
use axum::{Router, response::IntoResponse, routing::get};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use cookie_engine::{Engine, Keyring, Options, Secret};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha512;
use std::fmt::Write;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;

const SECRET: &str = "4f7d1c9be83a60255e0b9a7c3d1f8642aa55cc33bb99dd77ee11ff0022446688";
const CONNECTIONS: usize = 16;
const ROUNDS: usize = 15;
const ROUND: Duration = Duration::from_millis(700);
/// Of the requests of the page with two signatures alone.
const GOAL: f64 = 0.9;

#[allow(dead_code)]
#[path = "../examples/counter.rs"]
mod counter;

async fn without() -> Html<String> {
    counter::counted("Home View", &[], 41)
}

/// The page with the headers of one that has a session, and no engine but two signatures.
async fn signatures(mac: Hmac<Sha512>, headers: HeaderMap) -> impl IntoResponse {
    let cookie = headers[header::COOKIE].to_str().unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(cookie.split_once('=').unwrap().1).unwrap();
    let (signature, json) = bytes.split_at(64);
    // Another key made it: the time is the same.
    assert!(mac.clone().chain_update(json).verify_slice(signature).is_err());
    let signature = mac.chain_update(json).finalize().into_bytes();
    let value = URL_SAFE_NO_PAD.encode([&signature, json].concat());
    let cookie = ["session=", &value, "; Path=/; SameSite=Lax"].concat();
    let headers = [
        (header::VARY, HeaderValue::from_static("Cookie")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::SET_COOKIE, HeaderValue::try_from(cookie).unwrap()),
    ];
    (headers, without().await)
}

/// What is measured: a path, and the cookie that goes with each request for it.
struct Contender {
    name: &'static str,
    path: &'static str,
    cookie: String,
    rates: Vec<f64>,
}

impl Contender {
    fn median(&mut self) -> f64 {
        self.rates.sort_by(f64::total_cmp);
        self.rates[self.rates.len() / 2]
    }
}

fn engine(options: &Options) -> (Engine, String) {
    let engine = Engine::new(&Keyring::new(Secret::new(SECRET).unwrap()), options).unwrap();
    let mut session = engine.open(&HeaderMap::new());
    session.update(|data| data.insert("counter", 41)).unwrap();
    let header = session.close().unwrap().unwrap();
    let pair = header.to_str().unwrap().split(';').next().unwrap().to_owned();
    (engine, pair)
}

fn main() {
    let (pyramid, pyramids) = engine(&Options::pyramid());
    let (sealed, sealeds) = engine(&Options::sealed());
    let mac = Hmac::new_from_slice(SECRET.as_bytes()).unwrap();
    let app = Router::new()
        .route("/without", get(without))
        .route("/signatures", get(move |headers| signatures(mac.clone(), headers)))
        .merge(Router::new().route("/pyramid", get(counter::home)).layer(pyramid))
        .merge(Router::new().route("/sealed", get(counter::home)).layer(sealed));
    let server = tokio::runtime::Runtime::new().unwrap();
    let listening = tokio::net::TcpListener::bind("127.0.0.1:0");
    let listener = server.block_on(listening).unwrap();
    let port = listener.local_addr().unwrap().port();
    server.spawn(axum::serve(listener, app).into_future());
    let contender = |name, path, cookie| Contender { name, path, cookie, rates: Vec::new() };
    let mut contenders = [
        contender("no session", "/without", sealeds.clone()),
        contender("signatures", "/signatures", pyramids.clone()),
        contender("Pyramid", "/pyramid", pyramids),
        contender("Sealed", "/sealed", sealeds),
    ];
    for round in 0..=ROUNDS {
        for contender in &mut contenders {
            let rate = rate(port, contender);
            // The first round warms up.
            if round > 0 {
                contender.rates.push(rate);
            }
        }
    }
    report(&mut contenders);
}

/// Requests a second that all connections together made in one round, driven by one thread.
fn rate(port: u16, contender: &Contender) -> f64 {
    let request: Arc<str> = format!(
        "GET {} HTTP/1.1\r\nhost: localhost\r\ncookie: {}\r\n\r\n",
        contender.path, contender.cookie
    )
    .into();
    let clients = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let began = Instant::now();
    let requests = clients.block_on(async {
        let mut all = tokio::task::JoinSet::new();
        for _ in 0..CONNECTIONS {
            all.spawn(client(port, Arc::clone(&request), began + ROUND));
        }
        all.join_all().await.into_iter().sum::<u32>()
    });
    f64::from(requests) / began.elapsed().as_secs_f64()
}

async fn client(port: u16, request: Arc<str>, until: Instant) -> u32 {
    let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let (mut requests, mut buffer) = (0, [0; 4096]);
    while Instant::now() < until {
        assert_eq!(stream.try_write(request.as_bytes()).unwrap(), request.len());
        let mut came = 0;
        while !buffer[..came].ends_with(b"</html>\n") {
            stream.readable().await.unwrap();
            match stream.try_read(&mut buffer[came..]) {
                Ok(more) => came += more,
                Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
            }
        }
        assert!(buffer.starts_with(b"HTTP/1.1 200 OK\r\n"));
        requests += 1;
    }
    requests
}

fn report(contenders: &mut [Contender]) {
    let rates: Vec<_> =
        contenders.iter_mut().map(|contender| (contender.name, contender.median())).collect();
    let base = rates[0].1;
    let signatures = rates[1].1;
    println!("{CONNECTIONS} connections, median of {ROUNDS} rounds in turns");
    for (name, rate) in &rates {
        println!(
            "{name:>10}: {rate:>7.0} requests a second, {:.3} of no session, {:.3} of the signatures \
             alone (goal {GOAL})",
            rate / base,
            rate / signatures
        );
    }
    let ratios: Vec<_> = rates.iter().map(|(name, rate)| (*name, rate / base)).collect();
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../book/src/figures/05_cookie_engine_speed.svg");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, figure(&ratios)).unwrap();
}

/// Bars in the page's own colours, so that they can be read light and dark.
fn figure(ratios: &[(&str, f64)]) -> String {
    let (height, mut bars, mut said) = (ratios.len() * 34 + 12, String::new(), String::new());
    for (place, (name, ratio)) in ratios.iter().enumerate() {
        let (top, width, middle) = (place * 34 + 8, ratio * 300.0, place * 34 + 25);
        write!(said, "{name} {ratio:.2}; ").unwrap();
        writeln!(
            bars,
            "<text x=\"96\" y=\"{middle}\" text-anchor=\"end\">{name}</text>\n\
             <rect x=\"104\" y=\"{top}\" width=\"{width:.0}\" height=\"26\" fill-opacity=\"0.35\"/>\n\
             <text x=\"{:.0}\" y=\"{middle}\">{ratio:.2}</text>",
            112.0 + width
        )
        .unwrap();
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 460 {height}\" width=\"460\" \
         role=\"img\" aria-labelledby=\"speed-title speed-desc\" fill=\"currentColor\">\n\
         <title id=\"speed-title\">Requests a second, as a part of those of the same page without a \
         session</title>\n<desc id=\"speed-desc\">{}</desc>\n{bars}</svg>\n",
        said.trim_end_matches("; ")
    )
}
