use reqwest::{Method, Url};

/// A request to make.
pub struct Visit<'a> {
    pub(super) method: Method,
    pub(super) path: &'a str,
    pub(super) cookie: Option<(&'a str, &'a str)>,
    pub(super) headers: Vec<(&'a str, &'a str)>,
    pub(super) body: Option<Body<'a>>,
}

/// What a request carries.
pub(super) struct Body<'a> {
    pub(super) text: String,
    /// What the recording shows instead of the text.
    pub(super) label: Option<&'a str>,
}

const FORM: &str = "application/x-www-form-urlencoded";

impl<'a> Visit<'a> {
    /// A GET of a path.
    pub fn get(path: &'a str) -> Self {
        Self { method: Method::GET, path, cookie: None, headers: Vec::new(), body: None }
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
    pub fn with_cookie(self, header: &'a str, label: &'a str) -> Self {
        Self { cookie: Some((header, label)), ..self }
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

    /// The recording shows the label in place of the body.
    pub fn shown_as(mut self, label: &'a str) -> Self {
        if let Some(body) = &mut self.body {
            body.label = Some(label);
        }
        self
    }
}

/// Stands for the program's own origin, which has another port on each start.
pub const OWN_ORIGIN: &str = "[the program's own]";

/// The fields as a browser sends them.
fn encoded(fields: &[(&str, &str)]) -> String {
    let mut address = Url::parse("http://localhost/").ok();
    if let Some(url) = &mut address {
        url.query_pairs_mut().extend_pairs(fields);
    }
    address.as_ref().and_then(Url::query).unwrap_or_default().to_owned()
}
