use crate::binary::{self, Built};
use crate::texts::write_if_changed;
use std::fs;
use std::io;
use std::path::PathBuf;

/// A workspace below `target/` for copies of steps that tests change and build. It has the same
/// versions, features and target folder as ours, so cargo builds only the copies.
pub struct ScratchWorkspace {
    folder: PathBuf,
}

impl ScratchWorkspace {
    /// Opens the workspace with this name. Copies from an earlier run are built again only if they
    /// have changed.
    pub fn open(name: &str) -> Result<Self, String> {
        let folder = binary::workspace().join("target/scratch").join(name);
        let scratch = Self { folder };
        scratch
            .write_manifest()
            .map_err(|error| format!("cannot make the workspace {name} ({error})"))?;
        Ok(scratch)
    }

    fn write_manifest(&self) -> io::Result<()> {
        let ours = binary::workspace();
        let manifest = fs::read_to_string(ours.join("Cargo.toml"))?;
        let root = ours.display().to_string().replace('\\', "/");
        let mut lines: Vec<String> = manifest.lines().map(str::to_owned).collect();
        lines.retain(|line| !line.starts_with("default-members"));
        for line in &mut lines {
            if line.starts_with("members") {
                *line = "members = [\"copies/*\"]".to_owned();
            }
            *line = line.replace("path = \"", &format!("path = \"{root}/"));
        }
        write_if_changed(&self.folder.join("Cargo.toml"), &lines.join("\n"))?;
        // Cargo adds the copies to the lockfile, so it is taken again only when ours has changed.
        let lock = fs::read_to_string(ours.join("Cargo.lock"))?;
        let taken = "Cargo.lock.taken";
        if !fs::read_to_string(self.folder.join(taken)).is_ok_and(|before| before == lock) {
            fs::write(self.folder.join("Cargo.lock"), &lock)?;
            fs::write(self.folder.join(taken), &lock)?;
        }
        Ok(())
    }

    /// The folder of this package's copy.
    pub fn copy(&self, package: &str) -> PathBuf {
        self.folder.join("copies").join(package)
    }

    /// Removes the copies that an earlier run left and that are not among these.
    pub fn keep_only(&self, packages: &[String]) -> io::Result<()> {
        for entry in fs::read_dir(self.folder.join("copies")).into_iter().flatten() {
            let entry = entry?;
            if !packages.iter().any(|package| entry.file_name() == package.as_str()) {
                fs::remove_dir_all(entry.path())?;
            }
        }
        Ok(())
    }

    /// Builds every copy at once, as far as they compile.
    pub fn build_all(&self) -> Result<Built, String> {
        let target = target_folder().display().to_string();
        let select = ["--offline", "--workspace", "--target-dir", &target];
        Built::keep_going(&self.folder, &select)
    }

    /// Builds a copy and returns the path of its program.
    pub fn build(&self, package: &str) -> Result<PathBuf, String> {
        let target = target_folder().display().to_string();
        binary::build(&self.folder, &["--offline", "--package", package, "--target-dir", &target])
    }
}

fn target_folder() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| binary::workspace().join("target"), PathBuf::from)
}
