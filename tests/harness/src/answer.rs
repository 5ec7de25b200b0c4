use crate::{Exchange, Failure, NotKept, Outcome};

const OUT_OF_ORDER: &str = "the session layer is missing, or was added before the routes (a layer \
     wraps only the routes that are already there); or the store failed: see the program's log";

/// An answer with checks of what was promised. Each check takes what a failure usually means, for
/// the report.
#[derive(Debug)]
pub struct Answer {
    pub(super) exchange: Exchange,
    /// The status, such as 200.
    pub status: u16,
    /// Each `Set-Cookie` header as it came.
    pub set_cookies: Vec<String>,
    /// Where a redirect points.
    pub location: Option<String>,
    /// The body.
    pub body: String,
}

impl Answer {
    /// The status is this.
    pub fn has_status(&self, status: u16, meaning: &str) -> Outcome {
        if self.status == status {
            return Ok(());
        }
        Err(self.broken(&format!("status {status}"), format!("status {}", self.status), meaning))
    }

    /// The answer has this header, as `name: value` with the name in lower case.
    pub fn has_header(&self, header: &str, meaning: &str) -> Outcome {
        if self.exchange.answer.lines().any(|line| line == header) {
            return Ok(());
        }
        Err(self.broken(header, "no such header".to_owned(), meaning))
    }

    /// The page's body is this, byte for byte.
    pub fn is_page(&self, expected: &str, meaning: &str) -> Outcome {
        self.has_status(200, meaning)?;
        if self.body == expected {
            return Ok(());
        }
        let meaning = if self.body.trim_end() == expected.trim_end() {
            "the page has another end: a template has to end with an empty line, because askama \
             drops one line break"
        } else {
            meaning
        };
        Err(self.broken(expected, self.body.clone(), meaning))
    }

    /// The page is there and says `Count: N`.
    pub fn shows_count(&self, count: u64, meaning: &str) -> Outcome {
        self.has_status(200, if self.status >= 500 { OUT_OF_ORDER } else { meaning })?;
        match self.count() {
            Some(shown) if shown == count => Ok(()),
            Some(shown) => {
                Err(self.broken(&format!("Count: {count}"), format!("Count: {shown}"), meaning))
            }
            None => Err(self.broken(
                &format!("Count: {count}"),
                "a page without a count".into(),
                "the template doesn't show the count",
            )),
        }
    }

    fn count(&self) -> Option<u64> {
        let (_, after) = self.body.split_once("Count: ")?;
        after.split(|end: char| !end.is_ascii_digit()).next()?.parse().ok()
    }

    /// The page has this text somewhere.
    pub fn shows(&self, text: &str, meaning: &str) -> Outcome {
        if self.body.contains(text) {
            return Ok(());
        }
        Err(self.broken(&format!("a page with {text:?}"), "a page without".into(), meaning))
    }

    /// The page has this text nowhere.
    pub fn shows_no(&self, text: &str, meaning: &str) -> Outcome {
        if !self.body.contains(text) {
            return Ok(());
        }
        Err(self.broken(&format!("a page without {text:?}"), "a page with it".into(), meaning))
    }

    /// The page has this text once.
    pub fn shows_once(&self, text: &str, meaning: &str) -> Outcome {
        match self.body.matches(text).count() {
            1 => Ok(()),
            times => {
                let came = format!("a page with it {times} times");
                Err(self.broken(&format!("a page with {text:?} once"), came, meaning))
            }
        }
    }

    /// Where the answer to a form points: a 303, which is the redirect that never repeats a POST.
    pub fn sees_other(&self) -> Result<&str, NotKept> {
        let meaning = "the form is answered with a page, so a reload sends the form again; or with \
             another redirect: 307 repeats the POST, and 302 leaves the choice to the browser";
        self.has_status(303, meaning)?;
        self.location.as_deref().ok_or_else(|| {
            self.broken("a Location header", "none".into(), "the redirect doesn't say where to go")
        })
    }

    /// The value of a hidden field of the page's first form that has it.
    pub fn field(&self, name: &str, meaning: &str) -> Result<&str, NotKept> {
        let before = format!("name=\"{name}\" value=\"");
        let value = self.body.split_once(&before).and_then(|(_, after)| after.split_once('"'));
        value.map(|(value, _)| value).ok_or_else(|| {
            self.broken(&format!("a form with a field {name}"), "a page without".into(), meaning)
        })
    }

    /// This exchange broke the promise.
    pub fn broken(&self, expected: &str, came: String, meaning: &str) -> NotKept {
        NotKept::Broken(Box::new(Failure {
            exchange: Some(self.exchange.clone()),
            expected: expected.to_owned(),
            came,
            meaning: meaning.to_owned(),
        }))
    }
}
