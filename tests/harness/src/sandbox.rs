use crate::browser::{Aliases, Browser, TOKEN, Visitor};
use crate::received::Received;
use crate::visit::OWN_ORIGIN;
use crate::{
    Answer, Event, Exchange, Failure, Needs, NotKept, Outcome, Program, Recording, ServerCommand,
    Service, Visit, rules,
};
use reqwest::blocking::RequestBuilder;
use reqwest::{Url, header};
use std::path::Path;
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

impl Server {
    /// The same, with such a server in each sandbox. One that is running already has its own.
    pub fn with(&self, needs: Needs) -> Self {
        let mut server = self.clone();
        if let Self::Program(command) = &mut server {
            command.needs = needs;
        }
        server
    }
}

/// For a site with tokens: where each form is sent, and the page that it is on.
pub type FormPages = &'static [(&'static str, &'static str)];

/// A request that can be sent.
pub(super) struct Prepared {
    pub(super) request: RequestBuilder,
    /// How the recording shows it.
    pub(super) shown: String,
}

/// Where one promise is tried: a server with a new state folder, visitors with a browser each, and
/// the recording of what they did.
pub struct Sandbox {
    pub(super) server: Server,
    pub(super) service: Service,
    pub(super) state: TempDir,
    pub(super) log: NamedTempFile,
    pub(super) program: Option<Program>,
    /// The same program a second time, on the same state.
    pub(super) second: Option<Program>,
    /// What the program finds in its environment in addition to the protocol's variables.
    pub(super) environment: Vec<(String, String)>,
    pub(super) url: String,
    browsers: Vec<Browser>,
    pub(super) aliases: Aliases,
    form_pages: FormPages,
    /// What happened so far.
    pub recording: Recording,
}

impl Sandbox {
    /// Starts the program.
    pub fn open(server: &Server) -> Result<Self, NotKept> {
        let state = TempDir::with_prefix("walk-").map_err(|error| folder_missing(&error))?;
        let service = match server {
            Server::Program(command) => command.needs.start()?,
            Server::Running { .. } => Service::None,
        };
        let mut sandbox = Self {
            server: server.clone(),
            service,
            state,
            log: NamedTempFile::with_prefix("log-").map_err(|error| folder_missing(&error))?,
            program: None,
            second: None,
            environment: Vec::new(),
            url: String::new(),
            browsers: Vec::new(),
            aliases: Aliases::default(),
            form_pages: &[],
            recording: Recording::default(),
        };
        sandbox.start()?;
        Ok(sandbox)
    }

    pub(super) fn start(&mut self) -> Outcome {
        self.url = match &self.server {
            Server::Program(command) => {
                let state = self.state.path();
                let program =
                    Program::start_with(command, state, self.log_end(), &self.variables())
                        .map_err(|not_kept| self.with_log(not_kept))?;
                self.program.insert(program).url.clone()
            }
            Server::Running { url, .. } => url.trim_end_matches('/').to_owned(),
        };
        Ok(())
    }

    /// What the program finds in its environment. What the walk says comes last, so that it counts.
    pub(super) fn variables(&self) -> Vec<(String, String)> {
        self.service.variable().into_iter().chain(self.environment.iter().cloned()).collect()
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
    pub fn visit(&mut self, visitor: Visitor, visit: Visit) -> Result<Answer, NotKept> {
        let prepared = self.prepare(visitor, visit)?;
        let came = prepared.request.send().and_then(Received::read);
        self.received(visitor, prepared.shown, came)
    }

    /// A request with what the visitor's browser adds to it, not yet sent.
    pub(super) fn prepare(
        &mut self,
        visitor: Visitor,
        mut visit: Visit,
    ) -> Result<Prepared, NotKept> {
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
        Ok(Prepared { request, shown })
    }

    /// Records the answer to a request, as it is shown.
    pub(super) fn received(
        &mut self,
        visitor: Visitor,
        shown: String,
        came: reqwest::Result<Received>,
    ) -> Result<Answer, NotKept> {
        let came = came.map_err(|error| {
            let line = shown.lines().next().unwrap_or_default();
            self.with_log(Failure::outside(
                &format!("an answer to {}", line.trim_end_matches(" HTTP/1.1")),
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
    pub(super) fn with_log(&self, not_kept: NotKept) -> NotKept {
        const LINES: usize = 12;
        let log = self.log_text();
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

    /// A visitor quits the browser and opens it again, so cookies without a date are gone.
    pub fn reopen_browser(&mut self, visitor: Visitor) -> Result<(), NotKept> {
        let browser = &mut self.browsers[visitor.0];
        *browser = browser.reopened().map_err(|error| browser_broken(&error))?;
        self.note(&format!("visitor {} quits the browser and opens it again", visitor.0 + 1));
        Ok(())
    }

    /// Whether the visitor's browser would send any cookie with its next request.
    pub fn has_cookies(&self, visitor: Visitor) -> bool {
        self.cookie_header(visitor).is_some()
    }

    /// The `Cookie` header that the visitor's browser would send with its next request.
    pub fn cookie_header(&self, visitor: Visitor) -> Option<String> {
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
