use crate::SessionData;
use crate::session_data::Values;
use serde::{Deserialize, Deserializer, Serialize};

/// How JSON is spelled: without spaces.
#[derive(Clone, Copy)]
pub(crate) struct Spelling;

impl Spelling {
    pub(crate) fn to_json(self, value: &impl Serialize) -> serde_json::Result<String> {
        serde_json::to_string(value)
    }
}

impl Default for SessionData {
    fn default() -> Self {
        Self::new(Values::new(), Spelling)
    }
}

/// From JSON, as `serde_json` reads it. Of a key that comes twice, the last value counts.
impl<'de> Deserialize<'de> for SessionData {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::new(Values::deserialize(deserializer)?, Spelling))
    }
}
