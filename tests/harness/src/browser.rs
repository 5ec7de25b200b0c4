use reqwest::blocking::Client;
use reqwest::cookie::CookieStore as _;
use reqwest_cookie_store::{CookieStore, CookieStoreMutex};
use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// A visitor of the sandbox, to be named in its calls.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Visitor(pub(super) usize);

/// A visitor's browser: a cookie jar and a client that never follows a redirect by itself.
pub(super) struct Browser {
    jar: Arc<CookieStoreMutex>,
    client: Client,
}

impl Browser {
    pub(super) fn new() -> io::Result<Self> {
        Self::with_jar(CookieStore::default())
    }

    fn with_jar(jar: CookieStore) -> io::Result<Self> {
        let jar = Arc::new(CookieStoreMutex::new(jar));
        let client = Client::builder()
            .cookie_provider(Arc::clone(&jar))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(Duration::from_secs(30))
            .build()
            .map_err(io::Error::other)?;
        Ok(Self { jar, client })
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// The `Cookie` header that goes with a visit of this address.
    pub(super) fn cookie_header(&self, url: &reqwest::Url) -> Option<String> {
        Some(self.jar.cookies(url)?.to_str().ok()?.to_owned())
    }

    /// Closes the browser and opens it again: what it wrote to its disk comes back, which leaves
    /// out the cookies that have neither `Max-Age` nor `Expires`.
    pub(super) fn reopened(&self) -> io::Result<Self> {
        let mut file = Vec::new();
        let jar = self.jar.lock().map_err(|_| io::Error::other("the jar's lock is poisoned"))?;
        cookie_store::serde::json::save(&jar, &mut file).map_err(io::Error::other)?;
        drop(jar);
        let jar = cookie_store::serde::json::load(file.as_slice()).map_err(io::Error::other)?;
        Self::with_jar(jar)
    }
}

/// The field of a form that differs from run to run.
pub(super) const TOKEN: &str = "csrf_token";

/// Names for values that differ from run to run: `[id 1]` for the first value of the cookie `id`.
#[derive(Default)]
pub(super) struct Aliases {
    seen: HashMap<String, Vec<String>>,
}

impl Aliases {
    /// A `Cookie` header, or the `NAME=VALUE` of a `Set-Cookie` header, with its values named.
    pub(super) fn redact(&mut self, cookies: &str) -> String {
        let pairs = cookies.split("; ").map(|pair| match pair.split_once('=') {
            Some((name, value)) => format!("{name}={}", self.alias(name, value)),
            None => pair.to_owned(),
        });
        pairs.collect::<Vec<_>>().join("; ")
    }

    /// The body of a form with its tokens named.
    pub(super) fn redact_form(&mut self, form: &str) -> String {
        let fields = form.split('&').map(|field| match field.split_once('=') {
            Some((TOKEN, value)) => format!("{TOKEN}={}", self.alias(TOKEN, value)),
            _ => field.to_owned(),
        });
        fields.collect::<Vec<_>>().join("&")
    }

    /// A page with the tokens in its forms named.
    pub(super) fn redact_page(&mut self, page: &str) -> String {
        let before = format!("name=\"{TOKEN}\" value=\"");
        let mut parts = page.split(&before);
        let mut shown = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (token, rest) = part.split_once('"').unwrap_or((part, ""));
            shown.push_str(&format!("{before}{}\"{rest}", self.alias(TOKEN, token)));
        }
        shown
    }

    /// The value of a variable of the program's environment; a secret's is named.
    pub(super) fn redact_value(&mut self, variable: &str, value: &str) -> String {
        if variable.contains("SECRET") { self.alias("secret", value) } else { value.to_owned() }
    }

    fn alias(&mut self, name: &str, value: &str) -> String {
        if value.is_empty() || value == "\"\"" {
            return value.to_owned();
        }
        let values = self.seen.entry(name.to_owned()).or_default();
        let number = values.iter().position(|seen| seen == value).unwrap_or_else(|| {
            values.push(value.to_owned());
            values.len() - 1
        });
        format!("[{name} {}]", number + 1)
    }
}
