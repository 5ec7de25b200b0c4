//! One request, answered by both sides.

use crate::oracle::Oracle;
use axum::http::{HeaderMap, HeaderValue, header::COOKIE};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use step_cookie_engine::cookies::SameSite;
use step_cookie_engine::{Engine, Error, Format, Hash, Options, Ring, Secret, Session};

/// An engine of ours, the same options for Pyramid, and the clock of both.
pub struct Sides {
    pub engine: Engine,
    pub options: Options,
    pub secret: String,
    clock: Arc<AtomicU64>,
}

impl Sides {
    pub fn new(secret: &str, options: Options) -> Self {
        let clock = Arc::new(AtomicU64::new(0));
        let ours = Arc::clone(&clock);
        let now = move || f64::from_bits(ours.load(Ordering::Relaxed));
        let ring = Ring::new(Secret::weak(secret));
        let engine = Engine::with_clock(&ring, &options, now).unwrap();
        Self { engine, options, secret: secret.to_owned(), clock }
    }

    pub fn set_clock(&self, at: f64) {
        self.clock.store(at.to_bits(), Ordering::Relaxed);
    }

    /// Our session for a cookie, at a time.
    pub fn open(&self, cookie: Option<&str>, at: f64) -> Session {
        self.set_clock(at);
        let mut headers = HeaderMap::new();
        let line = cookie.map(|value| format!("{}={value}", self.options.cookie.name));
        headers.extend(line.map(|line| (COOKIE, HeaderValue::try_from(line).unwrap())));
        self.engine.open(&headers)
    }

    /// What Pyramid makes of the same.
    pub fn ask(
        &self,
        oracle: &mut Oracle,
        cookie: Option<&str>,
        at: f64,
        steps: &[Value],
    ) -> Value {
        let options = self.python_options();
        let case = json!({ "options": options, "cookie": cookie, "at": at, "steps": steps });
        oracle.ask(&case)
    }

    fn python_options(&self) -> Value {
        let Options { format: Format::Pyramid { hash, salt }, cookie, .. } = &self.options else {
            panic!("Pyramid knows one format")
        };
        json!({
            "secret": self.secret,
            "salt": salt,
            "hashalg": match hash {
                Hash::Sha224 => "sha224",
                Hash::Sha256 => "sha256",
                Hash::Sha384 => "sha384",
                Hash::Sha512 => "sha512",
            },
            "cookie_name": cookie.name,
            "max_age": cookie.max_age,
            "path": cookie.path,
            "domain": cookie.domain,
            "secure": cookie.secure,
            "httponly": cookie.http_only,
            "samesite": cookie.same_site.map(|same_site| match same_site {
                SameSite::Strict => "Strict",
                SameSite::Lax => "Lax",
                SameSite::None => "None",
            }),
            "timeout": self.options.timeout,
            "reissue_time": self.options.reissue_time,
        })
    }

    /// One operation of the oracle's on our session; its result, where it has one.
    pub fn act(&self, session: &mut Session, step: &Value) -> Result<Value, Error> {
        self.set_clock(step["at"].as_f64().unwrap());
        let text = |name: &str| step[name].as_str().unwrap_or_default();
        let (key, queue) = (text("key"), text("queue"));
        match text("kind") {
            "replace" => session.update(|state| {
                *state = text("json").parse()?;
                Ok(Value::Null)
            }),
            "set" => session.update(|state| {
                let value: Value = serde_json::from_str(text("json")).unwrap();
                state.insert(key, value)?;
                Ok(Value::Null)
            }),
            "remove" => session.update(|state| {
                state.remove(key);
                Ok(Value::Null)
            }),
            "get" => Ok(session.read().get(key)?.unwrap_or_default()),
            "flash" => session.flash(text("message"), queue).map(|()| Value::Null),
            "flash_once" => session.flash_once(text("message"), queue).map(|()| Value::Null),
            "pop_flash" => session.pop_flash(queue).map(Value::Array),
            "peek_flash" => session.peek_flash(queue).map(Value::Array),
            kind => panic!("no such operation: {kind}"),
        }
    }
}

/// A cookie's value out of a `Set-Cookie` header.
pub fn value_of(set_cookie: &str) -> &str {
    let pair = set_cookie.split(';').next().unwrap();
    pair.split_once('=').unwrap().1
}

/// A `Set-Cookie` header without what has no meaning: the case and order of its attributes, and
/// the date that Python's side adds for browsers that know no Max-Age.
pub fn essence(set_cookie: &str) -> (String, Vec<String>) {
    let mut parts = set_cookie.split("; ");
    let pair = parts.next().unwrap().to_owned();
    let attributes = parts.map(str::to_ascii_lowercase);
    let mut attributes: Vec<_> = attributes.filter(|part| !part.starts_with("expires=")).collect();
    attributes.sort();
    (pair, attributes)
}
