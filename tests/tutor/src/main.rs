//! The reader's companion: starts a step's copy, checks a program, shows how it differs from ours.

mod check;
mod copies;

use clap::{Parser, Subcommand};
use harness::binary;
use std::path::PathBuf;
use std::process::ExitCode;

/// Starts, checks and compares your own copies of the steps.
#[derive(Parser)]
#[command(name = "tutor", version)]
struct Arguments {
    /// Folder of your copies [default: my, in the repository]
    #[arg(long, global = true, value_name = "FOLDER")]
    my: Option<PathBuf>,
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// List the steps, and which of them you have begun
    List,
    /// Copy the step before into my/STEP, for you to go on from there
    Start {
        /// Step to build, such as sessions
        step: String,
    },
    /// Walk a program and say which of the step's promises it keeps
    Check {
        /// Step whose promises are tried, such as sessions
        step: String,
        /// Folder of the program's package [default: my/STEP]
        folder: Option<PathBuf>,
        /// Command that starts a program in any language, such as "python app.py"
        #[arg(long, value_name = "COMMAND", conflicts_with = "folder")]
        run: Option<String>,
        /// Address of a server that runs already, such as http://127.0.0.1:6543
        #[arg(long, conflicts_with_all = ["folder", "run"])]
        url: Option<String>,
        /// Exercise of the chapter to check instead, such as head
        #[arg(long, value_name = "NAME")]
        exercise: Option<String>,
    },
    /// Show how your copy differs from ours
    Diff {
        /// Step to compare, such as sessions
        step: String,
    },
}

fn main() -> ExitCode {
    // What runs in a process group of its own does not hear Ctrl-C: it is ended here.
    let _ = ctrlc::set_handler(|| {
        harness::kill_groups();
        std::process::exit(130);
    });
    let Arguments { my, task } = Arguments::parse();
    let my = my.unwrap_or_else(|| binary::workspace().join("my"));
    let done = match task {
        Task::List => copies::list(&my),
        Task::Start { step } => copies::start(&my, &step),
        Task::Diff { step } => copies::diff(&my, &step),
        Task::Check { step, folder, run, url, exercise } => {
            let folder = folder.unwrap_or_else(|| my.join(&step));
            check::check(&step, &folder, run.as_deref(), url, exercise.as_deref())
        }
    };
    done.unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::from(2)
    })
}
