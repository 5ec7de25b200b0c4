//! One browser visits a running Pyramid and a program of ours in turn: one host, one secret, one
//! session.

use harness::{Event, Exchange, Needs, Program, Recording, ServerCommand, binary};
use reqwest::blocking::{Client, RequestBuilder, Response};
use reqwest::cookie::{CookieStore, Jar};
use std::collections::HashMap;
use std::process::Stdio;
use std::sync::Arc;
use tempfile::TempDir;

const SECRET: &str = "8f41c6d2075b9ae3361d84f7b20c95ea7d3f18062b4c59e8a6f0d17c43b8925e";

/// A program of ours that shares its sessions with Pyramid.
struct Ours {
    /// The folder in `tests/walks` that keeps what happened.
    name: &'static str,
    /// What the recording calls it.
    shown: &'static str,
    command: ServerCommand,
}

#[derive(Clone, Copy, PartialEq)]
enum Side {
    Pyramid,
    Own,
}
use Side::{Own, Pyramid};

fn pyramid() -> ServerCommand {
    let words = vec![crate::python(), crate::app("shared.py")];
    ServerCommand { words, folder: None, grouped: false, needs: Needs::Nothing }
}

fn start(command: &ServerCommand, state: &TempDir) -> Program {
    let environment = [("SECRET", SECRET), ("FORMAT", "pyramid")];
    let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Program::start_with(command, state.path(), Stdio::null(), &environment).unwrap()
}

/// Both programs, and one browser, which sends a host's cookies to each of its ports.
struct TwoServers {
    pyramid: Program,
    ours: Ours,
    own: Program,
    state: TempDir,
    browser: Client,
    jar: Arc<Jar>,
    names: HashMap<String, usize>,
    count: usize,
    recording: Recording,
}

impl TwoServers {
    fn new(ours: Ours) -> Self {
        let state = TempDir::with_prefix("alternating-").unwrap();
        let redirect = reqwest::redirect::Policy::none();
        let jar = Arc::new(Jar::default());
        let browser = Client::builder().cookie_provider(jar.clone()).redirect(redirect).no_proxy();
        Self {
            pyramid: start(&pyramid(), &state),
            own: start(&ours.command, &state),
            ours,
            state,
            browser: browser.build().unwrap(),
            jar,
            names: HashMap::new(),
            count: 0,
            recording: Recording::default(),
        }
    }

    fn url(&self, side: Side, path: &str) -> String {
        let program = match side {
            Pyramid => &self.pyramid,
            Own => &self.own,
        };
        format!("{}{path}", program.url)
    }

    fn get(&mut self, side: Side, path: &str) -> String {
        let request = self.browser.get(self.url(side, path));
        self.exchange(side, &format!("GET {path}"), "", request)
    }

    /// Loads a page that counts: the count goes on on both sides.
    fn counts(&mut self, side: Side, path: &str, messages: &[&str]) {
        self.count += 1;
        let name = if path == "/" { "Home View" } else { "Hello View" };
        assert_eq!(self.get(side, path), page(name, messages, self.count));
    }

    fn kill_and_restart(&mut self) {
        let note = format!("{} is killed and started again", self.ours.shown);
        self.recording.events.push(Event::Note(note));
        self.own = start(&self.ours.command, &self.state);
    }

    /// Loads the form on one side and sends it to the other: the token is the session's.
    fn sign(&mut self, form: Side, side: Side, message: &str) {
        let page = self.get(form, "/sign");
        let token = token(&page).unwrap();
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
            Own => format!("visitor 1, at {}", self.ours.shown),
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
        let hidden = match token(&body) {
            Some(token) => body.replace(token, "[a token]"),
            None => body.clone(),
        };
        shown.push_str(&format!("\n\n{}", hidden.trim_end()));
        (shown.trim_end().to_owned(), body)
    }
}

/// The token of a page's forms.
fn token(page: &str) -> Option<&str> {
    let (_, after) = page.split_once("name=\"csrf_token\" value=\"")?;
    after.split('"').next()
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
    let program = binary::of_package("step-pyramid-cookie").unwrap();
    let command = ServerCommand::program(program);
    alternates(Ours { name: "pyramid_cookie", shown: "our step", command });
}

#[test]
#[ignore = "needs Pyramid: run `just test-pyramid`"]
fn one_browser_alternates_between_pyramid_and_our_engine() {
    let command = walks::engines::cookie_engine().unwrap();
    alternates(Ours { name: "cookie_engine", shown: "our engine", command });
}

fn alternates(ours: Ours) {
    let mut servers = TwoServers::new(ours);
    for (side, path) in [(Pyramid, "/"), (Own, "/"), (Pyramid, "/howdy"), (Own, "/howdy")] {
        servers.counts(side, path, &[]);
    }
    servers.sign(Pyramid, Own, "from%20Rust");
    servers.counts(Pyramid, "/", &["from Rust"]);
    servers.counts(Own, "/", &[]);
    servers.sign(Own, Pyramid, "from%20Python");
    servers.counts(Own, "/", &["from Python"]);
    servers.kill_and_restart();
    servers.counts(Own, "/", &[]);
    servers.counts(Pyramid, "/", &[]);
    insta::with_settings!({
        snapshot_path => format!("../../{}/snapshots", servers.ours.name),
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, { insta::assert_snapshot!("alternating", servers.recording.to_string()) });
    for _ in 0..100 {
        let side = if servers.count % 3 == 2 { Own } else { Pyramid };
        servers.counts(side, "/", &[]);
    }
}
