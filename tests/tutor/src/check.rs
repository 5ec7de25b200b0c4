use harness::{Sandbox, Server, ServerCommand, binary};
use std::io::{IsTerminal, Write, stdin, stdout};
use std::path::Path;
use std::process::ExitCode;
use walks::{Report, find};

/// Walks the program and prints what became of each promise; the exit code is 1 if one broke.
pub fn check(
    step: &str,
    folder: &Path,
    run: Option<&str>,
    url: Option<String>,
    exercise: Option<&str>,
) -> Result<ExitCode, String> {
    let walk = find(step)?;
    let promises = match exercise {
        Some(name) => std::slice::from_ref(walk.exercise(name)?),
        None => walk.promises,
    };
    let server = match (run, url) {
        (Some(command), _) => command_to_run(command)?,
        (None, Some(url)) => Server::Running { url, ask: ask_for_restart },
        (None, None) => built(step, folder)?,
    };
    if let Err(not_kept) = Sandbox::open(&server) {
        println!("The program does not start.\n\n{not_kept}");
        println!("read:     book/src/using_this_book.md, section the protocol");
        return Ok(ExitCode::FAILURE);
    }
    let report = Report::run(walk, promises, &server, |line| println!("{line}"));
    println!("\n{report}");
    Ok(if report.broken().is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn command_to_run(command: &str) -> Result<Server, String> {
    let words = shlex::split(command).filter(|words| !words.is_empty()).ok_or_else(|| {
        format!("the command {command:?} has no words or an open quote: write it as in a shell")
    })?;
    let words = words.into_iter().map(Into::into).collect();
    Ok(Server::Program(ServerCommand { words, folder: None, grouped: true }))
}

fn built(step: &str, folder: &Path) -> Result<Server, String> {
    if !folder.join("Cargo.toml").is_file() {
        let folder = folder.display();
        return Err(format!("no package in {folder}: begin with `just start {step}`"));
    }
    Ok(Server::Program(ServerCommand::program(binary::build(folder, &[])?)))
}

fn ask_for_restart(how: &str) -> bool {
    if !stdin().is_terminal() {
        return false;
    }
    print!("Now the server is to be {how}, on the same state. Enter when done, s to skip: ");
    let mut answer = String::new();
    let read = stdout().flush().and_then(|()| stdin().read_line(&mut answer));
    read.is_ok_and(|length| length > 0) && answer.trim().is_empty()
}
