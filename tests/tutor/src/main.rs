//! The reader's command: starts a copy of a step, checks a program, shows how it differs from ours.

mod check;
mod copies;
mod names;

use clap::{Parser, Subcommand};
use harness::binary;
use names::find_step;
use std::path::PathBuf;
use std::process::ExitCode;

/// Starts, checks and compares your own copies of the steps.
#[derive(Parser)]
#[command(name = "tutor", bin_name = "cargo tutor", version)]
struct Arguments {
    /// Folder of your copies [default: my, in the repository]
    #[arg(long, global = true, value_name = "FOLDER")]
    my: Option<PathBuf>,
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// List the steps, and which of them you have started
    List,
    /// Copy the step that STEP starts from into my/STEP, so that you can go on from there
    Start {
        /// Step to build, such as sessions
        step: String,
    },
    /// Try the promises of a step on a program, and say which it keeps
    Check {
        /// Step whose promises to try, such as sessions
        step: String,
        /// Folder of the program's package [default: my/STEP]
        folder: Option<PathBuf>,
        /// Command that starts a program in any language, such as "python app.py"
        #[arg(long, value_name = "COMMAND", conflicts_with = "folder")]
        run: Option<String>,
        /// Address of a running server, such as http://127.0.0.1:6543
        #[arg(long, conflicts_with_all = ["folder", "run"])]
        url: Option<String>,
        /// Exercise of the chapter to check first, such as head
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
    // Ctrl-C doesn't reach a program in its own process group, so we end it here.
    let handler = ctrlc::set_handler(|| {
        harness::kill_groups();
        std::process::exit(130);
    });
    if let Err(error) = handler {
        eprintln!("warning: Ctrl-C may leave a program running ({error})");
    }
    run(Arguments::parse()).unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::from(2)
    })
}

fn run(arguments: Arguments) -> Result<ExitCode, String> {
    let my = arguments.my.unwrap_or_else(|| binary::workspace().join("my"));
    match arguments.task {
        Task::List => copies::list(&my),
        Task::Start { step } => copies::start(&my, find_step(&step)?),
        Task::Diff { step } => copies::diff(&my, find_step(&step)?),
        Task::Check { step, folder, run, url, exercise } => {
            let walk = find_step(&step)?;
            let folder = folder.unwrap_or_else(|| my.join(walk.slug));
            let target = check::Target { folder: &folder, run: run.as_deref(), url };
            check::check(walk, target, exercise.as_deref())
        }
    }
}
