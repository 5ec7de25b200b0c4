//! `weave` serves the book, `weave build` writes it, `weave preprocess` is mdBook's preprocessor.

use clap::{Parser, Subcommand};
use mdbook_preprocessor::{Preprocessor, parse_input};
use std::io;
use std::process::ExitCode;
use weave::{Repository, Weaver, check};

/// Builds the book and serves it, or does one of the commands.
#[derive(Parser)]
#[command(name = "weave")]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// The port of localhost to serve at; 0 picks a free one.
    #[arg(long, default_value_t = 6544)]
    port: u16,
}

#[derive(Subcommand)]
enum Command {
    /// Checks the book and writes it to book/output.
    Build,
    /// Weaves a book that mdBook gives on standard input.
    Preprocess {
        #[command(subcommand)]
        question: Option<Question>,
    },
}

#[derive(Subcommand)]
enum Question {
    /// Says by its success that this renderer is served.
    Supports { renderer: String },
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match arguments.command {
        Some(Command::Preprocess { question: Some(Question::Supports { .. }) }) => Ok(()),
        Some(Command::Preprocess { question: None }) => preprocess(),
        Some(Command::Build) => build(),
        None => serve(arguments.port).await,
    };
    if let Err(error) = done {
        eprintln!("{error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn repository() -> Result<Repository, String> {
    let here =
        std::env::current_dir().map_err(|error| format!("cannot tell where I am: {error}"))?;
    Repository::around(&here)
}

async fn serve(port: u16) -> Result<(), String> {
    weave::serve(&repository()?, port).await
}

fn build() -> Result<(), String> {
    let repository = repository()?;
    let output = weave::output(&repository)?;
    weave::build(&repository, &output, false)?;
    check::all(&repository, &output).map_err(|mistakes| mistakes.to_string())?;
    println!("written to {}", output.display());
    Ok(())
}

fn preprocess() -> Result<(), String> {
    let (context, book) = parse_input(io::stdin().lock()).map_err(|error| format!("{error:#}"))?;
    let book = Weaver.run(&context, book).map_err(|error| format!("{error:#}"))?;
    serde_json::to_writer(io::stdout().lock(), &book)
        .map_err(|error| format!("cannot give the woven book to mdBook: {error}"))
}
