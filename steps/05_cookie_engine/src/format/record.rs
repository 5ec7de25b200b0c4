use crate::Dict;
use crate::json::{self, Spelling, Value};
use std::sync::Arc;

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
        let comma = if spelling == Spelling::Python { ", " } else { "," };
        let mut text = format!("[{:.0}{comma}", self.accessed);
        json::float(self.created, &mut text);
        text.push_str(comma);
        json::dict(&self.dict, spelling, &mut text);
        text.push(']');
        text
    }
    // ANCHOR_END: text

    /// The record of a text. Pyramid would take more than that for its three parts, such as numbers
    /// in quotes, but never writes it: here it is refused.
    pub(crate) fn read(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?;
        let Value::List(parts) = json::read(text, json::DEEPEST)? else { return None };
        let [accessed, created, Value::Dict(dict)] =
            <[Value; 3]>::try_from(Arc::into_inner(parts)?).ok()?
        else {
            return None;
        };
        Some(Self { accessed: time(&accessed)?, created: time(&created)?, dict: Arc::new(dict) })
    }
}

fn time(value: &Value) -> Option<f64> {
    let seconds = match value {
        Value::Integer(digits) => digits.parse().ok()?,
        Value::Float(seconds) => *seconds,
        _ => return None,
    };
    seconds.is_finite().then_some(seconds)
}
