use super::browser::{Aliases, Browser, Visitor};
use super::visit::OWN_ORIGIN;
use super::{Answer, Event, Exchange, Failure, Launch, Program, Recording, Unkept, Visit, rules};
use reqwest::{Url, header};
use std::process::Stdio;
use tempfile::TempDir;

/// What a walk is taken on.
#[derive(Clone, Debug)]
pub enum Subject {
    /// A program that the stage starts, kills and starts again.
    Program(Launch),
    /// A server that runs already, at an address such as `http://127.0.0.1:6543`.
    Running(String),
}

/// One promise's stage: a program on a fresh folder for its state, visitors with a browser each,
/// and the recording of what they did.
pub struct Stage {
    subject: Subject,
    state: TempDir,
    program: Option<Program>,
    url: String,
    browsers: Vec<Browser>,
    aliases: Aliases,
    /// What happened so far.
    pub recording: Recording,
}

impl Stage {
    /// Starts the program.
    pub fn open(subject: &Subject) -> Result<Self, Unkept> {
        let state = TempDir::with_prefix("walk-").map_err(|error| folder_missing(&error))?;
        let mut stage = Self {
            subject: subject.clone(),
            state,
            program: None,
            url: String::new(),
            browsers: Vec::new(),
            aliases: Aliases::default(),
            recording: Recording::default(),
        };
        stage.start()?;
        Ok(stage)
    }

    fn start(&mut self) -> Result<(), Unkept> {
        self.url = match &self.subject {
            Subject::Program(launch) => {
                let program = Program::start(launch, self.state.path(), Stdio::null())?;
                self.program.insert(program).url.clone()
            }
            Subject::Running(url) => url.trim_end_matches('/').to_owned(),
        };
        Ok(())
    }

    /// A new visitor, with a browser that holds no cookie.
    pub fn visitor(&mut self) -> Result<Visitor, Unkept> {
        self.browsers.push(Browser::new().map_err(|error| browser_broken(&error))?);
        Ok(Visitor(self.browsers.len() - 1))
    }

    /// A visitor loads a page.
    pub fn get(&mut self, visitor: Visitor, path: &str) -> Result<Answer, Unkept> {
        self.visit(visitor, Visit::get(path))
    }

    /// A visitor makes a request. An answer with a cookie that browsers drop is a broken promise.
    pub fn visit(&mut self, visitor: Visitor, visit: Visit) -> Result<Answer, Unkept> {
        let address = format!("{}{}", self.url, visit.path);
        let url = Url::parse(&address)
            .map_err(|error| Failure::outside("an address", format!("{address}: {error}"), URL))?;
        let browser = &self.browsers[visitor.0];
        let mut request = browser.client().request(visit.method.clone(), url.clone());
        let mut shown = format!("{} {} HTTP/1.1", visit.method, visit.path);
        let cookie = match visit.cookie {
            Some((sent, label)) => {
                request = request.header(header::COOKIE, sent);
                Some(label.to_owned())
            }
            None => browser.cookie_header(&url).map(|sent| self.aliases.redact(&sent)),
        };
        if let Some(cookie) = cookie {
            shown.push_str(&format!("\ncookie: {cookie}"));
        }
        for (name, value) in &visit.headers {
            shown.push_str(&format!("\n{name}: {value}"));
            let own = *value == OWN_ORIGIN;
            request = request.header(*name, if own { &self.url } else { *value });
        }
        if let Some(body) = visit.body {
            let label = body.label.map_or_else(|| self.aliases.redact_form(&body.text), Into::into);
            shown.push_str(&format!("\n\n{label}"));
            request = request.body(body.text);
        }
        let came = request.send().and_then(Received::read).map_err(|error| {
            Failure::outside(
                &format!("an answer to {} {}", visit.method, visit.path),
                error.to_string(),
                "the program panicked or ended while it answered: read its log",
            )
        })?;
        self.record(visitor, shown, came)
    }

    /// A visitor's browser follows an answer to a form, by 303, with a GET of where it points.
    pub fn follow(&mut self, visitor: Visitor, answer: &Answer) -> Result<Answer, Unkept> {
        self.get(visitor, answer.sees_other()?)
    }

