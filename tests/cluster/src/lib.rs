//! Many nodes of one program behind HAProxy, all on loopback: started, drained, killed, stopped.

#![cfg(unix)]

pub mod command;
mod haproxy;
mod nodes;
mod places;
mod programs;
mod server;
mod varnish;

pub use haproxy::HaProxy;
pub use nodes::{Cluster, Plan, check};
pub use places::{file, free_address};
pub use programs::{on_postgres, on_redis};
pub use varnish::Varnish;

use std::error::Error;

/// What can go wrong here ends in a sentence for a person.
pub type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// The fewest and the most nodes that `haproxy.cfg` knows.
pub const NODES: std::ops::RangeInclusive<usize> = 2..=5;
