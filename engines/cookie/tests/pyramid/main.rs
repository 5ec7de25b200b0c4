//! Real Pyramid and the engine, side by side: `just test-pyramid` runs what is ignored here.

#![allow(clippy::unwrap_used)]

mod differential;
mod differs;
mod oracle;
mod random;
mod sides;
