use crate::{Error, Session};
use serde::{Serialize, de::DeserializeOwned};

/// The data as one type of yours, whose fields are the keys. Give the type `#[serde(default)]`,
/// because a new session has no keys.
impl Session {
    /// The data as this type. Keys that the type doesn't name are ignored. It counts as a
    /// [`read`](Session::read).
    ///
    /// # Errors
    /// As [`Session::read`]. [`Error::Deserialize`] if a value doesn't fit its field.
    pub async fn read_as<T: DeserializeOwned>(&self) -> Result<T, Error> {
        self.read().await?.to_type()
    }

    /// Changes the data as this type, in one [`update`](Session::update).
    ///
    /// Fields that the closure changed are written, and fields that the data doesn't have yet. All
    /// others stay byte for byte, and so do keys that the type doesn't name, such as flash messages.
    ///
    /// # Errors
    /// As [`Session::update`] and [`Session::read_as`]. [`Error::Serialize`] if the type isn't a
    /// struct or a map.
    pub async fn update_as<T: Serialize + DeserializeOwned, R>(
        &self,
        mut change: impl FnMut(&mut T) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let update = self.update(|data| {
            let mut typed: T = data.to_type()?;
            let before = data.fields_of(&typed)?;
            let result = change(&mut typed)?;
            let after = data.fields_of(&typed)?;
            data.merge(&before, after);
            Ok(result)
        });
        update.await
    }
}
