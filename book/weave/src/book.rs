use crate::mistake::{Mistake, Mistakes};
use crate::repository::Repository;
use crate::weaver::{Chapter, Weaver, chapters};
use mdbook_driver::MDBook;
use mdbook_driver::config::Config;
use std::collections::BTreeMap;
use std::path::Path;

/// The address at which a page of the served book waits until the book is built again.
pub const LIVE_RELOAD: &str = "__livereload";

/// Builds the book into a folder; with `live`, the pages load again when the server tells them.
/// The error is every mistake in the chapters, or what mdBook could not do.
pub fn build(repository: &Repository, output: &Path, live: bool) -> Result<(), String> {
    let mut book = load(repository, |config| {
        config.build.build_dir = output.to_owned();
        if live {
            config.set("output.html.live-reload-endpoint", LIVE_RELOAD)?;
        }
        Ok(())
    })?;
    book.with_preprocessor(Weaver);
    book.build().map_err(|error| told(&error))
}

/// The chapters as they are written.
pub fn written(repository: &Repository) -> Result<Vec<Chapter>, Mistakes> {
    let book = load(repository, |_| Ok(()));
    let book = book.map_err(|what| Mistakes(vec![Mistake::new("book/src/SUMMARY.md", 0, what)]))?;
    Ok(chapters(&book.book))
}

/// The folder that the book is written to.
pub fn output(repository: &Repository) -> Result<std::path::PathBuf, String> {
    let book = load(repository, |_| Ok(()))?;
    Ok(book.root.join(&book.config.build.build_dir))
}

fn load(
    repository: &Repository,
    change: impl FnOnce(&mut Config) -> mdbook_driver::errors::Result<()>,
) -> Result<MDBook, String> {
    let root = repository.path("book");
    let mut config = Config::from_disk(root.join("book.toml")).map_err(|error| told(&error))?;
    // `mdbook build` runs the weaving as a command; here it is already in the program.
    let without = config.set("preprocessor", BTreeMap::<String, String>::new());
    without.and_then(|()| change(&mut config)).map_err(|error| told(&error))?;
    MDBook::load_with_config(root, config).map_err(|error| told(&error))
}

/// An error of mdBook's with its causes; the mistakes alone when that is what it is.
fn told(error: &mdbook_driver::errors::Error) -> String {
    match error.downcast_ref::<Mistakes>() {
        Some(mistakes) => mistakes.to_string(),
        None => format!("{error:#}"),
    }
}
