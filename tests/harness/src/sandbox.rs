use crate::browser::{Aliases, Browser, TOKEN, Visitor};
use crate::received::Received;
use crate::visit::OWN_ORIGIN;
use crate::{
    Answer, Event, Exchange, Failure, NotKept, Program, Recording, ServerCommand, Visit, rules,
};
use reqwest::{Url, header};
use std::path::Path;
use std::process::Stdio;
use tempfile::{NamedTempFile, TempDir};

/// The server that a walk visits.
#[derive(Clone, Debug)]
pub enum Server {
    /// A program that the sandbox starts, kills and restarts.
    Program(ServerCommand),
    /// A server that is already running.
    Running {
        /// Its address, such as `http://127.0.0.1:6543`.
        url: String,
        /// Asks a person to stop or kill it and start it again; returns whether they did.
        ask: fn(&str) -> bool,
    },
}

/// For a site with tokens: where each form is sent, and the page that it is on.
pub type FormPages = &'static [(&'static str, &'static str)];

/// Where one promise is tried: a server with a new state folder, visitors with a browser each, and
/// the recording of what they did.
pub struct Sandbox {
    server: Server,
    state: TempDir,
    log: NamedTempFile,
    program: Option<Program>,
    url: String,
    browsers: Vec<Browser>,
    aliases: Aliases,
    form_pages: FormPages,
    /// What happened so far.
    pub recording: Recording,
}

impl Sandbox {
    /// Starts the program.
    pub fn open(server: &Server) -> Result<Self, NotKept> {
        let state = TempDir::with_prefix("walk-").map_err(|error| folder_missing(&error))?;
        let mut sandbox = Self {
            server: server.clone(),
            state,
            log: NamedTempFile::with_prefix("log-").map_err(|error| folder_missing(&error))?,
            program: None,
            url: String::new(),
            browsers: Vec::new(),
            aliases: Aliases::default(),
            form_pages: &[],
            recording: Recording::default(),
        };
        sandbox.start()?;
        Ok(sandbox)
    }

    fn start(&mut self) -> Result<(), NotKept> {
        self.url = match &self.server {
            Server::Program(command) => {
                let log = self.log.reopen().map_or(Stdio::null(), Stdio::from);
                let program = Program::start(command, self.state.path(), log)
                    .map_err(|not_kept| self.with_log(not_kept))?;
                self.program.insert(program).url.clone()
            }
            Server::Running { url, .. } => url.trim_end_matches('/').to_owned(),
        };
        Ok(())
    }

    /// A new visitor, whose browser has no cookies.
    pub fn visitor(&mut self) -> Result<Visitor, NotKept> {
        self.browsers.push(Browser::new().map_err(|error| browser_broken(&error))?);
        Ok(Visitor(self.browsers.len() - 1))
    }

    /// A visitor loads a page.
    pub fn get(&mut self, visitor: Visitor, path: &str) -> Result<Answer, NotKept> {
        self.visit(visitor, Visit::get(path))
    }

