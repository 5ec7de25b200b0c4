//! Walks: black boxes with a restart in them.
//!
//! A [`walks::Walk`] drives a program over HTTP as a browser would, and never links to it. Any
//! program in any language can take it that keeps four lines of protocol:
//!
//! 1. It is started with `PORT` (0: pick one) and `STATE_DIR` (where it may keep files) in its
//!    environment.
//! 2. It prints `listening on http://127.0.0.1:PORT` as a line on standard output once it accepts
//!    connections.
//! 3. It may be killed at any moment, and started again on the same `STATE_DIR`.
//! 4. SIGTERM ends it in good order.

pub mod harness;
pub mod walks;
