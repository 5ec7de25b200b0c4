//! JSON as Python's `json` module reads and writes it, which is more than JSON: whole numbers of
//! any size, `NaN` and `Infinity`, and halves of surrogate pairs. What a Pyramid application put
//! into a session comes out of ours as it was.
//!
//! A dict stays text: a request looks at few of the values that its cookie brings, and sends all of
//! them back.

mod dict;
mod float;
mod letters;
mod read;

pub use dict::Dict;
pub(crate) use float::float;
pub(crate) use read::Reader;

/// Deepest nesting that is read, as in `serde_json`. Python's own limit is about a thousand.
const DEEPEST: usize = 128;

/// How deep a session's state may be: around it is the list `[accessed, created, state]`.
pub(crate) const DEEPEST_STATE: usize = DEEPEST - 1;

/// How JSON is spelled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Spelling {
    /// Python's default: `, ` and `: `, and ASCII alone.
    Python,
    /// No spaces, and letters as they are, but in keys.
    Compact,
}

impl Spelling {
    pub(crate) fn comma(self) -> &'static str {
        if self == Self::Python { ", " } else { "," }
    }

    fn colon(self) -> &'static str {
        if self == Self::Python { ": " } else { ":" }
    }
}
