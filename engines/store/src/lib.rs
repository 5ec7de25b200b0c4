//! Sessions for axum that are in a store on the server: the browser keeps a random id and nothing else.
//!
//! An [`Engine`] is a tower layer around a [`Store`], and a handler takes a [`Session`]:
//!
//! ```
//! use axum::{Router, routing::get};
//! use store_engine::{Engine, Error, Options, Session, SqliteStore};
//!
//! async fn home(session: Session) -> Result<String, Error> {
//!     let update = session.update(|data| {
//!         let messages = data.pop_flash::<String>("")?;
//!         let count = data.get("counter")?.unwrap_or(0) + 1;
//!         data.insert("counter", count)?;
//!         Ok((count, messages))
//!     });
//!     let (count, messages) = update.await?;
//!     Ok(format!("{messages:?} Count: {count}"))
//! }
//!
//! fn app(file: &str) -> Result<Router, Box<dyn std::error::Error>> {
//!     let engine = Engine::new(SqliteStore::open(file)?, &Options::default())?;
//!     tokio::spawn(engine.clone().sweep_forever());
//!     Ok(Router::new().route("/", get(home)).layer(engine))
//! }
//! # let folder = tempfile::TempDir::new().unwrap();
//! # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
//! # let _context = runtime.enter();
//! # assert!(app(folder.path().join("sessions.sqlite").to_str().unwrap()).is_ok());
//! # assert!(app(folder.path().to_str().unwrap()).is_err());
//! ```
//!
//! # What it promises
//! - **A change is one act.** [`Session::update`] saves only if nobody else has saved since it loaded, and
//!   otherwise runs its closure again on what the other one has saved. Requests that meet lose nothing.
//! - **What has ended stays ended.** A slow request can't bring a session back after a logout. For a minute
//!   after an id was changed, a late request with the old one can't displace the session: it gets
//!   [`Error::Gone`].
//! - **A page is sent after its session is in the store.** With a [`SqliteStore`] that means on the disk.
//! - **A client that leaves stops nothing half-way.** hyper drops its handler, but a write that the store
//!   has begun is done as a whole or not at all. (Your handler may still stop between two writes. If it must
//!   not, run requests in tasks, as the example does.)
//! - **An outage is a page of status 503** with `Retry-After`, after [`Options::deadline`] at the latest or
//!   a second later, and never an empty 500. Pages that take no session stay up.
//! - **No store ever sees an id**, and neither `Debug` nor the log shows one.
//!
//! # What it doesn't promise
//! - **A disk that hangs in a read.** The thread of a request reads from SQLite itself, because that mostly
//!   takes less time than to ask another thread. If the disk doesn't answer, the thread waits with it, longer
//!   than the deadline, and so do the requests that share it.
//! - **One machine.** Several programs can share a SQLite file, but on a network file system its locks
//!   don't work. Several machines need a [`Store`] on a server. Steps 08a and 08b of the book write one for
//!   Redis and one for PostgreSQL, to copy and to change.
//! - **A power cut with a disk that lies.** SQLite asks the disk to flush and waits, and a disk that says
//!   "done" too early takes the last commits with it.
//! - **Exactly once.** If a write isn't confirmed ([`StoreError::NotCommitted`]), or the client leaves, nobody
//!   knows whether it was done. On a store behind a network it may even be done later, after another program
//!   has loaded the session.
//! - **A rotated id that arrives.** If the client leaves before it gets the new id, the session is there and
//!   nobody has its id. The visitor is anonymous.
//!
//! # Events
//! Each change in a session's life is an event of [`tracing`] with the field `event`: `created`, `rotated`
//! and `destroyed` at the level INFO; `expired` with the field `count`, for a batch of a sweep; `refused` with
//! the reason, as WARN if you can do something about it. If a request is dropped, or the store fails,
//! while such a change is under way, the event says that it may have been made.
//!
//! # A map of the source
//! ```text
//!   request                                                   response
//!      |                                                          ^
//! +----v----------------------------------------------------------|------+
//! | service.rs   opens the session when a handler takes it, and   |      |
//! | caches.rs    sends Set-Cookie, Vary and no-store with the response   |
//! +----|----------------------------------------------------------^------+
//!      |                                                          |
//! +----v-------------+    Id    +---------------------------------|------+
//! | store_engine.rs  |--------->| session.rs  session/ending.rs  place.rs|
//! | id_cookie.rs     |          | read, update, destroy, rotate, close   |
//! | cookie_header.rs |          | session_data.rs  flash.rs  typed.rs    |
//! | find the cookie  |          | JSON values under keys                 |
//! +------------------+          +-------|-------------------------^------+
//!                                       | Key                     | Record
//! +-------------------------------------v-------------------------|------+
//! | engine.rs  turns.rs  expiry.rs                                       |
//! | load, change, save if nobody else has; the limits                    |
//! +-------------------------------------|-------------------------^------+
//!                                       |                         |
//! +-------------------------------------v-------------------------|------+
//! | guarded.rs  time_left.rs   the deadline, and the version of the data |
//! +------------|------------------------|---------------------|----------+
//!              |       trait Store      |     contract.rs     |
//! +------------v--+  +------------------v----------------+  +-v----------+
//! | memory.rs     |  | sqlite_store.rs  database.rs      |  | yours,     |
//! |               |  | rows.rs  writer.rs checkpoints.rs |  | tried by   |
//! |               |  | readers, and group commit         |  | conformance|
//! +---------------+  +-----------------------------------+  +------------+
//! ```
//! `id.rs` and `record.rs` are what a store gets. `options.rs` has the settings, `errors.rs` the errors,
//! `events.rs` what the log says, `spelling.rs` how JSON is spelled, and `debug.rs` what `Debug` shows.

mod caches;
#[cfg(feature = "sqlite")]
mod checkpoints;
#[cfg(feature = "conformance")]
pub mod conformance;
mod contract;
mod cookie_header;
#[cfg(feature = "sqlite")]
mod database;
mod debug;
mod engine;
mod errors;
mod events;
mod expiry;
mod flash;
mod guarded;
mod id;
mod id_cookie;
mod memory;
mod options;
mod place;
mod record;
#[cfg(feature = "sqlite")]
mod rows;
mod service;
mod session;
mod session_data;
mod spelling;
#[cfg(feature = "sqlite")]
mod sqlite_store;
mod store_engine;
mod time_left;
mod turns;
mod typed;
#[cfg(feature = "sqlite")]
mod writer;

// The names under which the steps know these files, whose code is not the same there.
use contract as store;
use errors as error;
use expiry as limits;
use session_data as data;
use time_left as deadline;
use turns as queues;

pub use async_trait::async_trait;
pub use contract::{Store, StoreError};
pub use cookie::SameSite;
#[cfg(feature = "sqlite")]
pub use database::OpenError;
pub use errors::{ConfigError, Error};
pub use id::{Id, Key};
pub use memory::MemoryStore;
pub use options::Options;
pub use record::{Found, Outcome, Record};
pub use service::{MissingLayer, SessionService};
pub use session::Session;
pub use session_data::SessionData;
#[cfg(feature = "sqlite")]
pub use sqlite_store::SqliteStore;
pub use store_engine::Engine;

/// Compiles the example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
