use indexmap::IndexMap;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::value::{RawValue, to_raw_value};

/// What a session holds: values under keys, in the order in which the keys were inserted.
///
/// A value stays JSON text until somebody asks for it, so what nobody touches is sent back as it came.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(transparent)]
pub struct SessionData(IndexMap<String, Box<RawValue>>);

impl SessionData {
    /// The value of a key, or `None` if there is no such key.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> serde_json::Result<Option<T>> {
        self.0.get(key).map(|json| serde_json::from_str(json.get())).transpose()
    }

    /// Sets the value of a key.
    pub fn insert(&mut self, key: &str, value: impl Serialize) -> serde_json::Result<()> {
        self.0.insert(key.to_owned(), to_raw_value(&value)?);
        Ok(())
    }
}
