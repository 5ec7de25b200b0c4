//! Builds the programs under test.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

/// The workspace's folder.
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// Builds a package of the workspace and gives the path of its program.
///
/// A test run asks for each package many times; each process builds it once. What the compiler says
/// of a program that does not build goes to standard error and the error says so.
pub fn of_package(package: &str) -> Result<PathBuf, String> {
    static BUILT: Mutex<Option<HashMap<String, PathBuf>>> = Mutex::new(None);
    let mut built = BUILT.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let built = built.get_or_insert_default();
    if let Some(path) = built.get(package) {
        return Ok(path.clone());
    }
    let path = build(workspace(), package)?;
    built.insert(package.to_owned(), path.clone());
    Ok(path)
}

/// Builds a package of the workspace in the given folder and gives the path of its program.
pub fn build(workspace: &Path, package: &str) -> Result<PathBuf, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["build", "--quiet", "--message-format=json-render-diagnostics"])
        .args(["--package", package, "--bin", package])
        .current_dir(workspace)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cargo could not be run ({error}): is Rust installed?"))?;
    let messages = String::from_utf8_lossy(&output.stdout);
    let programs = messages.lines().filter_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        Some(PathBuf::from(message.get("executable")?.as_str()?))
    });
    match programs.last() {
        Some(path) if output.status.success() => Ok(path),
        _ => Err(format!("{package} does not build: mend what the compiler says above")),
    }
}
