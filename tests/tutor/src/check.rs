use crate::names::chapter;
use harness::{Needs, NotKept, Sandbox, Server, ServerCommand, binary};
use std::io::{IsTerminal, Write, stdin, stdout};
use std::path::Path;
use std::process::ExitCode;
use walks::{Promise, Report, Walk};

/// The program to check.
pub struct Target<'a> {
    /// The folder of a package.
    pub folder: &'a Path,
    /// A command to run instead.
    pub run: Option<&'a str>,
    /// The address of a running server instead.
    pub url: Option<String>,
}

/// Tries the promises and prints a line for each; the exit code is 1 if one is broken. With an
/// exercise, its own promise comes first.
pub fn check(
    walk: &'static Walk,
    target: Target,
    exercise: Option<&str>,
) -> Result<ExitCode, String> {
    let promises: Vec<&'static Promise> = match exercise {
        Some(name) => walk.solved(walk.exercise(name)?),
        None => walk.promises.iter().collect(),
    };
    let is_package = target.run.is_none() && target.url.is_none();
    let server = walk.equipped(&server(walk, target)?);
    if let Err(not_kept) = Sandbox::open(&server) {
        print_start_failure(walk, &not_kept, is_package);
        return Ok(ExitCode::FAILURE);
    }
    let report = Report::run(walk, promises, &server, |line| println!("{line}"));
    println!("\n{report}");
    if report.broken().is_empty() { Ok(ExitCode::SUCCESS) } else { Ok(ExitCode::FAILURE) }
}

fn server(walk: &Walk, target: Target) -> Result<Server, String> {
    if let Some(command) = target.run {
        return command_to_run(command);
    }
    if let Some(url) = target.url {
        return Ok(Server::Running { url, ask: ask_for_restart });
    }
    built(walk, target.folder)
}

/// Where to read on: a program in another language may have missed the protocol, a copy of a step
/// differs from the chapter.
fn print_start_failure(walk: &Walk, not_kept: &NotKept, is_package: bool) {
    println!("The program doesn't start.\n\n{not_kept}");
    if is_package {
        println!("read:     {}", chapter(walk));
    } else {
        println!("read:     book/src/using_this_book.md, section \"The protocol\"");
    }
}

fn command_to_run(command: &str) -> Result<Server, String> {
    let words = shlex::split(command).filter(|words| !words.is_empty()).ok_or_else(|| {
        format!("the command {command:?} is empty or has an open quote: write it as in a shell")
    })?;
    let words = words.into_iter().map(Into::into).collect();
    Ok(Server::Program(ServerCommand { words, folder: None, grouped: true, needs: Needs::Nothing }))
}

fn built(walk: &Walk, folder: &Path) -> Result<Server, String> {
    if !folder.join("Cargo.toml").is_file() {
        return Err(crate::copies::missing(walk, folder));
    }
    Ok(Server::Program(ServerCommand::program(binary::build(folder, &[])?)))
}

fn ask_for_restart(how: &str) -> bool {
    if !stdin().is_terminal() {
        return false;
    }
    print!("The server has to be {how}, on the same state. Press Enter when done, s to skip: ");
    let mut answer = String::new();
    let read = stdout().flush().and_then(|()| stdin().read_line(&mut answer));
    read.is_ok_and(|length| length > 0) && answer.trim().is_empty()
}
