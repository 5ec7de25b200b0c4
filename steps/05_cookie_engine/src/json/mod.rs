//! JSON as Python's `json` module reads and writes it, which is more than JSON: whole numbers of
//! any size, `NaN` and `Infinity`, and halves of surrogate pairs. What a Pyramid application put
//! into a session comes out of ours as it was.

mod read;
mod write;

pub(crate) use read::read;
pub(crate) use write::{Spelling, dict, float, write};

use crate::Error;
use serde::{Serialize, de::DeserializeOwned};
use std::{fmt, str::FromStr, sync::Arc};

/// Deepest nesting that is read, as in `serde_json`. Python's own limit is about a thousand.
pub(crate) const DEEPEST: usize = 128;

/// How much of that a record and its state take: `[accessed, created, {`.
const AROUND_A_VALUE: usize = 2;

/// One value, as exact as Python holds it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    /// Its digits: whole numbers have no largest one.
    Integer(String),
    Float(f64),
    Text(Text),
    /// Shared: an update works on a copy of the state, and most lists stay as they are.
    List(Arc<Vec<Value>>),
    Dict(Dict),
}

/// A text, which in Python may hold halves of surrogate pairs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Text {
    Plain(String),
    /// UTF-16 with at least one half that has no other half beside it.
    Halves(Vec<u16>),
}

impl Text {
    fn is(&self, text: &str) -> bool {
        matches!(self, Self::Plain(own) if own == text)
    }
}

/// What a session holds: JSON values under keys, in the order in which they were put in, as in
/// Python's dict.
///
/// Its text is Python's `json.dumps`. Values go in and come out as any type of serde's, with one
/// loss: `serde_json` has no NaN, so a float that is none goes in as null.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dict {
    entries: Vec<(Text, Value)>,
}

impl Dict {
    /// The value of a key; none when the key is absent.
    ///
    /// # Errors
    /// [`Error::Mismatch`] when the value does not fit the type.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Error> {
        let Some(value) = self.value(key) else { return Ok(None) };
        let mut text = String::new();
        write(value, Spelling::Compact, &mut text);
        let fitted = serde_json::from_str(&text);
        fitted.map(Some).map_err(|why| Error::Mismatch { key: key.to_owned(), why })
    }

    /// Puts a value under a key: in the place of the old one, or after all others.
    ///
    /// # Errors
    /// [`Error::NotJson`] when JSON cannot hold the value.
    pub fn insert<T: Serialize>(&mut self, key: &str, value: T) -> Result<(), Error> {
        self.put(Text::Plain(key.to_owned()), self::value(key, &value)?);
        Ok(())
    }

    /// Takes a key and its value out; whether it was there.
    pub fn remove(&mut self, key: &str) -> bool {
        self.take(key).is_some()
    }

    /// Whether the key is there.
    pub fn contains_key(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    /// The keys in their order, but for those that are no Unicode.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().filter_map(|(key, _)| match key {
            Text::Plain(key) => Some(key.as_str()),
            Text::Halves(_) => None,
        })
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Takes all keys out.
    pub fn clear(&mut self) {
        self.entries.clear();
    }

    pub(crate) fn value(&self, key: &str) -> Option<&Value> {
        self.entries.iter().find(|(own, _)| own.is(key)).map(|(_, value)| value)
    }

    pub(crate) fn value_mut(&mut self, key: &str) -> Option<&mut Value> {
        self.entries.iter_mut().find(|(own, _)| own.is(key)).map(|(_, value)| value)
    }

    pub(crate) fn put(&mut self, key: Text, value: Value) {
        match self.entries.iter_mut().find(|(own, _)| *own == key) {
            Some((_, old)) => *old = value,
            None => self.entries.push((key, value)),
        }
    }

    pub(crate) fn take(&mut self, key: &str) -> Option<Value> {
        let place = self.entries.iter().position(|(own, _)| own.is(key))?;
        Some(self.entries.remove(place).1)
    }

    /// All of the dict as one type.
    pub(crate) fn fit<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let mut text = String::new();
        dict(self, Spelling::Compact, &mut text);
        serde_json::from_str(&text).map_err(|why| Error::Mismatch { key: String::new(), why })
    }

    /// A type as a dict: its fields are the keys.
    pub(crate) fn of<T: Serialize>(whole: &T) -> Result<Self, Error> {
        match value("", whole)? {
            Value::Dict(dict) => Ok(dict),
            _ => Err(Error::NotJson { key: String::new(), why: "it has no fields".to_owned() }),
        }
    }

    /// Puts the entries of another dict in; takes those out that it had `before` and has no more.
    pub(crate) fn merge(&mut self, before: &Self, after: Self) {
        let gone = |key: &Text| before.entries.iter().any(|(own, _)| own == key);
        let stays = |key: &Text| after.entries.iter().any(|(own, _)| own == key);
        self.entries.retain(|(key, _)| !gone(key) || stays(key));
        for (key, value) in after.entries {
            self.put(key, value);
        }
    }
}

/// Any value of serde's as one of ours, by way of its text: that keeps the order of its fields.
pub(crate) fn value<T: Serialize>(key: &str, value: &T) -> Result<Value, Error> {
    let no = |why: String| Error::NotJson { key: key.to_owned(), why };
    let text = serde_json::to_string(value).map_err(|error| no(error.to_string()))?;
    read(&text, DEEPEST - AROUND_A_VALUE).ok_or_else(|| no("it is nested too deep".to_owned()))
}

impl fmt::Display for Dict {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let mut text = String::new();
        dict(self, Spelling::Python, &mut text);
        formatter.write_str(&text)
    }
}

impl FromStr for Dict {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match read(text, DEEPEST - 1) {
            Some(Value::Dict(dict)) => Ok(dict),
            _ => Err(Error::NotJson { key: String::new(), why: "it is no dict".to_owned() }),
        }
    }
}
