//! A session engine on the client's side: the cookie holds the whole session.
//!
//! Two formats, one engine. [`Options::sealed`] encrypts; take it unless you share sessions with
//! Pyramid. [`Options::pyramid`] makes the cookie of Pyramid 2's `SignedCookieSessionFactory`, byte
//! for byte, so that two applications on one host with one secret share their visitors' sessions.
//!
//! An [`Engine`] is a tower layer; a handler takes a [`Session`]:
//!
//! ```
//! use axum::{Router, routing::get};
//! use step_cookie_engine::{Engine, Error, Options, Ring, Secret, Session};
//!
//! async fn count(mut session: Session) -> Result<String, Error> {
//!     let count = session.update(|state| {
//!         let count = state.get("counter")?.unwrap_or(0) + 1;
//!         state.insert("counter", count)?;
//!         Ok(count)
//!     })?;
//!     Ok(format!("Count: {count}"))
//! }
//!
//! # fn app(secret: &str) -> Result<Router, step_cookie_engine::Refused> {
//! let engine = Engine::new(&Ring::new(Secret::new(secret)?), &Options::sealed())?;
//! let app = Router::new().route("/", get(count)).layer(engine);
//! # Ok(app)
//! # }
//! ```
//!
//! What no cookie session can do: forget. Anyone who kept an old cookie may send it again, also after
//! [`Session::invalidate`], until it has been idle too long.
//!
//! [`cookies`], [`caches`] and [`keys`] know no format: other engines may stand on them.

pub mod caches;
pub mod cookies;
mod engine;
mod error;
mod flash;
mod format;
mod json;
pub mod keys;
mod layer;
mod session;
mod typed;

pub use engine::{Engine, Options};
pub use error::{Error, Refused};
pub use format::{Format, Hash};
pub use json::Dict;
pub use keys::{Ring, Secret};
pub use layer::{NoLayer, SessionService};
pub use session::Session;
