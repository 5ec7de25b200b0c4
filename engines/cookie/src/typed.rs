use crate::{Error, Session};
use serde::{Serialize, de::DeserializeOwned};

/// The state as one type: its fields are the dict's keys. Give the type `#[serde(default)]`, so that
/// a new session, which has no keys, is one too.
impl Session {
    /// The state as this type. Keys that it does not name are ignored.
    ///
    /// # Errors
    /// [`Error::Mismatch`] when a value does not fit its field.
    pub fn read_as<T: DeserializeOwned>(&self) -> Result<T, Error> {
        self.read().fit()
    }

    /// Changes the state as this type. Keys that it does not name stay: flash messages, the CSRF
    /// token, and what another program keeps.
    ///
    /// # Errors
    /// As [`Session::update`] and [`Session::read_as`].
    pub fn update_as<T: Serialize + DeserializeOwned, R>(
        &mut self,
        change: impl FnOnce(&mut T) -> Result<R, Error>,
    ) -> Result<R, Error> {
        self.update(|state| {
            let mut typed: T = state.fit()?;
            let before = state.like(&typed)?;
            let result = change(&mut typed)?;
            state.merge(&before, &state.like(&typed)?);
            Ok(result)
        })
    }
}
