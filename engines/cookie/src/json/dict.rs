use super::letters::escaped;
use super::read::items;
use super::{DEEPEST_STATE, Reader, Spelling};
use crate::Error;
use serde::{Serialize, de::DeserializeOwned};
use std::{borrow::Cow, fmt, ops::Range, str::FromStr};

/// What a session holds: JSON values under keys, in the order in which they were put in, as in
/// Python's dict.
///
/// Its text is Python's `json.dumps`. Values go in and come out as any type of serde's, with one
/// loss: `serde_json` has no NaN, so a float that isn't a number goes in as null.
#[derive(Clone, Debug)]
pub struct Dict {
    /// All of it, as `{"counter": 41}`.
    text: String,
    entries: Vec<Entry>,
    spelling: Spelling,
}

/// The lengths of a key, between its quotes, and of its value. Where they stand follows from the
/// entries before.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) key: usize,
    pub(super) value: usize,
}

/// Where an entry stands in a text.
struct Place {
    key: Range<usize>,
    value: Range<usize>,
}

/// Where the entries of a dict stand in a text that has the first of them at `start`.
fn places(entries: &[Entry], spelling: Spelling, mut start: usize) -> impl Iterator<Item = Place> {
    entries.iter().map(move |entry| {
        let key = start + 1..start + 1 + entry.key;
        let value = key.end + 1 + spelling.colon().len();
        let value = value..value + entry.value;
        start = value.end + spelling.comma().len();
        Place { key, value }
    })
}

impl Dict {
    pub(crate) fn new(spelling: Spelling) -> Self {
        Self { text: "{}".to_owned(), entries: Vec::new(), spelling }
    }

    /// A text that begins with a brace, and the entries in it.
    pub(super) fn of(text: String, entries: Vec<Entry>, spelling: Spelling) -> Self {
        Self { text, entries, spelling }
    }

    /// The dict of a text from `start` on, when a key comes twice there: its first place and its
    /// last value count, as in Python.
    pub(super) fn without_twins(
        text: &str,
        start: usize,
        entries: &[Entry],
        spelling: Spelling,
    ) -> Option<Self> {
        let all: Vec<_> = places(entries, spelling, start).collect();
        let key = |place: &Place| &text.as_bytes()[place.key.clone()];
        let mut before = (0..all.len()).map(|index| (&all[..index], key(&all[index])));
        before.find(|(earlier, own)| earlier.iter().any(|place| key(place) == *own))?;
        let mut dict = Self::new(spelling);
        for Place { key, value } in all {
            dict.put(&text[key], &text[value]);
        }
        Some(dict)
    }

    /// Writes it, and tells its entries.
    pub(super) fn write_into(self, out: &mut String) -> Vec<Entry> {
        out.push_str(&self.text);
        self.entries
    }

