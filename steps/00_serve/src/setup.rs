use crate::{Error, Secret};
use std::{fs, path::PathBuf};

// ANCHOR: setup
/// What a step may build its app from.
pub struct Setup {
    /// The folder the step may keep files in: it exists and can be written.
    pub state_dir: PathBuf,
    /// What cookies are signed with.
    pub secret: Secret,
}
// ANCHOR_END: setup

/// A step of a tutorial on web sessions, served on this machine alone.
///
/// The secret is the environment variable SECRET or, without it, what the secret's file holds; a
/// missing file is made on the first start. RUST_LOG says what is logged, as in RUST_LOG=debug.
#[derive(clap::Parser)]
#[command(disable_version_flag = true)]
pub(crate) struct Flags {
    // ANCHOR: flags
    /// Port on 127.0.0.1 to listen on; 0 picks a free one
    #[arg(long, env, default_value_t = 6543)]
    pub port: u16,

    /// Folder to keep files in [default: state/PROGRAM in the current folder]
    #[arg(long, env, value_name = "FOLDER")]
    pub state_dir: Option<PathBuf>,

    /// File that holds the secret [default: the file "secret" in the state folder]
    #[arg(long, env, value_name = "FILE")]
    pub secret_file: Option<PathBuf>,

    /// Seconds to go on accepting visitors after SIGTERM, while a load balancer finds out
    #[arg(long, env, value_name = "SECONDS", default_value_t = 0)]
    pub drain_seconds: u64,
    // ANCHOR_END: flags
}

impl Setup {
    pub(crate) fn new(flags: Flags) -> Result<Self, Error> {
        let state_dir = writable(flags.state_dir.unwrap_or_else(default_state_dir))?;
        let secret_file = flags.secret_file.unwrap_or_else(|| state_dir.join("secret"));
        let secret = Secret::load(&std::path::absolute(secret_file)?)?;
        Ok(Self { state_dir, secret })
    }
}

fn default_state_dir() -> PathBuf {
    let program = std::env::current_exe().unwrap_or_default();
    PathBuf::from("state").join(program.file_stem().unwrap_or("program".as_ref()))
}

/// Tries to write now, so that a folder without permission is noticed at the start and not by a visitor.
// ANCHOR: writable
fn writable(folder: PathBuf) -> Result<PathBuf, Error> {
    let mut maker = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut maker, 0o700);
    maker
        .recursive(true)
        .create(&folder)
        .and_then(|()| tempfile::tempfile_in(&folder))
        .and_then(|_| std::path::absolute(&folder))
        .map_err(|error| {
            let name = folder.display();
            format!("cannot write in {name} ({error}): choose a folder with --state-dir").into()
        })
}
// ANCHOR_END: writable
