//! The walks on the original, and one browser that visits the original and a program of ours in turn.
//!
//! `just test-pyramid` installs Pyramid and runs these tests, which are ignored without it.

#![allow(clippy::unwrap_used)]

#[cfg(unix)]
mod alternating;
mod on_pyramid;

use std::ffi::OsString;
use std::path::Path;

/// A Python that has Pyramid.
fn python() -> OsString {
    std::env::var_os("PYRAMID_PYTHON").unwrap_or_else(|| {
        panic!("PYRAMID_PYTHON must name a Python that has Pyramid: run `just test-pyramid`")
    })
}

/// A Pyramid application in this folder.
fn app(name: &str) -> OsString {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pyramid").join(name).into()
}