    /// A visitor makes a request. An answer with a cookie that browsers drop breaks the promise.
    pub fn visit(&mut self, visitor: Visitor, mut visit: Visit) -> Result<Answer, NotKept> {
        self.fill_in_token(visitor, &mut visit)?;
        let address = format!("{}{}", self.url, visit.path);
        let url = Url::parse(&address)
            .map_err(|error| Failure::outside("an address", format!("{address}: {error}"), URL))?;
        let browser = &self.browsers[visitor.0];
        let mut request = browser.client().request(visit.method.clone(), url.clone());
        let mut shown = format!("{} {} HTTP/1.1", visit.method, visit.path);
        for (sent, label) in &visit.cookies {
            request = request.header(header::COOKIE, *sent);
            shown.push_str(&format!("\ncookie: {label}"));
        }
        if visit.cookies.is_empty()
            && let Some(sent) = browser.cookie_header(&url)
        {
            shown.push_str(&format!("\ncookie: {}", self.aliases.redact(&sent)));
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
            self.with_log(Failure::outside(
                &format!("an answer to {} {}", visit.method, visit.path),
                error.to_string(),
                "the program panicked or ended while it answered, or it isn't running",
            ))
        })?;
        self.record(visitor, shown, came)
    }

    /// From now on a browser loads the form's page first and adds its token, so that walks that know
    /// nothing about tokens pass too.
    pub fn send_tokens(&mut self, form_pages: FormPages) {
        self.form_pages = form_pages;
    }

    pub(super) fn fill_in_token(
        &mut self,
        visitor: Visitor,
        visit: &mut Visit,
    ) -> Result<(), NotKept> {
        let page = self.form_pages.iter().find(|(path, _)| *path == visit.path);
        let Some((_, page)) = page.filter(|_| visit.is_form()) else { return Ok(()) };
        let page = self.get(visitor, page)?;
        let token = page.field(TOKEN, "the page has no form with a token")?.to_owned();
        visit.add_field(TOKEN, &token);
        Ok(())
    }

    /// A visitor's browser follows the 303 that answers a form.
    pub fn follow(&mut self, visitor: Visitor, answer: &Answer) -> Result<Answer, NotKept> {
        self.get(visitor, answer.sees_other()?)
    }

    /// A visitor sends a form from a page of the site, and follows the answer.
    pub fn send(
        &mut self,
        visitor: Visitor,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Result<Answer, NotKept> {
        let answer = self.visit(visitor, Visit::post_form(path, fields))?;
        self.follow(visitor, &answer)
    }

    fn record(
        &mut self,
        visitor: Visitor,
        request: String,
        came: Received,
    ) -> Result<Answer, NotKept> {
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

    /// Adds the end of the program's log, which says why it failed.
    fn with_log(&self, not_kept: NotKept) -> NotKept {
        const LINES: usize = 12;
        let log = std::fs::read(self.log.path()).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().collect();
        match not_kept {
            NotKept::Broken(mut failure) if !lines.is_empty() => {
                let end = lines[lines.len().saturating_sub(LINES)..].join("\n          ");
                failure.meaning.push_str(&format!("\nits log:  {end}"));
                NotKept::Broken(failure)
            }
            not_kept => not_kept,
        }
    }

    /// Stops the program and starts it again on the same state.
    pub fn restart(&mut self) -> Result<(), NotKept> {
        self.start_again("stopped and started again", Program::stop)
    }

    /// Kills the program, as `kill -9` does, and starts it again on the same state.
    pub fn kill_and_restart(&mut self) -> Result<(), NotKept> {
        self.start_again("killed and started again", Program::kill)
    }

    fn start_again(
        &mut self,
        how: &str,
        end: fn(Program) -> Result<(), NotKept>,
    ) -> Result<(), NotKept> {
        if let Server::Running { ask, .. } = self.server
            && !ask(how)
        {
            return Err(NotKept::Skipped(format!("the server was not {how}")));
        }
        if let Some(program) = self.program.take() {
            end(program)?;
        }
        self.note(&format!("the program is {how}"));
        self.start()
    }

    /// Stops the program and starts another in its place, on the same state.
    pub fn replace(&mut self, server: &Server, name: &str) -> Result<(), NotKept> {
        if let Some(program) = self.program.take() {
            program.stop()?;
        }
        self.server = server.clone();
        self.note(&format!("the program is stopped, and {name} is started in its place"));
        self.start()
    }

    /// A visitor quits the browser and opens it again, so cookies without a date are gone.
    pub fn reopen_browser(&mut self, visitor: Visitor) -> Result<(), NotKept> {
        let browser = &mut self.browsers[visitor.0];
        *browser = browser.reopened().map_err(|error| browser_broken(&error))?;
        self.note(&format!("visitor {} quits the browser and opens it again", visitor.0 + 1));
        Ok(())
    }

    /// Opens a second sandbox for the same program, with another secret and other sessions.
    pub fn elsewhere(&self) -> Result<Self, NotKept> {
        match self.server {
            Server::Program(_) => Self::open(&self.server),
            Server::Running { .. } => {
                Err(NotKept::Skipped("the server cannot be started a second time".to_owned()))
            }
        }
    }

    /// Whether the visitor's browser would send any cookie with its next request.
    pub fn has_cookies(&self, visitor: Visitor) -> bool {
        self.cookie_header(visitor).is_some()
    }

    pub(super) fn cookie_header(&self, visitor: Visitor) -> Option<String> {
        self.browsers[visitor.0].cookie_header(&Url::parse(&self.url).ok()?)
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn client(&self, visitor: Visitor) -> reqwest::blocking::Client {
        self.browsers[visitor.0].client().clone()
    }

    pub(super) fn started_on(&self) -> Option<&Path> {
        self.program.as_ref().map(|_| self.state.path())
    }

    pub(super) fn note(&mut self, note: &str) {
        self.recording.events.push(Event::Note(note.to_owned()));
    }
}

const URL: &str = "the address is misspelt: it begins with http:// and ends before the path";
const RULES: &str =
    "an attribute is missing or the cookie is too large, so browsers drop it silently";

fn folder_missing(error: &std::io::Error) -> NotKept {
    Failure::outside("a temporary folder for state", error.to_string(), "the disk is full")
}

fn browser_broken(error: &std::io::Error) -> NotKept {
    Failure::outside("a browser for a visitor", error.to_string(), "the cookie jar cannot be read")
}
