//! A program with pages that count, visited with the cookies that a story names.

use harness::{Program, ServerCommand, binary};
use reqwest::blocking::{Client, RequestBuilder};
use reqwest::header::{COOKIE, SET_COOKIE};
use reqwest::redirect::Policy;
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;

/// A running program.
pub struct Site {
    pub package: &'static str,
    // The program ends before its state is removed.
    program: Program,
    _state: TempDir,
    client: Client,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// The `Set-Cookie` header as it came.
    pub set_cookie: Option<String>,
    /// The number that the page shows.
    pub count: Option<u64>,
}

impl Site {
    /// Starts the program of a package on a new folder.
    pub fn start(package: &'static str) -> Self {
        let command = ServerCommand::program(binary::of_package(package).unwrap());
        let state = TempDir::with_prefix("frameworks-").unwrap();
        let program = Program::start(&command, state.path(), Stdio::null()).unwrap();
        // No jar: a story says which cookie it sends, also one that a browser has no more.
        let client = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .timeout(Duration::from_secs(30))
            .build()
            .unwrap();
        Self { package, program, _state: state, client }
    }

    /// Begins a session with a count of 1. Returns its cookie as `NAME=VALUE`.
    pub fn begin(&self) -> String {
        let answer = send(self.client.get(self.address("/")));
        assert_eq!((answer.status, answer.count), (200, Some(1)), "{answer:?}");
        answer.cookie().expect("the first page sets a cookie")
    }

    pub fn get(&self, path: &str, cookie: &str) -> Answer {
        send(self.client.get(self.address(path)).header(COOKIE, cookie))
    }

    pub fn post(&self, path: &str, cookie: &str) -> Answer {
        send(self.client.post(self.address(path)).header(COOKIE, cookie))
    }

    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.program.url)
    }
}

impl Answer {
    /// The cookie that the answer sets, as `NAME=VALUE`.
    pub fn cookie(&self) -> Option<String> {
        let header = self.set_cookie.as_ref()?;
        Some(header.split(';').next()?.to_owned())
    }

    /// How long a browser keeps the cookie that the answer sets, in seconds.
    pub fn max_age(&self) -> Option<u64> {
        let mut attributes = self.set_cookie.as_ref()?.split("; ");
        attributes.find_map(|attribute| attribute.strip_prefix("Max-Age=")?.parse().ok())
    }
}

fn send(request: RequestBuilder) -> Answer {
    let response = request.send().unwrap();
    let status = response.status().as_u16();
    let mut cookies = response.headers().get_all(SET_COOKIE).iter();
    let set_cookie = cookies.next().map(|header| header.to_str().unwrap().to_owned());
    assert!(cookies.next().is_none(), "the answer sets two cookies");
    let page = response.text().unwrap();
    let count = page.split_once("Count: ").and_then(|(_, after)| after.split('<').next());
    Answer { status, set_cookie, count: count.map(|count| count.parse().unwrap()) }
}
