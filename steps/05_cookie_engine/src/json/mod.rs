//! JSON as Python's `json` module reads and writes it, which is more than JSON: whole numbers of
//! any size, `NaN` and `Infinity`, and halves of surrogate pairs. What a Pyramid application put
//! into a session comes out of ours as it was.
//!
//! Values stay text: a request looks at few of the values that its cookie brings, and sends all of
//! them back.

mod float;
mod read;

pub(crate) use float::float;
pub(crate) use read::Reader;
use read::{items, quoted};

use crate::Error;
use serde::{Serialize, de::DeserializeOwned};
use std::{fmt, str::FromStr, sync::Arc};

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

/// What a session holds: JSON values under keys, in the order in which they were put in, as in
/// Python's dict.
///
/// Its text is Python's `json.dumps`. Values go in and come out as any type of serde's, with one
/// loss: `serde_json` has no NaN, so a float that is none goes in as null.
#[derive(Clone, Debug, Default)]
pub struct Dict {
    entries: Vec<Entry>,
}

/// A key and its value, as `"counter": 41`, in the spelling in which it came.
#[derive(Clone, Debug)]
struct Entry {
    /// Shared: an update works on a copy of the dict.
    text: Arc<str>,
    /// Where the key ends, with its quotes.
    key: usize,
    /// Where the value begins.
    value: usize,
    spelling: Spelling,
}

impl Entry {
    fn new(key: &str, write: impl FnOnce(&mut String) -> Result<(), Error>) -> Result<Self, Error> {
        let spelling = Spelling::Python;
        let mut text = quoted(key);
        let end = text.len();
        text.push_str(spelling.colon());
        let start = text.len();
        write(&mut text)?;
        Ok(Self { text: text.into(), key: end, value: start, spelling })
    }

    fn key(&self) -> &str {
        &self.text[..self.key]
    }

    fn has_key(&self, key: &str) -> bool {
        let own = &self.key()[1..self.key - 1];
        if own.contains('\\') { self.key() == quoted(key) } else { own == key }
    }

    fn value(&self) -> &str {
        &self.text[self.value..]
    }
}

impl Dict {
    /// The value of a key; none when the key is absent.
    ///
    /// # Errors
    /// [`Error::Mismatch`] when the value does not fit the type.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Error> {
        let Some(place) = self.place(key) else { return Ok(None) };
        let fitted = serde_json::from_str(self.entries[place].value());
        fitted.map(Some).map_err(|why| Error::Mismatch { key: key.to_owned(), why })
    }

    /// Puts a value under a key: in the place of the old one, or after all others.
    ///
    /// # Errors
    /// [`Error::NotJson`] when JSON cannot hold the value.
    pub fn insert<T: Serialize>(&mut self, key: &str, value: T) -> Result<(), Error> {
        self.put(Entry::new(key, |text| spell(key, &value, text))?);
        Ok(())
    }

    /// Takes a key and its value out; whether it was there.
    pub fn remove(&mut self, key: &str) -> bool {
        let place = self.place(key);
        place.map(|place| self.entries.remove(place)).is_some()
    }

    /// Whether the key is there.
    pub fn contains_key(&self, key: &str) -> bool {
        self.place(key).is_some()
    }

    /// The keys in their order, but for those that are no Unicode.
    pub fn keys(&self) -> impl Iterator<Item = String> {
        self.entries.iter().filter_map(|entry| serde_json::from_str(entry.key()).ok())
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

    /// Puts a value at the end of the list under a key, or unless it is in it, if it is to be there
    /// once. Where there is no list, one begins.
    ///
    /// # Errors
    /// [`Error::NotJson`] when JSON cannot hold the value, [`Error::Mismatch`] when the key has
    /// something else than a list.
    pub(crate) fn push<T: Serialize>(
        &mut self,
        key: &str,
        value: T,
        once: bool,
    ) -> Result<(), Error> {
        let no_list = || serde::de::Error::custom("it is no list");
        let list = self.place(key).map_or("[]", |place| self.entries[place].value());
        let mut list =
            items(list).ok_or_else(|| Error::Mismatch { key: key.to_owned(), why: no_list() })?;
        let mut item = String::new();
        spell(key, &value, &mut item)?;
        if !once || !list.contains(&item) {
            list.push(item);
        }
        self.put(Entry::new(key, |text| {
            text.extend(["[", &list.join(", "), "]"]);
            Ok(())
        })?);
        Ok(())
    }

    fn place(&self, key: &str) -> Option<usize> {
        self.entries.iter().position(|entry| entry.has_key(key))
    }

    fn put(&mut self, entry: Entry) {
        match self.entries.iter_mut().find(|old| old.key() == entry.key()) {
            Some(old) => *old = entry,
            None => self.entries.push(entry),
        }
    }

    /// All of the dict as one type.
    pub(crate) fn fit<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_str(&self.to_string())
            .map_err(|why| Error::Mismatch { key: String::new(), why })
    }

    /// A type as a dict: its fields are the keys.
    pub(crate) fn of<T: Serialize>(whole: &T) -> Result<Self, Error> {
        let mut text = String::new();
        spell("", whole, &mut text)?;
        text.parse()
    }

    /// Puts the entries of another dict in; takes those out that it had `before` and has no more.
    pub(crate) fn merge(&mut self, before: &Self, after: Self) {
        let has =
            |dict: &Self, own: &Entry| dict.entries.iter().any(|entry| entry.key() == own.key());
        self.entries.retain(|own| !has(before, own) || has(&after, own));
        for entry in after.entries {
            self.put(entry);
        }
    }

    /// About how many bytes its text has.
    pub(crate) fn size(&self) -> usize {
        self.entries.iter().map(|entry| entry.text.len() + 2).sum()
    }

    pub(crate) fn write(&self, spelling: Spelling, out: &mut String) {
        out.push('{');
        for (place, entry) in self.entries.iter().enumerate() {
            out.push_str(if place > 0 { spelling.comma() } else { "" });
            if entry.spelling == spelling {
                out.push_str(&entry.text);
            } else {
                out.extend([entry.key(), spelling.colon()]);
                let Some(()) = respell(entry.value(), spelling, out) else {
                    unreachable!("an entry's value was read before")
                };
            }
        }
        out.push('}');
    }
}

impl PartialEq for Dict {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

/// Writes one value in another spelling; none when the text is no value, or is nested too deep.
fn respell(text: &str, spelling: Spelling, out: &mut String) -> Option<()> {
    let mut reader = Reader::new(text, spelling, out);
    reader.value(DEEPEST_STATE - 1)?;
    reader.finish()
}

/// Writes any value of serde's as Python spells it.
fn spell<T: Serialize>(key: &str, value: &T, out: &mut String) -> Result<(), Error> {
    let no = |why: String| Error::NotJson { key: key.to_owned(), why };
    let text = serde_json::to_string(value).map_err(|error| no(error.to_string()))?;
    respell(&text, Spelling::Python, out).ok_or_else(|| no("it is nested too deep".to_owned()))
}

impl fmt::Display for Dict {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let mut text = String::new();
        self.write(Spelling::Python, &mut text);
        formatter.write_str(&text)
    }
}

impl FromStr for Dict {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let mut scratch = String::with_capacity(text.len());
        let mut reader = Reader::new(text, Spelling::Python, &mut scratch);
        let dict = reader.dict(DEEPEST_STATE).filter(|_| reader.finish().is_some());
        dict.ok_or_else(|| Error::NotJson { key: String::new(), why: "it is no dict".to_owned() })
    }
}