    /// The value of a key; none when the key is absent.
    ///
    /// # Errors
    /// [`Error::Mismatch`] when the value does not fit the type.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Error> {
        let Some(value) = self.value(&escaped(key)) else { return Ok(None) };
        let fitted = serde_json::from_str(value);
        fitted.map(Some).map_err(|why| Error::Mismatch { key: key.to_owned(), why })
    }

    /// Puts a value under a key: in the place of the old one, or after all others.
    ///
    /// # Errors
    /// [`Error::NotJson`] when JSON cannot hold the value.
    pub fn insert<T: Serialize>(&mut self, key: &str, value: T) -> Result<(), Error> {
        let value = spelled(key, &value, self.spelling)?;
        self.put(&escaped(key), &value);
        Ok(())
    }

    /// Takes a key and its value out; whether it was there.
    pub fn remove(&mut self, key: &str) -> bool {
        let found = self.find(&escaped(key));
        found.map(|(index, _)| self.take_out(index)).is_some()
    }

    /// Whether the key is there.
    pub fn contains_key(&self, key: &str) -> bool {
        self.find(&escaped(key)).is_some()
    }

    /// The keys in their order, but for those that are no Unicode.
    pub fn keys(&self) -> impl Iterator<Item = String> {
        self.places().filter_map(|place| {
            let quoted = place.key.start - 1..=place.key.end;
            serde_json::from_str(&self.text[quoted]).ok()
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
        *self = Self::new(self.spelling);
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
        let (escaped, item) = (escaped(key), spelled(key, &value, self.spelling)?);
        let list = self.value(&escaped).unwrap_or("[]");
        let mut items = items(list, self.spelling)
            .ok_or_else(|| Error::Mismatch { key: key.to_owned(), why: no_list() })?;
        if !once || !items.contains(&item) {
            items.push(item);
        }
        let list = ["[", &items.join(self.spelling.comma()), "]"].concat();
        self.put(&escaped, &list);
        Ok(())
    }

    fn places(&self) -> impl Iterator<Item = Place> {
        places(&self.entries, self.spelling, 1)
    }

    fn find(&self, key: &str) -> Option<(usize, Place)> {
        self.places().enumerate().find(|(_, place)| self.text[place.key.clone()] == *key)
    }

    fn value(&self, key: &str) -> Option<&str> {
        self.find(key).map(|(_, place)| &self.text[place.value])
    }

    /// The key is escaped, and the value spelled as the dict is.
    fn put(&mut self, key: &str, value: &str) {
        if let Some((index, place)) = self.find(key) {
            self.text.replace_range(place.value, value);
            self.entries[index].value = value.len();
            return;
        }
        self.text.pop();
        let comma = if self.is_empty() { "" } else { self.spelling.comma() };
        self.text.extend([comma, "\"", key, "\"", self.spelling.colon(), value, "}"]);
        self.entries.push(Entry { key: key.len(), value: value.len() });
    }

    fn take_out(&mut self, index: usize) {
        let before = self.entries[..index].last().map(|_| self.spelling.comma().len());
        let Some(place) = self.places().nth(index) else { return };
        let mut range = place.key.start - 1 - before.unwrap_or(0)..place.value.end;
        if before.is_none() && self.len() > 1 {
            range.end += self.spelling.comma().len();
        }
        self.text.replace_range(range, "");
        self.entries.remove(index);
    }

    /// All of the dict as one type.
    pub(crate) fn fit<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_str(&self.text).map_err(|why| Error::Mismatch { key: String::new(), why })
    }

    /// A type as a dict that is spelled as this one: its fields are the keys.
    pub(crate) fn like<T: Serialize>(&self, whole: &T) -> Result<Self, Error> {
        let text = spelled("", whole, self.spelling)?;
        Self::read(&text, self.spelling)
    }

    fn read(text: &str, spelling: Spelling) -> Result<Self, Error> {
        let mut reader = Reader::new(text, spelling);
        let dict = reader.dict(DEEPEST_STATE).filter(|_| reader.finish().is_some());
        dict.ok_or_else(|| Error::NotJson { key: String::new(), why: "it is no dict".to_owned() })
    }

    /// Puts the entries of another dict in, which is spelled as this one; takes those out that it
    /// had `before` and has no more.
    pub(crate) fn merge(&mut self, before: &Self, after: &Self) {
        for key in before.places().map(|place| &before.text[place.key]) {
            if let (None, Some((index, _))) = (after.find(key), self.find(key)) {
                self.take_out(index);
            }
        }
        for place in after.places() {
            self.put(&after.text[place.key], &after.text[place.value]);
        }
    }

    /// About how many bytes it has as text.
    pub(crate) fn size(&self) -> usize {
        self.text.len()
    }

    pub(crate) fn write(&self, spelling: Spelling, out: &mut String) {
        if spelling == self.spelling {
            return out.push_str(&self.text);
        }
        match respelled(self.text.clone(), spelling, DEEPEST_STATE) {
            Some(text) => out.push_str(&text),
            None => unreachable!("a dict's text was read before"),
        }
    }
}

/// Any value of serde's.
fn spelled<T: Serialize>(key: &str, value: &T, spelling: Spelling) -> Result<String, Error> {
    let no = |why: String| Error::NotJson { key: key.to_owned(), why };
    let text = serde_json::to_string(value).map_err(|error| no(error.to_string()))?;
    respelled(text, spelling, DEEPEST_STATE - 1)
        .ok_or_else(|| no("it is nested too deep".to_owned()))
}

/// A value in another spelling; none when the text is no value, or is nested too deep.
fn respelled(text: String, spelling: Spelling, depth: usize) -> Option<String> {
    let mut reader = Reader::new(&text, spelling);
    reader.value(depth)?;
    match reader.finish()? {
        Cow::Borrowed(same) if same.len() == text.len() => Some(text),
        respelled => Some(respelled.into_owned()),
    }
}

/// Without a key, and spelled as Python does.
impl Default for Dict {
    fn default() -> Self {
        Self::new(Spelling::Python)
    }
}

impl PartialEq for Dict {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
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
        Self::read(text, Spelling::Python)
    }
}
