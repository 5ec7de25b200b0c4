//! What tower-sessions 0.15 does today when requests meet, end and fail, and that our engine does not.
//!
//! Each story in `stories` visits a program and returns what happened. The tests of tower-sessions
//! assert what it does now, so that they fail when a release does better, and the book has to change.

#![allow(clippy::unwrap_used)]

mod our_engine;
mod site;
mod stories;
mod tower_sessions;
