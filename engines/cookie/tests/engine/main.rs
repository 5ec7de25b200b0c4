//! What the engine promises, tried through its public door.

#![allow(clippy::unwrap_used)]

mod api;
mod attacks;
mod layer;
mod properties;
mod support;
mod vectors;
