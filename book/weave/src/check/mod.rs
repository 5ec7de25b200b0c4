//! What must be true of the book beyond its being woven. Every check gives [`Finding`]s; those that
//! `book/exemptions.toml` excuses are left out, and an excuse that nothing needs is a mistake itself.

mod coverage;
mod exempt;
mod insecure;
mod links;
mod prose;
mod sizes;
mod voice;

pub use coverage::coverage;
pub use exempt::exempted;
pub use insecure::insecure;
pub use links::{links, remote};
pub use prose::{fences, words};
pub use sizes::sizes;
pub use voice::voice;

use crate::book::written;
use crate::mistake::{Mistake, Mistakes};
use crate::repository::Repository;
use crate::weaver::weave;
use std::path::Path;

/// Something that a check found.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The check: `coverage`, `fences`, `insecure`, `links`, `remote`, `sizes`, `voice` or `words`.
    pub check: &'static str,
    /// Where, and what to do.
    pub mistake: Mistake,
    /// What an exemption names: the line, the word, the link.
    pub text: String,
}

impl Finding {
    fn new(check: &'static str, mistake: Mistake, text: &str) -> Self {
        Self { check, mistake, text: text.trim().to_owned() }
    }
}

/// Everything at once on a repository and the book that was built from it into `output`.
pub fn all(repository: &Repository, output: &Path) -> Result<(), Mistakes> {
    let failed = |what: String| Mistakes(vec![Mistake::new("book", 0, what)]);
    let chapters = written(repository)?;
    let woven = weave(repository, &chapters)?;
    let mut findings = coverage(repository, &chapters, &woven.listings).map_err(failed)?;
    findings.extend(sizes(repository, &chapters, &woven.listings).map_err(failed)?);
    findings.extend(insecure(repository).map_err(failed)?);
    findings.extend(words(&chapters));
    findings.extend(voice(repository, &chapters).map_err(failed)?);
    findings.extend(fences(&chapters));
    findings.extend(links(&chapters, output).map_err(failed)?);
    findings.extend(remote(&chapters, output).map_err(failed)?);
    let mistakes = exempted(repository, findings).map_err(failed)?;
    if mistakes.is_empty() { Ok(()) } else { Err(Mistakes(mistakes)) }
}
