use crate::Dict;
use crate::json::{self, Reader, Spelling};
use std::sync::Arc;

/// Bytes that both times take, about.
const TIMES: usize = 48;

/// What a cookie holds: a session's state and its two times, in seconds since 1970.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    /// When the session was last used: whole seconds.
    pub(crate) accessed: f64,
    /// When the session began.
    pub(crate) created: f64,
    pub(crate) dict: Arc<Dict>,
}

impl Record {
    /// `[accessed, created, state]`, as Pyramid's `CookieSession._set_cookie` has it.
    // ANCHOR: text
    pub(crate) fn text(&self, spelling: Spelling) -> String {
        let comma = spelling.comma();
        let mut text = String::with_capacity(TIMES + self.dict.size());
        text.extend(["[", &(self.accessed as i64).to_string(), comma]);
        json::float(self.created, &mut text);
        text.push_str(comma);
        self.dict.write(spelling, &mut text);
        text.push(']');
        text
    }
    // ANCHOR_END: text

    /// The record of a text. Pyramid would take more than that for its three parts, such as numbers
    /// in quotes, but never writes it: here it is refused.
    pub(crate) fn read(text: &[u8], spelling: Spelling) -> Option<Self> {
        let mut reader = Reader::new(std::str::from_utf8(text).ok()?, spelling);
        reader.expect(b'[')?;
        let accessed = reader.time()?;
        reader.expect(b',')?;
        let created = reader.time()?;
        reader.expect(b',')?;
        let dict = reader.dict(json::DEEPEST_STATE)?;
        reader.expect(b']')?;
        reader.finish()?;
        Some(Self { accessed, created, dict: Arc::new(dict) })
    }
}
