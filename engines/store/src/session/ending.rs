use super::Session;
use crate::Error;
use crate::events::Pending;
use crate::id::Id;
use crate::place::Place;
use crate::record::Found;
use axum::http::HeaderValue;

impl Session {
    /// Ends the session for good, and removes the cookie. An update after this begins a new one.
    ///
    /// # Errors
    /// [`Error::Gone`] if the session has another id by now, because then it's still alive, or has ended
    /// since this request saw it: the browser may have a newer cookie, which a late removal would remove.
    /// [`Error::Store`]; the cookie stays, and so may the session.
    pub async fn destroy(&self) -> Result<(), Error> {
        self.in_turn(self.end()).await
    }

    async fn end(&self) -> Result<(), Error> {
        let was_seen = self.lock().data.is_some();
        // A session that can't be read can be ended all the same.
        let is_unread = self.look().await.is_err();
        if self.0.is_read_only {
            return Ok(());
        }
        let place = self.lock().place.clone();
        match place {
            Place::Gone => return Err(Error::Gone),
            Place::Live(id) => self.end_live(&id, was_seen).await?,
            // It may have expired by a clock that is ahead, or a newer version may have written it.
            Place::Claimed(id) => {
                // Without its end, the event says that a session may have been destroyed.
                let _pending = is_unread.then(|| Pending::new("destroyed"));
                self.0.engine.core.delete(&id.key()).await?;
            }
            Place::None => {}
        }
        let mut inner = self.lock();
        inner.place = Place::None;
        inner.data = None;
        inner.set_cookie = Some(self.0.engine.cookie.removal());
        Ok(())
    }

    async fn end_live(&self, id: &Id, was_seen: bool) -> Result<(), Error> {
        let core = &self.0.engine.core;
        // What was seen some time ago may have ended since, and the browser may have a newer cookie.
        if was_seen && let Ok(Found::Nothing | Found::Renamed) = core.load(&id.key()).await {
            // It may only have expired by a clock that is ahead.
            core.delete(&id.key()).await?;
            let mut inner = self.lock();
            inner.place = Place::Gone;
            inner.set_cookie = None;
            return Err(Error::Gone);
        }
        let pending = Pending::new("destroyed");
        pending.end(core.delete(&id.key()).await)
    }

    /// Gives the session a new id, which is due when a visitor logs in or out (ASVS 7.2.4). The old id
    /// opens nothing from now on. Without a session, nothing happens.
    ///
    /// If the client leaves before it has the new id, the visitor is anonymous from then on.
    ///
    /// # Errors
    /// [`Error::Gone`] if the session has ended or was rotated meanwhile. [`Error::AlreadySent`] if the
    /// response is on its way. [`Error::Store`], [`Error::NoRandomness`].
    pub async fn rotate(&self) -> Result<(), Error> {
        self.in_turn(self.change_id()).await
    }

    async fn change_id(&self) -> Result<(), Error> {
        self.look().await?;
        if self.0.is_read_only {
            return Ok(());
        }
        if self.lock().is_sent {
            return Err(Error::AlreadySent);
        }
        let place = self.lock().place.clone();
        match place {
            Place::Gone => return Err(Error::Gone),
            Place::Live(id) => {
                let pending = Pending::new("rotated");
                let (new, expires) = pending.end(self.0.engine.core.rotate(&id.key()).await)?;
                let mut inner = self.lock();
                inner.set_cookie = Some(self.0.engine.cookie.write(&new, expires));
                inner.place = Place::Live(new);
            }
            Place::None | Place::Claimed(_) => {}
        }
        Ok(())
    }

    /// Ends the request, and returns the `Set-Cookie` header that the response needs, if it needs one.
    /// From now on, no session can begin and no id can change. The layer calls this.
    pub async fn close(&self) -> Option<HeaderValue> {
        // A task of the handler may be beginning a session. Its cookie goes out with the response.
        let closed = self.in_turn(async {
            self.drop_stale_cookie().await;
            Ok(self.seal())
        });
        // An error: a call that doesn't end keeps the turn, and the response can't wait for ever.
        closed.await.unwrap_or_else(|_| self.seal())
    }

    fn seal(&self) -> Option<HeaderValue> {
        let mut inner = self.lock();
        inner.is_sent = true;
        inner.set_cookie.take()
    }

    /// Keeps a cookie back if its session has ended or has another id by now. The browser may have a
    /// newer cookie, and this one would replace it.
    async fn drop_stale_cookie(&self) {
        let place = self.lock().place.clone();
        let has_cookie = self.lock().set_cookie.is_some();
        if let Place::Live(id) = place
            && has_cookie
            && let Ok(Found::Renamed | Found::Nothing) = self.0.engine.core.load(&id.key()).await
        {
            self.lock().set_cookie = None;
        }
    }
}
