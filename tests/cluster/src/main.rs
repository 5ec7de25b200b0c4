//! `just cluster`: a cluster to look at, on this machine alone.

use std::process::ExitCode;

#[cfg(unix)]
use cluster::command::run;

#[cfg(windows)]
fn run() -> Result<(), &'static str> {
    Err("HAProxy doesn't run on Windows: use the Windows Subsystem for Linux")
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
