//! What is compared.

use crate::Error;
use crate::servers::Server;
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A page of a program.
#[derive(Clone, Copy)]
pub struct Contender {
    pub name: &'static str,
    pub program: Program,
    pub path: &'static str,
    pub keeps: Keeps,
}

#[derive(Clone, Copy)]
pub enum Program {
    /// One of `apps.rs`.
    Ours(&'static str),
    /// Real Pyramid on waitress.
    Pyramid,
}

/// Where a program keeps its sessions.
#[derive(Clone, Copy, PartialEq)]
pub enum Keeps {
    Nothing,
    Cookie,
    Memory,
    File,
}

/// The page without a session, which the others are compared with.
pub const CEILING: Contender = contender("no session", "no-session", Keeps::Nothing);

/// All of them, in the order in which they are shown.
pub const ALL: [Contender; 9] = [
    CEILING,
    contender("tower-sessions, memory", "tower-memory", Keeps::Memory),
    contender("tower-sessions, SQLite as it comes", "tower-stock", Keeps::File),
    contender("tower-sessions, SQLite with WAL", "tower-durable", Keeps::File),
    contender("cookie-engine, sealed", "sealed", Keeps::Cookie),
    contender("store-engine, memory", "store-memory", Keeps::Memory),
    contender("store-engine, SQLite", "store-sqlite", Keeps::File),
    Contender {
        path: "/read",
        ..contender("store-engine, SQLite, only read", "store-sqlite", Keeps::File)
    },
    Contender {
        name: "Pyramid on waitress, signed cookie",
        program: Program::Pyramid,
        path: "/",
        keeps: Keeps::Cookie,
    },
];

pub const fn contender(name: &'static str, program: &'static str, keeps: Keeps) -> Contender {
    Contender { name, program: Program::Ours(program), path: "/", keeps }
}

impl Contender {
    /// Whether each visit to a session shows one more than the last.
    pub fn counts(&self) -> bool {
        matches!(self.keeps, Keeps::Memory | Keeps::File) && self.path == "/"
    }

    /// Starts the program, which keeps its file in a folder.
    pub fn start(&self, folder: &Path) -> Result<Server, Error> {
        match self.program {
            Program::Ours(program) => {
                let mut command = Command::new(env::current_exe()?);
                command.args(["serve", program]).arg(folder);
                Server::start(&mut command)
            }
            Program::Pyramid => {
                let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("on_waitress.py");
                Server::start(Command::new(python()).arg(script).env("STATE_DIR", folder))
            }
        }
    }
}

/// The Python that `just test-pyramid` installs Pyramid for.
pub fn python() -> PathBuf {
    let program = if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" };
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/pyramid").join(program)
}

/// A folder for the files of the programs, next to this one. `/tmp` may be in memory, where a flush costs
/// nothing.
pub fn scratch() -> Result<TempDir, Error> {
    let program = env::current_exe()?;
    Ok(tempfile::tempdir_in(program.parent().unwrap_or(Path::new(".")))?)
}
