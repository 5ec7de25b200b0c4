use crate::browser::Aliases;
use reqwest::header;

/// An answer as it arrived.
pub(crate) struct Received {
    pub(crate) status: reqwest::StatusCode,
    headers: header::HeaderMap,
    pub(crate) body: String,
}

impl Received {
    pub(crate) fn read(response: reqwest::blocking::Response) -> reqwest::Result<Self> {
        let status = response.status();
        let headers = response.headers().clone();
        Ok(Self { status, headers, body: response.text()? })
    }

    pub(crate) fn set_cookies(&self) -> Vec<String> {
        let headers = self.headers.get_all(header::SET_COOKIE).into_iter();
        headers.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect()
    }

    pub(crate) fn location(&self) -> Option<String> {
        Some(self.headers.get(header::LOCATION)?.to_str().ok()?.to_owned())
    }

    pub(crate) fn shown(&self, aliases: &mut Aliases) -> String {
        let mut lines: Vec<String> = Vec::new();
        for (name, value) in &self.headers {
            let value = String::from_utf8_lossy(value.as_bytes());
            match *name {
                header::DATE | header::SERVER => {}
                header::SET_COOKIE => {
                    let (pair, attributes) = value.split_once("; ").unwrap_or((&value, ""));
                    let attributes = attributes.split("; ").map(undated).collect::<Vec<_>>();
                    let attributes = attributes.join("; ");
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

/// An attribute of a cookie, without the date, which differs from run to run.
fn undated(attribute: &str) -> &str {
    if attribute.starts_with("Expires=") { "Expires=[a date]" } else { attribute }
}
