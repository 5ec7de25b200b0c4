// ANCHOR: imports
use super::Session;
use crate::error::Error;
use crate::place::Place;
use crate::record::Found;
use crate::session_cookie;
// ANCHOR_END: imports

impl Session {
    /// Ends the session for good, and removes the cookie. An update after this begins a new one.
    ///
    /// A late request gets an error: its removal could remove the cookie of a session that has begun
    /// since.
    pub async fn destroy(&self) -> Result<(), Error> {
        self.read().await?;
        let _turn = self.0.turn.lock().await;
        if self.0.is_read_only {
            return Ok(());
        }
        let id = self.lock().place.id()?;
        if let Some(id) = id {
            self.0.engine.delete(&id.key())?;
        }
        let mut inner = self.lock();
        inner.place = Place::None;
        inner.data = None;
        inner.set_cookie = Some(session_cookie::removal());
        Ok(())
    }

    /// Gives the session a new id. The old one opens nothing from now on.
    pub async fn rotate(&self) -> Result<(), Error> {
        self.read().await?;
        let _turn = self.0.turn.lock().await;
        if self.0.is_read_only {
            return Ok(());
        }
        if self.lock().is_sent {
            return Err(Error::AlreadySent);
        }
        // ANCHOR: rotate
        let Some(id) = self.lock().place.id()? else { return Ok(()) };
        let (new, expires) = self.0.engine.rotate(&id.key())?;
        let mut inner = self.lock();
        inner.set_cookie = Some(session_cookie::write(&new, expires));
        inner.place = Place::Live(new);
        Ok(())
        // ANCHOR_END: rotate
    }

    // ANCHOR: late
    /// Whether the session has ended or moved while this request renewed its cookie. The browser may
    /// have the cookie of another session by now, and must keep that.
    pub(super) async fn is_late(&self) -> bool {
        let place = self.lock().place.clone();
        match place {
            Place::Live(id) if self.lock().set_cookie.is_some() => {
                matches!(self.0.engine.load(&id.key()), Found::Nothing | Found::Renamed)
            }
            Place::Gone => true,
            _ => false,
        }
    }
    // ANCHOR_END: late
}
