//! Builds the programs under test.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

/// The workspace's folder.
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new("."))
}

/// The program of a step, built once a process: a test run asks for each of them many times.
pub fn of_package(package: &str) -> Result<PathBuf, String> {
    static BUILT: Mutex<BTreeMap<String, PathBuf>> = Mutex::new(BTreeMap::new());
    let mut built = BUILT.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if let Some(path) = built.get(package) {
        return Ok(path.clone());
    }
    let path = build(workspace(), &["--package", package])?;
    built.insert(package.to_owned(), path.clone());
    Ok(path)
}

/// Builds what cargo's arguments select in a folder and gives the path of its program.
///
/// What the compiler says of a program that does not build goes to standard error.
pub fn build(folder: &Path, select: &[&str]) -> Result<PathBuf, String> {
    let (built, mut programs) = built(folder, select)?;
    match programs.pop_last() {
        Some((_, path)) if built => Ok(path),
        None if built => Err(format!("{} has no program: give it a src/main.rs", folder.display())),
        _ => Err("it does not build: mend what the compiler says above".to_owned()),
    }
}

/// Builds what cargo's arguments select in a folder and gives the paths of those programs that
/// could be built, by their names.
pub fn build_all(folder: &Path, select: &[&str]) -> Result<BTreeMap<String, PathBuf>, String> {
    Ok(built(folder, &[&["--keep-going"], select].concat())?.1)
}

fn built(folder: &Path, select: &[&str]) -> Result<(bool, BTreeMap<String, PathBuf>), String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["build", "--quiet", "--message-format=json-render-diagnostics"])
        .args(select)
        .current_dir(folder)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cargo could not be run ({error}): is Rust installed?"))?;
    let messages = String::from_utf8_lossy(&output.stdout);
    let programs = messages.lines().filter_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        let name = message.get("target")?.get("name")?.as_str()?.to_owned();
        Some((name, PathBuf::from(message.get("executable")?.as_str()?)))
    });
    Ok((output.status.success(), programs.collect()))
}
