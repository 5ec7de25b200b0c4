//! Builds the programs under test.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

/// The workspace's folder.
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new("."))
}

/// The program of a step, built once per process: a test run asks for each of them many times.
pub fn of_package(package: &str) -> Result<PathBuf, String> {
    built_once(&["--package", package])
}

/// The program of a package's example, such as `counter` of `cookie-engine`, built once per process.
pub fn of_example(package: &str, example: &str) -> Result<PathBuf, String> {
    built_once(&["--package", package, "--example", example])
}

fn built_once(select: &[&str]) -> Result<PathBuf, String> {
    static BUILT: Mutex<BTreeMap<String, PathBuf>> = Mutex::new(BTreeMap::new());
    let mut built = BUILT.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let key = select.join(" ");
    if let Some(path) = built.get(&key) {
        return Ok(path.clone());
    }
    let path = build(workspace(), select)?;
    built.insert(key, path.clone());
    Ok(path)
}

/// Builds what cargo's arguments select in a folder and returns the path of its program.
///
/// If it does not compile, the error holds what the compiler says.
pub fn build(folder: &Path, select: &[&str]) -> Result<PathBuf, String> {
    let mut built = Built::run(folder, select)?;
    if !built.is_complete {
        let said: String = built.errors.into_values().collect();
        let said = if said.is_empty() { built.output } else { said };
        return Err(does_not_compile(&said));
    }
    let program = built.programs.pop_last();
    let Some((_, path)) = program else {
        return Err(format!("{} has no program: give it a src/main.rs", folder.display()));
    };
    Ok(path)
}

fn does_not_compile(said: &str) -> String {
    format!("the program does not compile: fix what the compiler says\n\n{}", said.trim_end())
}

/// What came of one run of cargo. The compiler's warnings are left out.
pub struct Built {
    programs: BTreeMap<String, PathBuf>,
    /// What the compiler says about each target that does not compile.
    errors: BTreeMap<String, String>,
    /// What cargo itself says.
    output: String,
    is_complete: bool,
}

impl Built {
    /// Builds as much as can be built of what cargo's arguments select in a folder.
    pub fn keep_going(folder: &Path, select: &[&str]) -> Result<Self, String> {
        Self::run(folder, &[&["--keep-going"], select].concat())
    }

    /// The path of a program. If it does not compile, the error holds what the compiler says.
    pub fn program(&self, name: &str) -> Result<PathBuf, String> {
        if let Some(path) = self.programs.get(name) {
            return Ok(path.clone());
        }
        Err(does_not_compile(self.errors.get(name).unwrap_or(&self.output)))
    }

    fn run(folder: &Path, select: &[&str]) -> Result<Self, String> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .args(["build", "--quiet", "--message-format=json"])
            .args(select)
            .current_dir(folder)
            .output()
            .map_err(|error| format!("cannot run cargo ({error}): is Rust installed?"))?;
        let mut built = Self {
            programs: BTreeMap::new(),
            errors: BTreeMap::new(),
            output: String::from_utf8_lossy(&output.stderr).into_owned(),
            is_complete: output.status.success(),
        };
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            built.read_message(line);
        }
        Ok(built)
    }

    /// Reads a line of cargo's output: an object that says what was built, or what is wrong.
    fn read_message(&mut self, line: &str) {
        let message: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
        let Some(name) = message["target"]["name"].as_str() else { return };
        if let Some(path) = message["executable"].as_str() {
            self.programs.insert(name.to_owned(), path.into());
        }
        let diagnostic = &message["message"];
        if diagnostic["level"] == "error"
            && let Some(rendered) = diagnostic["rendered"].as_str()
        {
            self.errors.entry(name.to_owned()).or_default().push_str(rendered);
        }
    }
}
