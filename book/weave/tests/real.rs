//! The real book.

use std::path::Path;
use tempfile::TempDir;
use weave::{Repository, build, check};

pub fn repository() -> Repository {
    Repository::around(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap()
}

#[test]
fn book_is_built_and_every_check_holds() {
    let output = TempDir::new().unwrap();
    build(&repository(), output.path(), false).unwrap_or_else(|mistakes| panic!("\n{mistakes}\n"));
    let checked = check::all(&repository(), output.path());
    checked.unwrap_or_else(|mistakes| panic!("\n{mistakes}\n"));
}
