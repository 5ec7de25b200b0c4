use crate::{ScratchWorkspace, ServerCommand, steps, texts};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A step with a mistake in it.
pub struct WrongProgram {
    /// The package that was built, such as `cluster-version-is-not-compared`.
    pub name: String,
    /// What it breaks: a test or a promise.
    pub breaks: String,
    /// How to start it.
    pub command: ServerCommand,
}

/// A step with each patch of a folder, built at once. The first line of a patch says what it breaks,
/// as in `breaks: visitors_are_never_mixed_up`.
pub fn wrong_programs(
    scratch: &ScratchWorkspace,
    slug: &str,
    folder: &Path,
) -> Result<Vec<WrongProgram>, String> {
    let patches = patches(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let packages: Vec<String> = patches.iter().map(|patch| package(slug, patch)).collect();
    scratch.keep_only(&packages).map_err(|error| error.to_string())?;
    let mut broken = Vec::new();
    for (patch, package) in patches.iter().zip(&packages) {
        let problem = |why: String| format!("{}: {why}", patch.display());
        let text = fs::read_to_string(patch).map_err(|error| problem(error.to_string()))?;
        let mut copy = steps::renamed(slug, package)?;
        texts::apply(&text, &mut copy).map_err(problem)?;
        texts::write(&scratch.copy(package), &copy)?;
        let breaks = text.lines().next().and_then(|line| line.strip_prefix("breaks: "));
        let breaks =
            breaks.ok_or_else(|| problem("its first line must say what it breaks".into()))?;
        broken.push(breaks.to_owned());
    }
    let built = scratch.build_all()?;
    let programs = packages.into_iter().zip(broken).map(|(name, breaks)| {
        let command = ServerCommand::program(built.program(&name)?);
        Ok(WrongProgram { name, breaks, command })
    });
    programs.collect()
}

fn patches(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let files = fs::read_dir(folder)?.map(|entry| Ok(entry?.path()));
    let mut files: Vec<_> = files.collect::<io::Result<_>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "patch"));
    files.sort();
    Ok(files)
}

fn package(slug: &str, patch: &Path) -> String {
    format!("{slug}-{}", patch.file_stem().unwrap_or_default().to_string_lossy()).replace('_', "-")
}
