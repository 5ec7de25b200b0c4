// ANCHOR: destroy
use super::Session;
use crate::error::Error;
use crate::place::Place;
use crate::session_cookie;

impl Session {
    /// Ends the session for good, and removes the cookie. An update after this begins a new one.
    pub async fn destroy(&self) -> Result<(), Error> {
        let _turn = self.0.turn.lock().await;
        let place = self.lock().place.clone();
        match place {
            _ if self.0.is_read_only => return Ok(()),
            // A late removal could remove the cookie of a session that has begun since.
            Place::Gone => return Err(Error::Gone),
            Place::Live(id) | Place::Claimed(id) => self.0.engine.delete(&id.key())?,
            Place::None => {}
        }
        let mut inner = self.lock();
        inner.place = Place::None;
        inner.data = None;
        inner.set_cookie = Some(session_cookie::removal());
        Ok(())
    }
    // ANCHOR_END: destroy

    // ANCHOR: rotate
    /// Gives the session a new id. The old one opens nothing from now on.
    pub async fn rotate(&self) -> Result<(), Error> {
        self.read().await?;
        let _turn = self.0.turn.lock().await;
        let place = self.lock().place.clone();
        match place {
            _ if self.0.is_read_only => {}
            _ if self.lock().is_sent => return Err(Error::AlreadySent),
            Place::Gone => return Err(Error::Gone),
            Place::Live(id) => {
                let new = self.0.engine.rotate(&id.key())?;
                let mut inner = self.lock();
                inner.set_cookie = Some(session_cookie::write(&new));
                inner.place = Place::Live(new);
            }
            // Nothing has been begun that could have another id.
            Place::None | Place::Claimed(_) => {}
        }
        Ok(())
    }
}
// ANCHOR_END: rotate
