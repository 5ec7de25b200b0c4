use reqwest::{Method, Url};

/// A request to make.
pub struct Visit<'a> {
    pub(super) method: Method,
    pub(super) path: &'a str,
    pub(super) cookies: Vec<(&'a [u8], &'a str)>,
    pub(super) headers: Vec<(&'a str, &'a str)>,
    pub(super) body: Option<Body<'a>>,
}

/// What a request carries.
pub(super) struct Body<'a> {
    pub(super) text: String,
    /// What the recording shows instead of the text.
    pub(super) label: Option<&'a str>,
}

pub(super) const FORM: &str = "application/x-www-form-urlencoded";

impl<'a> Visit<'a> {
    /// A GET of a path.
    pub fn get(path: &'a str) -> Self {
        Self { method: Method::GET, path, cookies: Vec::new(), headers: Vec::new(), body: None }
    }

    /// A HEAD of a path: asks for what a GET would answer, without the body.
    pub fn head(path: &'a str) -> Self {
        Self { method: Method::HEAD, ..Self::get(path) }
    }

    /// A form sent from a page of the same site, with the headers that browsers send then.
    pub fn post_form(path: &'a str, fields: &[(&str, &str)]) -> Self {
        Self::post(path, FORM, encoded(fields))
            .with_header("origin", OWN_ORIGIN)
            .with_header("sec-fetch-site", "same-origin")
    }

    /// A POST of any body, with no more headers than it needs.
    pub fn post(path: &'a str, content_type: &'a str, text: String) -> Self {
        let body = Some(Body { text, label: None });
        Self { method: Method::POST, body, ..Self::get(path) }
            .with_header("content-type", content_type)
    }

    /// Sends this `Cookie` header instead of what the browser holds. The recording shows the label.
    /// Called again, it adds another `Cookie` header.
    pub fn with_cookie(mut self, header: &'a (impl AsRef<[u8]> + ?Sized), label: &'a str) -> Self {
        self.cookies.push((header.as_ref(), label));
        self
    }

    /// Sends this header, in place of another of its name; the name is in lower case.
    pub fn with_header(self, name: &'a str, value: &'a str) -> Self {
        let mut visit = self.without_header(name);
        visit.headers.push((name, value));
        visit
    }

    /// Leaves a header out, as older browsers and other programs do.
    pub fn without_header(mut self, name: &str) -> Self {
        self.headers.retain(|(sent, _)| *sent != name);
        self
    }

    /// What the request carries.
    pub(super) fn text(&self) -> String {
        self.body.as_ref().map(|body| body.text.clone()).unwrap_or_default()
    }

    pub(super) fn is_form(&self) -> bool {
        self.headers.contains(&("content-type", FORM))
    }

    /// Adds a field to the form.
    pub(super) fn add_field(&mut self, name: &str, value: &str) {
        if let Some(body) = &mut self.body {
            let separator = if body.text.is_empty() { "" } else { "&" };
            body.text.push_str(&format!("{separator}{}", encoded(&[(name, value)])));
        }
    }

    /// The recording shows the label in place of the body.
    pub fn shown_as(mut self, label: &'a str) -> Self {
        if let Some(body) = &mut self.body {
            body.label = Some(label);
        }
        self
    }
}

/// A placeholder for the program's own origin, which has another port after each start.
pub const OWN_ORIGIN: &str = "[the program's own]";

/// The fields as a browser sends them.
fn encoded(fields: &[(&str, &str)]) -> String {
    let mut address = Url::parse("http://localhost/").ok();
    if let Some(url) = &mut address {
        url.query_pairs_mut().extend_pairs(fields);
    }
    address.as_ref().and_then(Url::query).unwrap_or_default().to_owned()
}
