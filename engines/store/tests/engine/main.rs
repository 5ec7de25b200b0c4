//! What the engine promises, tried through its public API.

#![allow(clippy::unwrap_used)]

mod api;
mod conformance;
mod cookies;
mod debug;
mod drops;
mod events;
mod files;
mod flash;
mod layer;
mod limits;
mod options;
mod outages;
mod program;
mod random;
mod schema;
mod support;
mod test_store;
mod typed;
