//! What impatient visitors do: several requests at once, and requests whose answer nobody waits for.

use crate::received::Received;
use crate::sandbox::Prepared;
use crate::visit::{FORM, OWN_ORIGIN};
use crate::{Answer, Failure, NotKept, Sandbox, Visit, Visitor};
use reqwest::StatusCode;
use reqwest::blocking::Client;
use std::io::{self, Write};
use std::net::TcpStream;
use std::path::Path;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// A request that a visitor has sent, and whose answer takes its time.
pub struct Pending {
    visitor: Visitor,
    shown: String,
    answer: JoinHandle<reqwest::Result<Received>>,
}

impl Sandbox {
    /// A visitor sends a request. While the answer takes its time, others can go on.
    pub fn begin_visit(&mut self, visitor: Visitor, visit: Visit) -> Result<Pending, NotKept> {
        let line = format!("{} {}", visit.method, visit.path);
        let Prepared { request, shown } = self.prepare(visitor, visit)?;
        let answer = thread::spawn(|| request.send().and_then(Received::read));
        self.note(&format!("visitor {} sends {line}, which takes its time", visitor.0 + 1));
        Ok(Pending { visitor, shown, answer })
    }

    /// Waits for the answer to a request that has begun.
    pub fn end_visit(&mut self, pending: Pending) -> Result<Answer, NotKept> {
        let Pending { visitor, shown, answer } = pending;
        let came =
            answer.join().map_err(|_| no_answer(&shown, "a panic of the walk".to_owned()))?;
        self.received(visitor, shown, came)
    }

    /// A visitor sends the same form twice at once, as a double click does, and waits for both answers.
    pub fn double_click(
        &mut self,
        visitor: Visitor,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Result<(), NotKept> {
        let mut visit = Visit::post_form(path, fields);
        self.fill_in_token(visitor, &mut visit)?;
        let client = self.client(visitor);
        let url = format!("{}{path}", self.url());
        let send = || {
            let form = client.post(&url).header("content-type", FORM).body(visit.text());
            form.send().and_then(|answer| answer.text())
        };
        let answers = thread::scope(|scope| {
            let clicks = [scope.spawn(send), scope.spawn(send)];
            clicks.map(|click| click.join())
        });
        self.note(&format!("visitor {} sends POST {path} twice at once", visitor.0 + 1));
        for answer in answers {
            let answer = answer.map_err(|_| no_answer(path, "a panic of the walk".to_owned()))?;
            answer.map_err(|error| no_answer(path, error.to_string()))?;
        }
        Ok(())
    }

    /// Several visitors load a page at once. If there is a second program, every other visitor loads it
    /// from there. Returns how long each of them waited.
    pub fn visit_at_once(
        &self,
        visitors: &[Visitor],
        path: &str,
    ) -> Result<Vec<Duration>, NotKept> {
        let answers = self.answers_at_once(visitors, path)?;
        Ok(answers.into_iter().map(|(waited, _)| waited).collect())
    }

    /// Several visitors load a page at once, as in [`visit_at_once`](Self::visit_at_once). Returns how
    /// many were answered with 200. On a busy machine others may be answered with 503.
    pub fn answered_at_once(&self, visitors: &[Visitor], path: &str) -> Result<u64, NotKept> {
        let answers = self.answers_at_once(visitors, path)?;
        let counted = answers.iter().filter(|(_, status)| *status == StatusCode::OK);
        Ok(counted.map(|_| 1).sum())
    }

    fn answers_at_once(
        &self,
        visitors: &[Visitor],
        path: &str,
    ) -> Result<Vec<(Duration, StatusCode)>, NotKept> {
        let second = self.second.as_ref().map_or(self.url(), |second| &second.url);
        let urls = [format!("{}{path}", self.url()), format!("{second}{path}")];
        let wait = |client: Client, url: &str| {
            let began = Instant::now();
            let answer = client.get(url).send()?;
            let status = answer.status();
            answer.text().map(|_| (began.elapsed(), status))
        };
        let waits = thread::scope(|scope| {
            let visits = visitors.iter().zip(urls.iter().cycle()).map(|(visitor, url)| {
                let client = self.client(*visitor);
                scope.spawn(move || wait(client, url))
            });
            visits.collect::<Vec<_>>().into_iter().map(|visit| visit.join()).collect::<Vec<_>>()
        });
        let waits = waits.into_iter().map(|wait| match wait {
            Ok(Ok(answered)) => Ok(answered),
            Ok(Err(error)) => Err(no_answer(path, error.to_string())),
            Err(_) => Err(no_answer(path, "a panic of the walk".to_owned())),
        });
        waits.collect()
    }

    /// A visitor sends a request and closes the connection this long after its last octet, without
    /// reading an answer.
    pub fn send_and_leave(
        &mut self,
        visitor: Visitor,
        mut visit: Visit,
        after: Duration,
    ) -> Result<(), NotKept> {
        self.fill_in_token(visitor, &mut visit)?;
        let request = self.raw_request(visitor, &visit);
        let host = self.url().trim_start_matches("http://").to_owned();
        let sent = || -> io::Result<()> {
            let mut connection = TcpStream::connect(host)?;
            connection.write_all(request.as_bytes())?;
            thread::sleep(after);
            Ok(())
        };
        sent().map_err(|error| {
            let meaning = "the program isn't running any more";
            Failure::outside("a connection to the program", error.to_string(), meaning)
        })
    }

    /// A request as its octets go over the wire, with the cookies that the visitor's browser holds.
    fn raw_request(&self, visitor: Visitor, visit: &Visit) -> String {
        let mut lines = format!("{} {} HTTP/1.1\r\nhost: 127.0.0.1\r\n", visit.method, visit.path);
        if let Some(cookie) = self.cookie_header(visitor) {
            lines.push_str(&format!("cookie: {cookie}\r\n"));
        }
        for (name, value) in &visit.headers {
            let value = if *value == OWN_ORIGIN { "http://127.0.0.1" } else { value };
            lines.push_str(&format!("{name}: {value}\r\n"));
        }
        let body = visit.text();
        format!("{lines}content-length: {}\r\n\r\n{body}", body.len())
    }

    /// The folder that the program keeps its files in, if this sandbox started it.
    pub fn state_dir(&self) -> Result<&Path, NotKept> {
        self.started_on().ok_or_else(|| {
            NotKept::Skipped("where the server keeps its files is not known".to_owned())
        })
    }
}

fn no_answer(path: &str, came: String) -> NotKept {
    let meaning = "the program ended or panicked while it answered";
    Failure::outside(&format!("an answer from {path}"), came, meaning)
}
