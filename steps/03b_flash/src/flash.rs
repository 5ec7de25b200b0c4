// ANCHOR: message
use serde::{Deserialize, Serialize};
use tower_sessions::{Session, session::Error};

/// A text for the visitor. The template escapes the text, and makes a class of the level.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Message {
    pub level: String,
    pub text: String,
}

impl Message {
    pub fn new(level: &str, text: &str) -> Self {
        Self { level: level.to_owned(), text: text.to_owned() }
    }
}
// ANCHOR_END: message

// ANCHOR: queues
/// Messages that wait in the session, in queues with names, until a page takes them.
pub struct Flash {
    session: Session,
    now: Vec<(String, Message)>,
}

impl Flash {
    pub fn new(session: Session) -> Self {
        Self { session, now: Vec::new() }
    }
    // ANCHOR_END: queues

    // ANCHOR: flash
    /// For the next page that takes the queue, in this request or a later one.
    pub async fn flash(
        &self,
        message: Message,
        queue: &str,
        allow_duplicate: bool,
    ) -> Result<(), Error> {
        let mut messages = self.peek_flash(queue).await?;
        if allow_duplicate || !messages.contains(&message) {
            messages.push(message);
            self.session.insert(&key(queue), messages).await?;
        }
        Ok(())
    }
    // ANCHOR_END: flash

    // ANCHOR: now
    /// For this request's own page: the session never holds it.
    pub fn now(&mut self, message: Message, queue: &str) {
        self.now.push((queue.to_owned(), message));
    }
    // ANCHOR_END: now

    // ANCHOR: peek
    /// What waits in the queue. It stays there.
    pub async fn peek_flash(&self, queue: &str) -> Result<Vec<Message>, Error> {
        let waiting = self.session.get_value(&key(queue)).await?;
        Ok(waiting.and_then(|waiting| Vec::deserialize(waiting).ok()).unwrap_or_default())
    }
    // ANCHOR_END: peek

    // ANCHOR: pop
    /// Takes what waits in the queue.
    pub async fn pop_flash(&mut self, queue: &str) -> Result<Vec<Message>, Error> {
        let mut messages = self.peek_flash(queue).await?;
        if !messages.is_empty() {
            self.session.remove_value(&key(queue)).await?;
        }
        let now = self.now.extract_if(.., |(name, _)| name == queue);
        messages.extend(now.map(|(_, message)| message));
        Ok(messages)
    }
}

/// Where Pyramid keeps a queue too.
fn key(queue: &str) -> String {
    format!("_f_{queue}")
}
// ANCHOR_END: pop
