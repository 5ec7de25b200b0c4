//! One browser visits a running Pyramid and our step in turn: one host, one secret, one session.
//!
//! `just test-pyramid` installs Pyramid and runs this test, which is ignored without it.

#![allow(clippy::unwrap_used)]
#![cfg(unix)]

use reqwest::blocking::{Client, Response};
use std::collections::HashMap;
use std::ffi::OsString;
use std::path::Path;
use std::process::Stdio;
use tempfile::TempDir;
use walks::harness::{Event, Exchange, Launch, Program, Recording, binary};

const SECRET: &str = "SECRET=8f41c6d2075b9ae3361d84f7b20c95ea7d3f18062b4c59e8a6f0d17c43b8925e";
const TOKEN: &str = "name=\"csrf_token\" value=\"";

#[derive(Clone, Copy)]
enum Side {
    Pyramid,
    Step,
}
use Side::{Pyramid, Step};

fn pyramid() -> Vec<OsString> {
    let python = std::env::var_os("PYRAMID_PYTHON").unwrap_or_else(|| {
        panic!("PYRAMID_PYTHON must name a Python that has Pyramid: run `just test-pyramid`")
    });
    let app = Path::new(env!("CARGO_MANIFEST_DIR")).join("pyramid/shared.py");
    vec![python, app.into()]
}

fn step() -> Vec<OsString> {
    let program = binary::of_package("step-cookie-engine").unwrap();
    vec!["FORMAT=pyramid".into(), program.into()]
}

/// Both programs, and one browser, which sends a host's cookies to each of its ports.
struct Town {
    pyramid: Program,
    step: Program,
    state: TempDir,
    browser: Client,
    names: HashMap<String, usize>,
    recording: Recording,
}

fn start(program: Vec<OsString>, state: &TempDir) -> Program {
    let command = [vec!["env".into(), SECRET.into()], program].concat();
    let launch = Launch { command, folder: None, grouped: false };
    Program::start(&launch, state.path(), Stdio::null()).unwrap()
}

impl Town {
    fn new() -> Self {
        let state = TempDir::with_prefix("alternating-").unwrap();
        let redirect = reqwest::redirect::Policy::none();
        let browser = Client::builder().cookie_store(true).redirect(redirect).no_proxy();
        Self {
            pyramid: start(pyramid(), &state),
            step: start(step(), &state),
            state,
            browser: browser.build().unwrap(),
            names: HashMap::new(),
            recording: Recording::default(),
        }
    }

    fn url(&self, side: Side, path: &str) -> String {
        let program = match side {
            Pyramid => &self.pyramid,
            Step => &self.step,
        };
        format!("{}{path}", program.url)
    }

    fn get(&mut self, side: Side, path: &str) -> String {
        let answer = self.browser.get(self.url(side, path)).send().unwrap();
        self.record(side, format!("GET {path} HTTP/1.1"), answer)
    }

    /// Loads the form on one side and sends it to the other: the token is the session's.
    fn sign(&mut self, form: Side, side: Side, message: &str) {
        let page = self.get(form, "/sign");
        let token = page.split(TOKEN).nth(1).unwrap().split('"').next().unwrap();
        let body = format!("csrf_token={token}&message={message}");
        let post = self.browser.post(self.url(side, "/sign")).body(body);
        let answer =
            post.header("content-type", "application/x-www-form-urlencoded").send().unwrap();
        assert_eq!(answer.status(), 303);
        let shown = format!("POST /sign HTTP/1.1\n\ncsrf_token=[the form's]&message={message}");
        self.record(side, shown, answer);
    }

    fn record(&mut self, side: Side, request: String, answer: Response) -> String {
        let mut shown = format!("HTTP/1.1 {}", answer.status());
        if let Some(cookie) = answer.headers().get("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            let (value, attributes) = cookie.split_once("; ").unwrap();
            let next = self.names.len() + 1;
            let name = self.names.entry(value.to_owned()).or_insert(next);
            shown.push_str(&format!("\nset-cookie: session=[session {name}]; {attributes}"));
        }
        let body = answer.text().unwrap();
        let hidden = match body.split_once(TOKEN) {
            Some((before, after)) => format!("{before}{TOKEN}[a token]{}", &after[40..]),
            None => body.clone(),
        };
        shown.push_str(&format!("\n\n{}", hidden.trim_end()));
        let visitor = match side {
            Pyramid => "visitor 1, at Pyramid".to_owned(),
            Step => "visitor 1, at our step".to_owned(),
        };
        let answer = shown.trim_end().to_owned();
        self.recording.events.push(Event::Exchange(Exchange { visitor, request, answer }));
        body
    }
}

fn page(name: &str, messages: &[&str], count: usize) -> String {
    let messages: String =
        messages.iter().map(|message| format!("<p role=\"status\">{message}</p>\n")).collect();
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n    <title>Quick Tutorial: {name}</title>\n\
         </head>\n<body>\n{messages}<h1>Hi {name}</h1>\n<p>Count: {count}</p>\n</body>\n</html>\n"
    )
}

#[test]
#[ignore = "needs Pyramid: run `just test-pyramid`"]
fn one_browser_alternates_between_pyramid_and_our_step() {
    let mut town = Town::new();
    for (count, side, path, name) in [
        (1, Pyramid, "/", "Home View"),
        (2, Step, "/", "Home View"),
        (3, Pyramid, "/howdy", "Hello View"),
        (4, Step, "/howdy", "Hello View"),
    ] {
        assert_eq!(town.get(side, path), page(name, &[], count));
    }
    town.sign(Pyramid, Step, "from%20Rust");
    assert_eq!(town.get(Pyramid, "/"), page("Home View", &["from Rust"], 5));
    assert_eq!(town.get(Step, "/"), page("Home View", &[], 6));
    town.sign(Step, Pyramid, "from%20Python");
    assert_eq!(town.get(Step, "/"), page("Home View", &["from Python"], 7));
    town.recording.events.push(Event::Note("our step is killed and started again".to_owned()));
    town.step = start(step(), &town.state);
    assert_eq!(town.get(Step, "/"), page("Home View", &[], 8));
    assert_eq!(town.get(Pyramid, "/"), page("Home View", &[], 9));
    insta::with_settings!({
        snapshot_path => "../snapshots",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, { insta::assert_snapshot!("cookie_engine__alternating", town.recording.to_string()) });
    for count in 10..110 {
        let side = if count % 3 == 0 { Step } else { Pyramid };
        assert_eq!(town.get(side, "/"), page("Home View", &[], count));
    }
}
