//! What the engine promises, tried through its public API.

#![allow(clippy::unwrap_used)]

mod api;
mod attacks;
mod flash;
mod json;
mod keyring;
mod layer;
mod program;
mod properties;
mod support;
mod typed;
mod vectors;
