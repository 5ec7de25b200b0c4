//! One browser visits a running Pyramid and our step in turn: one host, one secret, one session.

use harness::{Event, Exchange, Program, Recording, ServerCommand, binary};
use reqwest::blocking::{Client, RequestBuilder, Response};
use reqwest::cookie::{CookieStore, Jar};
use std::collections::HashMap;
use std::ffi::OsString;
use std::process::Stdio;
use std::sync::Arc;
use tempfile::TempDir;

const SECRET: &str = "SECRET=8f41c6d2075b9ae3361d84f7b20c95ea7d3f18062b4c59e8a6f0d17c43b8925e";
const TOKEN: &str = "name=\"csrf_token\" value=\"";

#[derive(Clone, Copy)]
enum Side {
    Pyramid,
    Step,
}
use Side::{Pyramid, Step};

fn pyramid() -> Vec<OsString> {
    vec![crate::python(), crate::app("shared.py")]
}

fn step() -> Vec<OsString> {
    let program = binary::of_package("step-cookie-engine").unwrap();
    vec!["FORMAT=pyramid".into(), program.into()]
}

/// Both programs, and one browser, which sends a host's cookies to each of its ports.
struct TwoServers {
    pyramid: Program,
    step: Program,
    state: TempDir,
    browser: Client,
    jar: Arc<Jar>,
    names: HashMap<String, usize>,
    recording: Recording,
}

fn start(program: Vec<OsString>, state: &TempDir) -> Program {
    let words = [vec!["env".into(), SECRET.into()], program].concat();
    let command = ServerCommand { words, folder: None, grouped: false };
    Program::start(&command, state.path(), Stdio::null()).unwrap()
}

impl TwoServers {
    fn new() -> Self {
        let state = TempDir::with_prefix("alternating-").unwrap();
        let redirect = reqwest::redirect::Policy::none();
        let jar = Arc::new(Jar::default());
        let browser = Client::builder().cookie_provider(jar.clone()).redirect(redirect).no_proxy();
        Self {
            pyramid: start(pyramid(), &state),
            step: start(step(), &state),
            state,
            browser: browser.build().unwrap(),
            jar,
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
        let request = self.browser.get(self.url(side, path));
        self.exchange(side, &format!("GET {path}"), "", request)
    }

    /// Loads the form on one side and sends it to the other: the token is the session's.
    fn sign(&mut self, form: Side, side: Side, message: &str) {
        let page = self.get(form, "/sign");
        let token = page.split(TOKEN).nth(1).unwrap().split('"').next().unwrap();
        let body = format!("csrf_token={token}&message={message}");
        let post = self.browser.post(self.url(side, "/sign")).body(body);
        let post = post.header("content-type", "application/x-www-form-urlencoded");
        let shown = format!("\n\ncsrf_token=[the form's]&message={message}");
        self.exchange(side, "POST /sign", &shown, post);
    }

    /// Sends a request, records it with the cookies that go along, and gives the page.
    fn exchange(&mut self, side: Side, line: &str, body: &str, request: RequestBuilder) -> String {
        let url = self.url(side, "/").parse().unwrap();
        let mut shown = format!("{line} HTTP/1.1");
        if let Some(cookies) = self.jar.cookies(&url) {
            let named = cookies.to_str().unwrap().split("; ").map(|cookie| self.name(cookie));
            let named: Vec<String> = named.collect();
            shown.push_str(&format!("\ncookie: {}", named.join("; ")));
        }
        shown.push_str(body);
        let answer = request.send().unwrap();
        assert_eq!(answer.status(), if line.starts_with("POST") { 303 } else { 200 });
        let (answer, page) = self.shown(answer);
        let visitor = match side {
            Pyramid => "visitor 1, at Pyramid".to_owned(),
            Step => "visitor 1, at our step".to_owned(),
        };
        let exchange = Exchange { visitor, request: shown, answer };
        self.recording.events.push(Event::Exchange(exchange));
        page
    }

    /// A cookie with a name in place of its value: the first value is 1, the next is 2.
    fn name(&mut self, cookie: &str) -> String {
        assert!(cookie.starts_with("session="), "{cookie}");
        let next = self.names.len() + 1;
        let number = self.names.entry(cookie.to_owned()).or_insert(next);
        format!("session=[session {number}]")
    }

    /// An answer as the recording shows it, and its body.
    fn shown(&mut self, answer: Response) -> (String, String) {
        let mut shown = format!("HTTP/1.1 {}", answer.status());
        if let Some(cookie) = answer.headers().get("set-cookie") {
            let (value, attributes) = cookie.to_str().unwrap().split_once("; ").unwrap();
            shown.push_str(&format!("\nset-cookie: {}; {attributes}", self.name(value)));
        }
        let body = answer.text().unwrap();
        let hidden = match body.split_once(TOKEN) {
            Some((before, after)) => format!("{before}{TOKEN}[a token]{}", &after[40..]),
            None => body.clone(),
        };
        shown.push_str(&format!("\n\n{}", hidden.trim_end()));
        (shown.trim_end().to_owned(), body)
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
    let mut servers = TwoServers::new();
    for (count, side, path, name) in [
        (1, Pyramid, "/", "Home View"),
        (2, Step, "/", "Home View"),
        (3, Pyramid, "/howdy", "Hello View"),
        (4, Step, "/howdy", "Hello View"),
    ] {
        assert_eq!(servers.get(side, path), page(name, &[], count));
    }
    servers.sign(Pyramid, Step, "from%20Rust");
    assert_eq!(servers.get(Pyramid, "/"), page("Home View", &["from Rust"], 5));
    assert_eq!(servers.get(Step, "/"), page("Home View", &[], 6));
    servers.sign(Step, Pyramid, "from%20Python");
    assert_eq!(servers.get(Step, "/"), page("Home View", &["from Python"], 7));
    servers.recording.events.push(Event::Note("our step is killed and started again".to_owned()));
    servers.step = start(step(), &servers.state);
    assert_eq!(servers.get(Step, "/"), page("Home View", &[], 8));
    assert_eq!(servers.get(Pyramid, "/"), page("Home View", &[], 9));
    insta::with_settings!({
        snapshot_path => "../../cookie_engine/snapshots",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, { insta::assert_snapshot!("alternating", servers.recording.to_string()) });
    for count in 10..110 {
        let side = if count % 3 == 0 { Step } else { Pyramid };
        assert_eq!(servers.get(side, "/"), page("Home View", &[], count));
    }
}
