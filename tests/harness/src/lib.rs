//! Starts, visits, kills and restarts a program, and records what happened.
//!
//! A test drives a program over HTTP as a browser would, and never links to it. The program can be
//! written in any language, if it keeps four lines of protocol:
//!
//! 1. It is started with `PORT` (0: pick one) and `STATE_DIR` (where it may keep files) in its
//!    environment.
//! 2. It prints `listening on http://127.0.0.1:PORT` as a line on standard output once it accepts
//!    connections.
//! 3. It may be killed at any moment, and started again on the same `STATE_DIR`.
//! 4. SIGTERM makes it finish the requests that it has begun and exit with code 0.

mod answer;
pub mod binary;
mod browser;
mod connection;
mod cookies;
mod failure;
mod log;
pub mod postgres;
mod program;
mod received;
mod recording;
pub mod redis;
mod restart;
mod rules;
mod rush;
mod sandbox;
mod scratch;
mod service;
pub mod steps;
pub mod texts;
mod visit;
mod wrong;

pub use answer::Answer;
pub use browser::Visitor;
pub use connection::{Connection, ShortAnswer};
pub use failure::{Failure, NotKept, Outcome};
pub use postgres::{OpenTransaction, PostgresServer};
pub use program::{Program, ServerCommand, kill_groups};
pub use recording::{Event, Exchange, Recording};
pub use redis::RedisServer;
pub use rules::why_refused;
pub use rush::Pending;
pub use sandbox::{FormPages, Sandbox, Server};
pub use scratch::ScratchWorkspace;
pub use service::{Needs, Service};
pub use visit::Visit;
pub use wrong::{WrongProgram, wrong_programs};
