//! Sessions for axum that live in a cookie: the browser keeps the whole session, and the server keeps
//! nothing but a secret.
//!
//! There are two formats. [`Options::sealed`] encrypts the session; take it unless you share sessions
//! with Pyramid. [`Options::pyramid`] makes the cookie of Pyramid 2's `SignedCookieSessionFactory`, byte
//! for byte, so that two applications on one host with one secret share their visitors' sessions.
//!
//! An [`Engine`] is a tower layer, and a handler takes a [`Session`]:
//!
//! ```
//! use axum::{Router, routing::get};
//! use cookie_engine::{ConfigError, Engine, Error, Keyring, Options, Secret, Session};
//!
//! async fn home(mut session: Session) -> Result<String, Error> {
//!     let (count, messages) = session.update(|data| {
//!         let messages = data.pop_flash::<String>("")?;
//!         let count = data.get("counter")?.unwrap_or(0) + 1;
//!         data.insert("counter", count)?;
//!         Ok((count, messages))
//!     })?;
//!     Ok(format!("{messages:?} Count: {count}"))
//! }
//!
//! fn app(secret: &str) -> Result<Router, ConfigError> {
//!     let keyring = Keyring::new(Secret::new(secret)?);
//!     let engine = Engine::new(&keyring, &Options::sealed())?;
//!     Ok(Router::new().route("/", get(home)).layer(engine))
//! }
//! # assert!(app("4f7d1c9be83a60255e0b9a7c3d1f8642aa55cc33bb99dd77ee11ff0022446688").is_ok());
//! # assert!(app("itsaseekreet").is_err());
//! ```
//!
//! # What a cookie session can't do
//! - It can't forget. Anyone who kept an old cookie can send it again until it has been idle for too
//!   long, also after [`Session::invalidate`].
//! - It can't merge. If two requests of one visitor overlap, the cookie of the later response wins,
//!   which loses the other change. A response that only renews the cookie can win too.
//! - It holds at most 4 KB: [`Error::TooLarge`] says so inside of the handler.
//!
//! # A map of the source
//! ```text
//!   request                                                   response
//!      |                                                          ^
//! +----v----------------------------------------------------------|------+
//! | layer.rs     opens the session when a handler takes it, and   |      |
//! | caches.rs    sends Set-Cookie, Vary and no-store with the response   |
//! +----|----------------------------------------------------------^------+
//!      |                                                          |
//! +----v--------------------+  Loaded  +--------------------------|------+
//! | engine.rs               |--------->| session.rs  typed.rs            |
//! | cookie_header.rs        |          | read, update, invalidate, close |
//! | find the cookie and     |          | session_data.rs  flash.rs       |
//! | check the time          |          | JSON values under keys          |
//! +----|--------------------+          +--------------------------^------+
//!      |                                                          |
//! +----v----------------------------------------------------------|------+
//! | codec.rs    from the value of the cookie to a session, and back      |
//! +----|-------------------|----------------------|----------------------+
//!      |                   |                      |
//! +----v-------+  +--------v----------+  +--------v----------------------+
//! | sealed.rs  |  | pyramid.rs        |  | keyring.rs  secret.rs         |
//! | encryption |  | python.rs         |  | the keys, newest first        |
//! |            |  | HMAC, json.dumps  |  |                               |
//! +------------+  +-------------------+  +-------------------------------+
//! ```
//! `options.rs` has the settings, `errors.rs` the errors, `rejection.rs` what the log says about cookies
//! that give no session, `cookies.rs` the rules of the cookie that is sent, and `spelling.rs` how JSON is
//! spelled in each format.

mod caches;
mod codec;
mod cookie_header;
mod cookies;
mod engine;
mod errors;
mod flash;
mod keyring;
mod layer;
mod options;
mod pyramid;
mod python;
mod rejection;
mod sealed;
mod secret;
mod session;
mod session_data;
mod spelling;
mod typed;

pub use codec::Format;
pub use cookie::SameSite;
pub use cookies::{Attributes, MAX_AGE_LIMIT, MAX_COOKIE_SIZE};
pub use engine::Engine;
pub use errors::{ConfigError, Error};
pub use keyring::{Keyring, Opened};
pub use layer::{MissingLayer, SessionService};
pub use options::Options;
pub use pyramid::Hash;
pub use secret::{MIN_DISTINCT_BYTES, MIN_SECRET_LEN, Secret, WELL_KNOWN};
pub use session::Session;
pub use session_data::SessionData;

/// Compiles the example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
