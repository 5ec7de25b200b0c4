use crate::repository::Repository;
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// An editor saves in several strokes; after this long without one it is done.
const QUIET: Duration = Duration::from_millis(60);

/// Notices when something that the book is made of is edited.
pub struct Watch {
    events: Receiver<()>,
    _watcher: RecommendedWatcher,
}

impl Watch {
    /// Starts to watch. An error if the system doesn't allow it.
    pub fn over(repository: &Repository) -> Result<Self, String> {
        let (sender, events) = channel();
        let edited = move |event: notify::Result<Event>| {
            if event.is_ok_and(|event| is_edit(&event)) {
                // Nobody listens any more when the server has ended.
                sender.send(()).ok();
            }
        };
        let failed = |error| format!("cannot watch the book's files: {error}");
        let mut watcher = notify::recommended_watcher(edited).map_err(failed)?;
        for path in repository.sources() {
            if path.exists() {
                watcher.watch(&path, RecursiveMode::Recursive).map_err(failed)?;
            }
        }
        Ok(Self { events, _watcher: watcher })
    }

    /// Waits for the next edit and for its end. False when there will be none.
    pub fn wait(&self) -> bool {
        if self.events.recv().is_err() {
            return false;
        }
        while self.events.recv_timeout(QUIET).is_ok() {}
        true
    }
}

/// Reading is no edit, and neither is what a running step keeps in its state folder.
fn is_edit(event: &Event) -> bool {
    let kept = |path: &Path| path.iter().any(|name| name == "state" || name == "target");
    let writes =
        matches!(event.kind, EventKind::Create(_) | EventKind::Modify(_) | EventKind::Remove(_));
    writes && !event.paths.iter().all(|path| kept(path))
}
