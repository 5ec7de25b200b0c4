//! One request, answered by both sides.

use crate::oracle::Oracle;
use axum::http::{HeaderMap, HeaderValue, header::COOKIE};
use cookie_engine::{Engine, Error, Format, Hash, Keyring, Options, SameSite, Secret, Session};
use indexmap::IndexMap;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

/// An engine of ours, the same options for Pyramid, and the clock of both.
pub struct Sides {
    pub engine: Engine,
    pub options: Options,
    pub secret: String,
    clock: Arc<Mutex<SystemTime>>,
}

impl Sides {
    pub fn new(secret: &str, options: Options) -> Self {
        let clock = Arc::new(Mutex::new(SystemTime::UNIX_EPOCH));
        let ours = Arc::clone(&clock);
        let keyring = Keyring::new(Secret::weak(secret));
        let engine = Engine::with_clock(&keyring, &options, move || *ours.lock().unwrap()).unwrap();
        Self { engine, options, secret: secret.to_owned(), clock }
    }

    pub fn set_clock(&self, at: f64) {
        *self.clock.lock().unwrap() = time(at);
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
            "max_age": seconds(cookie.max_age),
            "path": cookie.path,
            "domain": cookie.domain,
            "secure": cookie.secure,
            "httponly": cookie.http_only,
            "samesite": cookie.same_site.map(|same_site: SameSite| same_site.to_string()),
            "timeout": seconds(self.options.timeout),
            "reissue_time": seconds(self.options.reissue_time),
        })
    }

    /// A text of JSON as Python spells it.
    pub fn spell(&self, oracle: &mut Oracle, json: &str) -> String {
        let step = json!({ "at": 0, "kind": "spell", "json": json });
        let answer = self.ask(oracle, None, 0.0, &[step]);
        answer["results"][0].as_str().unwrap().to_owned()
    }

    /// One operation of the oracle's on our session. Its result is JSON as Python spells it.
    ///
    /// A text for `replace` has to be spelled as Python spells it.
    pub fn act(&self, session: &mut Session, step: &Value) -> Result<String, Error> {
        self.set_clock(step["at"].as_f64().unwrap());
        let text = |name: &str| step[name].as_str().unwrap_or_default();
        let key = text("key");
        let queue = text("queue");
        let nothing = |()| "null".to_owned();
        match text("kind") {
            "replace" => session
                .update(|data| {
                    data.clear();
                    entries(text("json"))
                        .iter()
                        .try_for_each(|(key, value)| data.insert(key, value))
                })
                .map(nothing),
            "set" => {
                let value: Value = serde_json::from_str(text("json")).unwrap();
                session.update(|data| data.insert(key, value)).map(nothing)
            }
            "remove" => session.update(|data| Ok(data.remove(key))).map(|_| "null".to_owned()),
            "get" => {
                let value: Option<Box<RawValue>> = session.read().get(key)?;
                Ok(value.map_or_else(|| "null".to_owned(), |value| value.get().to_owned()))
            }
            "flash" => session.update(|data| data.flash(text("message"), queue)).map(nothing),
            "flash_once" => {
                session.update(|data| data.flash_once(text("message"), queue)).map(nothing)
            }
            "pop_flash" => session.update(|data| data.pop_flash(queue)).map(list),
            "peek_flash" => session.read().peek_flash(queue).map(list),
            kind => panic!("no such operation: {kind}"),
        }
    }
}

fn list(messages: Vec<Box<RawValue>>) -> String {
    let messages: Vec<&str> = messages.iter().map(|message| message.get()).collect();
    format!("[{}]", messages.join(", "))
}

fn seconds(duration: Option<Duration>) -> Option<u64> {
    duration.map(|duration| duration.as_secs())
}

/// The time so many seconds after 1970.
pub fn time(seconds: f64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs_f64(seconds)
}

/// The keys of a dict, and their values as they are spelled.
pub fn entries(json: &str) -> IndexMap<String, Box<RawValue>> {
    serde_json::from_str(json).unwrap()
}

/// Keys and values of a dict, to be compared.
pub fn spelled(json: &str) -> Vec<(String, String)> {
    let entries = entries(json).into_iter();
    entries.map(|(key, value)| (key, value.get().to_owned())).collect()
}

/// The data of a session of ours, to be compared.
pub fn data(session: &Session) -> Vec<(String, String)> {
    spelled(&serde_json::to_string(&*session.read()).unwrap())
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