    /// A visitor sends a form from a page of the site, and follows the answer.
    pub fn send(
        &mut self,
        visitor: Visitor,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Result<Answer, Unkept> {
        let answer = self.visit(visitor, Visit::post_form(path, fields))?;
        self.follow(visitor, &answer)
    }

    fn record(
        &mut self,
        visitor: Visitor,
        request: String,
        came: Received,
    ) -> Result<Answer, Unkept> {
        let exchange = Exchange {
            visitor: format!("visitor {}", visitor.0 + 1),
            request,
            answer: came.shown(&mut self.aliases),
        };
        self.recording.events.push(Event::Exchange(exchange.clone()));
        let answer = Answer {
            exchange,
            status: came.status.as_u16(),
            set_cookies: came.set_cookies(),
            location: came.location(),
            body: came.body,
        };
        match rules::why_refused(&answer.set_cookies) {
            Some(why) => Err(answer.broken("cookies that browsers keep", why, RULES)),
            None => Ok(answer),
        }
    }

    /// The program is asked to end, and started again on the same state.
    pub fn restart(&mut self) -> Result<(), Unkept> {
        self.can_restart()?;
        if let Some(program) = self.program.take() {
            program.stop()?;
        }
        self.note("the program is stopped and started again");
        self.start()
    }

    /// The program is killed as it stands, as `kill -9` does, and started again on the same state.
    pub fn kill_and_restart(&mut self) -> Result<(), Unkept> {
        self.can_restart()?;
        drop(self.program.take());
        self.note("the program is killed and started again");
        self.start()
    }

    fn can_restart(&self) -> Result<(), Unkept> {
        match self.subject {
            Subject::Program(_) => Ok(()),
            Subject::Running(_) => Err(Unkept::Untested("the server cannot be restarted".into())),
        }
    }

    /// A visitor quits the browser and opens it again: cookies without a date are gone.
    pub fn reopen_browser(&mut self, visitor: Visitor) -> Result<(), Unkept> {
        let browser = &mut self.browsers[visitor.0];
        *browser = browser.reopened().map_err(|error| browser_broken(&error))?;
        self.note(&format!("visitor {} quits the browser and opens it again", visitor.0 + 1));
        Ok(())
    }

    /// Opens a second stage with the same program on other state: another secret, other sessions.
    pub fn elsewhere(&self) -> Result<Self, Unkept> {
        self.can_restart()?;
        Self::open(&self.subject)
    }

    fn note(&mut self, note: &str) {
        self.recording.events.push(Event::Note(note.to_owned()));
    }
}

const URL: &str = "the address is misspelt: it begins with http:// and ends before the path";
const RULES: &str = "an attribute is missing or the cookie is too large: browsers drop it silently";

fn folder_missing(error: &std::io::Error) -> Unkept {
    Failure::outside("a temporary folder for state", error.to_string(), "the disk is full")
}

fn browser_broken(error: &std::io::Error) -> Unkept {
    Failure::outside("a browser for a visitor", error.to_string(), "the jar holds what it cannot")
}

/// An answer as it came.
struct Received {
    status: reqwest::StatusCode,
    headers: header::HeaderMap,
    body: String,
}

impl Received {
    fn read(response: reqwest::blocking::Response) -> reqwest::Result<Self> {
        let (status, headers) = (response.status(), response.headers().clone());
        Ok(Self { status, headers, body: response.text()? })
    }

    fn set_cookies(&self) -> Vec<String> {
        let headers = self.headers.get_all(header::SET_COOKIE).into_iter();
        headers.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect()
    }

    fn location(&self) -> Option<String> {
        Some(self.headers.get(header::LOCATION)?.to_str().ok()?.to_owned())
    }

    fn shown(&self, aliases: &mut Aliases) -> String {
        let mut lines: Vec<String> = Vec::new();
        for (name, value) in &self.headers {
            let value = String::from_utf8_lossy(value.as_bytes());
            match *name {
                header::DATE | header::SERVER => {}
                header::SET_COOKIE => {
                    let (pair, attributes) = value.split_once("; ").unwrap_or((&value, ""));
                    lines.push(format!("{name}: {}; {attributes}", aliases.redact(pair)));
                }
                _ => lines.push(format!("{name}: {value}")),
            }
        }
        lines.sort();
        let body = aliases.redact_page(&self.body);
        format!("HTTP/1.1 {}\n{}\n\n{body}", self.status, lines.join("\n")).trim_end().to_owned()
    }
}
