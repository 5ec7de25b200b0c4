use crate::store;
use std::path::Path;
use step_serve::Error;
use tower_sessions_rusqlite_store::tokio_rusqlite::Connection;

/// What visitors wrote, in a table next to the sessions.
#[derive(Clone)]
pub struct Guestbook(Connection);

impl Guestbook {
    pub async fn open(state_dir: &Path) -> Result<Self, Error> {
        let connection = store::connect(state_dir).await?;
        let table = "CREATE TABLE IF NOT EXISTS notes (text TEXT NOT NULL UNIQUE)";
        connection.call(move |connection| connection.execute_batch(table)).await?;
        Ok(Self(connection))
    }

    /// Adds a note unless the same one is there already, so a form that is sent twice adds one note.
    pub async fn add(&self, note: String) -> Result<bool, Error> {
        let insert = "INSERT OR IGNORE INTO notes VALUES (?1)";
        Ok(self.0.call(move |connection| connection.execute(insert, [note])).await? == 1)
    }

    /// The latest notes.
    pub async fn notes(&self) -> Result<Vec<String>, Error> {
        let select = "SELECT text FROM notes ORDER BY rowid DESC LIMIT 20";
        let notes = self.0.call(move |connection| {
            connection.prepare(select)?.query_map([], |row| row.get(0))?.collect()
        });
        Ok(notes.await?)
    }
}
