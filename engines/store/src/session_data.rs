use crate::Error;
use crate::spelling::Spelling;
use indexmap::IndexMap;
use serde::de::value::MapDeserializer;
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use std::fmt;
use std::sync::Arc;

/// Keys for which a session has room at the start.
const USUAL_KEYS: usize = 24;

/// JSON values under keys, in the order in which the keys were first inserted, as in Python's dict.
///
/// A value stays JSON text until you ask for it, so what your program doesn't touch goes back byte
/// for byte.
///
/// [`flash`](Self::flash) and [`csrf_token`](Self::csrf_token) keep their values under the keys that
/// Pyramid uses for them.
#[derive(Clone, Serialize)]
#[serde(transparent)]
pub struct SessionData {
    values: Values,
    #[serde(skip)]
    spelling: Spelling,
}

/// Texts are shared, because each update works on a clone.
#[derive(Clone, Serialize)]
#[serde(transparent)]
pub(crate) struct Values(IndexMap<Arc<str>, Arc<RawValue>>);

impl Values {
    pub(crate) fn new() -> Self {
        Self(IndexMap::new())
    }
}

/// As `IndexMap` does it: a key that comes twice has its first place and its last value, as in Python.
/// But it starts with room for the keys of most sessions, which takes less time than growing.
impl<'de> Deserialize<'de> for Values {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ValuesVisitor)
    }
}

struct ValuesVisitor;

impl<'de> Visitor<'de> for ValuesVisitor {
    type Value = Values;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Values, A::Error> {
        let mut values = IndexMap::with_capacity(USUAL_KEYS);
        while let Some((key, value)) = map.next_entry()? {
            values.insert(key, value);
        }
        Ok(Values(values))
    }
}

impl SessionData {
    pub(crate) fn new(values: Values, spelling: Spelling) -> Self {
        Self { values, spelling }
    }

    /// The value of a key, or `None` if the key is absent.
    ///
    /// # Errors
    /// [`Error::Deserialize`] if the value doesn't fit the type.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Error> {
        let Some(value) = self.values.0.get(key) else { return Ok(None) };
        let fitted = serde_json::from_str(value.get());
        fitted.map(Some).map_err(|source| Error::Deserialize { key: Some(key.to_owned()), source })
    }

    /// Puts a value under a key, in the place of the old value if there is one.
    ///
    /// JSON has no NaN and no infinity, so such a float is inserted as null.
    ///
    /// # Errors
    /// [`Error::Serialize`] if JSON can't hold the value, for instance a map whose keys aren't texts.
    pub fn insert<T: Serialize>(&mut self, key: &str, value: T) -> Result<(), Error> {
        let json = self.spelling.to_json(&value).and_then(RawValue::from_string);
        let json = json.map_err(|source| Error::Serialize { key: Some(key.to_owned()), source })?;
        self.put(key, json.into());
        Ok(())
    }

    /// Removes a key and its value. Returns whether the key was there.
    pub fn remove(&mut self, key: &str) -> bool {
        self.values.0.shift_remove(key).is_some()
    }

    /// Whether the key is there.
    pub fn contains(&self, key: &str) -> bool {
        self.values.0.contains_key(key)
    }

    /// The keys, in their order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.values.0.keys().map(|key| &**key)
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.values.0.len()
    }

    /// Whether there are no keys.
    pub fn is_empty(&self) -> bool {
        self.values.0.is_empty()
    }

    /// Removes all keys.
    pub fn clear(&mut self) {
        self.values.0.clear();
    }

    /// All of the data as one type, whose fields are the keys.
    pub(crate) fn to_type<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let entries = self.values.0.iter().map(|(key, value)| (&**key, &**value));
        T::deserialize(MapDeserializer::new(entries))
            .map_err(|source| Error::Deserialize { key: None, source })
    }

    /// The fields of a type, spelled as this data is.
    pub(crate) fn fields_of<T: Serialize>(&self, whole: &T) -> Result<Values, Error> {
        let json = self.spelling.to_json(whole);
        json.and_then(|json| serde_json::from_str(&json))
            .map_err(|source| Error::Serialize { key: None, source })
    }

    /// Writes the fields that differ from `before` or that the data doesn't have, and removes those
    /// that `before` had and `after` doesn't have.
    pub(crate) fn merge(&mut self, before: &Values, after: Values) {
        for key in before.0.keys().filter(|key| !after.0.contains_key(*key)) {
            self.remove(key);
        }
        for (key, value) in after.0 {
            let is_same = before.0.get(&key).is_some_and(|old| old.get() == value.get());
            if !is_same || !self.contains(&key) {
                self.put(&key, value);
            }
        }
    }

    fn put(&mut self, key: &str, json: Arc<RawValue>) {
        if let Some(value) = self.values.0.get_mut(key) {
            *value = json;
        } else {
            self.values.0.insert(key.into(), json);
        }
    }
}

/// Whether keys, their order and the texts of their values are the same.
impl PartialEq for SessionData {
    fn eq(&self, other: &Self) -> bool {
        let ours = self.values.0.iter().map(|(key, value)| (key, value.get()));
        let theirs = other.values.0.iter().map(|(key, value)| (key, value.get()));
        ours.eq(theirs)
    }
}

/// Shows the keys only: a value may be a token or personal.
impl fmt::Debug for SessionData {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let keys: Vec<&str> = self.keys().collect();
        formatter.debug_tuple("SessionData").field(&keys).finish()
    }
}
