//! A place for copies of steps: `my/` for the reader's, a folder below `target/` for the tests'.

use super::binary;
use crate::walks::Walk;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The folder of a step, such as `steps/02_sessions` for `sessions`. The error says where it looked.
pub fn step_folder(slug: &str) -> Result<PathBuf, String> {
    let steps = binary::workspace().join("steps");
    let folders = fs::read_dir(&steps).map_err(|error| format!("{}: {error}", steps.display()))?;
    let mut folders = folders.filter_map(|entry| Some(entry.ok()?.path()));
    let is_wanted = |folder: &PathBuf| {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.split_once('_').is_some_and(|(_, rest)| rest == slug)
    };
    folders.find(is_wanted).ok_or_else(|| format!("there is no step {slug} in {}", steps.display()))
}

/// The files of a step or a copy, as paths below its folder, sorted; what cargo builds, what a run
/// keeps and the fuzz workspace are left out.
pub fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(below) = folders.pop() {
        for entry in fs::read_dir(folder.join(&below))? {
            let entry = entry?;
            let path = below.join(entry.file_name());
            if !entry.file_type()?.is_dir() {
                found.push(path);
            } else if !["target", "state", "fuzz"].iter().any(|built| path == Path::new(built)) {
                folders.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// A step's or a copy's files: the text of each by its path.
pub type Texts = BTreeMap<PathBuf, String>;

/// Reads a step or a copy, the lines that mark the book's listings left out.
pub fn read(folder: &Path) -> Result<Texts, String> {
    let read = || -> io::Result<Texts> {
        let text = |file: &PathBuf| fs::read_to_string(folder.join(file));
        files(folder)?
            .into_iter()
            .map(|file| Ok((file.clone(), without_anchors(&text(&file)?))))
            .collect()
    };
    read().map_err(|error| format!("cannot read {} ({error})", folder.display()))
}

/// A step under a new package name: two packages of one name do not go into one workspace.
pub fn renamed_step(slug: &str, package: &str) -> Result<Texts, String> {
    let mut texts = read(&step_folder(slug)?)?;
    let old = format!("name = \"{}\"", crate::walks::package(slug));
    if let Some(manifest) = texts.get_mut(Path::new("Cargo.toml")) {
        *manifest = manifest.replace(&old, &format!("name = \"{package}\""));
    }
    Ok(texts)
}

/// A first program for the first step, which has no step before it.
const FIRST: &str = "//! Begin here.\n\nfn main() {\n    println!(\"Begin here.\");\n}\n";

/// What a reader begins a step with: the step before, and the tests of the step to build. The
/// first step begins with its manifest and a program of one line.
pub fn started(walk: &Walk, package: &str) -> Result<Texts, String> {
    let is_test = |file: &Path| file == Path::new("src/tests.rs") || file.starts_with("src/tests");
    let mut goal = renamed_step(walk.slug, package)?;
    if let Some(before) = walk.before {
        let mut texts = renamed_step(before, package)?;
        texts.retain(|file, _| !is_test(file));
        texts.extend(goal.into_iter().filter(|(file, _)| is_test(file)));
        return Ok(texts);
    }
    goal.retain(|file, _| is_test(file) || file == Path::new("Cargo.toml"));
    goal.insert("src/main.rs".into(), FIRST.to_owned());
    Ok(goal)
}

/// Changes files as a patch in the unified format says. Lines before its first `--- FILE` are
/// passed over. The error says which file the patch does not fit.
pub fn apply(patch: &str, texts: &mut Texts) -> Result<(), String> {
    let parts = patch.split("\n--- ").skip(1).map(|part| format!("--- {part}\n"));
    parts.into_iter().try_for_each(|part| apply_to_file(&part, texts))
}

fn apply_to_file(patch: &str, texts: &mut Texts) -> Result<(), String> {
    let patch = diffy::Patch::from_str(patch).map_err(|error| error.to_string())?;
    let file = PathBuf::from(patch.original().unwrap_or_default());
    let text = texts.get_mut(&file).ok_or_else(|| format!("no file {}", file.display()))?;
    *text = diffy::apply(text, &patch)
        .map_err(|error| format!("the patch does not fit {} ({error})", file.display()))?;
    Ok(())
}

/// Writes a copy. A file that is right is left as it is, and with it cargo's reason not to build.
pub fn write(folder: &Path, texts: &Texts) -> Result<(), String> {
    let write = || -> io::Result<()> {
        for (file, text) in texts {
            write_if_changed(&folder.join(file), text)?;
        }
        for file in files(folder)?.iter().filter(|file| !texts.contains_key(*file)) {
            fs::remove_file(folder.join(file))?;
        }
        Ok(())
    };
    write().map_err(|error| format!("cannot write {} ({error})", folder.display()))
}

/// A step's text without the lines that mark the book's listings.
pub fn without_anchors(text: &str) -> String {
    let lines = text.split_inclusive('\n');
    lines.filter(|line| !line.contains("ANCHOR: ") && !line.contains("ANCHOR_END: ")).collect()
}

fn write_if_changed(file: &Path, text: &str) -> io::Result<()> {
    if fs::read_to_string(file).is_ok_and(|old| old == text) {
        return Ok(());
    }
    fs::create_dir_all(file.parent().unwrap_or(file))?;
    fs::write(file, text)
}

/// A workspace of its own below `target/`, for copies of steps that tests change and build. It has
/// the versions, features and target folder of ours, so that only the copies are built.
pub struct Workshop {
    folder: PathBuf,
}

impl Workshop {
    /// Opens the workshop of this name. Copies that are there from an earlier run are built anew
    /// only if they differ.
    pub fn open(name: &str) -> Result<Self, String> {
        let folder = binary::workspace().join("target/workshop").join(name);
        let shop = Self { folder };
        shop.furnish().map_err(|error| format!("no workshop {name} ({error})"))?;
        Ok(shop)
    }

    fn furnish(&self) -> io::Result<()> {
        let ours = binary::workspace();
        let manifest = fs::read_to_string(ours.join("Cargo.toml"))?;
        let serve = ours.join("steps").display().to_string().replace('\\', "/");
        let mut lines: Vec<String> = manifest.lines().map(str::to_owned).collect();
        lines.retain(|line| !line.starts_with("default-members"));
        for line in &mut lines {
            if line.starts_with("members") {
                *line = "members = [\"copies/*\"]".to_owned();
            }
            *line = line.replace("path = \"steps", &format!("path = \"{serve}"));
        }
        write_if_changed(&self.folder.join("Cargo.toml"), &lines.join("\n"))?;
        // Cargo adds the copies to the lock: it is taken anew when ours has changed.
        let (lock, taken) = (fs::read_to_string(ours.join("Cargo.lock"))?, "Cargo.lock.taken");
        if !fs::read_to_string(self.folder.join(taken)).is_ok_and(|before| before == lock) {
            fs::write(self.folder.join("Cargo.lock"), &lock)?;
            fs::write(self.folder.join(taken), &lock)?;
        }
        Ok(())
    }

    /// Where the copy of this package lies.
    pub fn copy(&self, package: &str) -> PathBuf {
        self.folder.join("copies").join(package)
    }

    /// Takes away copies that an earlier run left and that are not among these.
    pub fn keep_only(&self, packages: &[String]) -> io::Result<()> {
        for entry in fs::read_dir(self.folder.join("copies")).into_iter().flatten() {
            let entry = entry?;
            if !packages.iter().any(|package| entry.file_name() == package.as_str()) {
                fs::remove_dir_all(entry.path())?;
            }
        }
        Ok(())
    }

    /// Builds every copy at once and gives the paths of those that could be built, by their names.
    pub fn build_all(&self) -> Result<BTreeMap<String, PathBuf>, String> {
        let target = target_folder().display().to_string();
        let select = ["--offline", "--workspace", "--target-dir", &target];
        binary::build_all(&self.folder, &select)
    }

    /// Builds a copy and gives the path of its program.
    pub fn build(&self, package: &str) -> Result<PathBuf, String> {
        let target = target_folder().display().to_string();
        binary::build(&self.folder, &["--offline", "--package", package, "--target-dir", &target])
    }
}

fn target_folder() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| binary::workspace().join("target"), PathBuf::from)
}
