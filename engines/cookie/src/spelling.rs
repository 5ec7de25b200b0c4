use crate::python;
use serde::Serialize;

/// How JSON is spelled.
#[derive(Clone, Copy)]
pub(crate) enum Spelling {
    Python,
    Compact,
}

impl Spelling {
    pub(crate) fn to_json(self, value: &impl Serialize) -> serde_json::Result<String> {
        match self {
            Self::Python => python::to_json(value),
            Self::Compact => serde_json::to_string(value),
        }
    }
}
