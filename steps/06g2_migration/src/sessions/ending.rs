use super::Session;
use crate::error::Error;
use crate::place::Place;
use crate::record::Found;
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
            Place::Live(id) | Place::Claimed(id) => self.0.engine.delete(&id.key()).await?,
            Place::None => {}
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
        let place = self.lock().place.clone();
        match place {
            _ if self.0.is_read_only => {}
            _ if self.lock().is_sent => return Err(Error::AlreadySent),
            Place::Gone => return Err(Error::Gone),
            Place::Live(id) => {
                let (new, expires) = self.0.engine.rotate(&id.key()).await?;
                let mut inner = self.lock();
                inner.set_cookie = Some(session_cookie::write(&new, expires));
                inner.place = Place::Live(new);
            }
            // Nothing has been begun that could have another id.
            Place::None | Place::Claimed(_) => {}
        }
        Ok(())
    }

    /// Keeps a cookie back if its session has ended or has another id by now. The browser may have a
    /// newer cookie, and this one would replace it.
    pub(super) async fn drop_stale_cookie(&self) {
        let place = self.lock().place.clone();
        let has_cookie = self.lock().set_cookie.is_some();
        if let Place::Live(id) = place
            && has_cookie
            && let Ok(Found::Renamed | Found::Nothing) = self.0.engine.load(&id.key()).await
        {
            self.lock().set_cookie = None;
        }
    }
}
