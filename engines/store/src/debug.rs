//! `Debug` for what holds or comes near an id: none of it shows one, or a key, or what is in a session.

use crate::id::{Id, Key};
use crate::memory::MemoryStore;
use crate::record::{Found, Record};
use crate::{Engine, Session, SessionService};
use std::fmt::{Debug, Formatter, Result};

impl Debug for Id {
    fn fmt(&self, formatter: &mut Formatter) -> Result {
        formatter.write_str("Id(..)")
    }
}

impl Debug for Key {
    fn fmt(&self, formatter: &mut Formatter) -> Result {
        formatter.write_str("Key(..)")
    }
}

/// Shows the names of the values, as [`SessionData`](crate::SessionData) does.
impl Debug for Record {
    fn fmt(&self, formatter: &mut Formatter) -> Result {
        let mut shown = formatter.debug_struct("Record");
        shown.field("data", &self.data).field("version", &self.version);
        shown.field("created", &self.created).field("accessed", &self.accessed);
        shown.field("expires", &self.expires).finish()
    }
}

impl<T: Debug> Debug for Found<T> {
    fn fmt(&self, formatter: &mut Formatter) -> Result {
        match self {
            Self::Live(live) => formatter.debug_tuple("Live").field(live).finish(),
            Self::Renamed => formatter.write_str("Renamed"),
            Self::Nothing => formatter.write_str("Nothing"),
        }
    }
}

impl Debug for Engine {
    fn fmt(&self, formatter: &mut Formatter) -> Result {
        formatter.write_str("Engine(..)")
    }
}

impl<S> Debug for SessionService<S> {
    fn fmt(&self, formatter: &mut Formatter) -> Result {
        formatter.write_str("SessionService(..)")
    }
}

impl Debug for Session {
    fn fmt(&self, formatter: &mut Formatter) -> Result {
        formatter.write_str("Session(..)")
    }
}

impl Debug for MemoryStore {
    fn fmt(&self, formatter: &mut Formatter) -> Result {
        formatter.write_str("MemoryStore(..)")
    }
}

#[cfg(feature = "sqlite")]
impl Debug for crate::SqliteStore {
    fn fmt(&self, formatter: &mut Formatter) -> Result {
        formatter.write_str("SqliteStore(..)")
    }
}
