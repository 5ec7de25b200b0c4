//! Measures what a session costs. Each contender serves the same small page with a count in a process of
//! its own, all of them are up at the same time, and one client visits them in turns over loopback.
//!
//! ```sh
//! cargo run --release --package bench              # all contenders; draws the figure of the book
//! cargo run --release --package bench -- million   # a file of 1,000,000 sessions against one of 1,000
//! ```
//!
//! Client and servers share the processors, so what a contender costs shows as requests that are missing.
//! A rate says little by itself, because the speed of a machine changes within minutes. So each round
//! measures the page without a session too, and the result is the median of the ratios to it.

mod apps;
mod clients;
mod compare;
mod contenders;
mod figure;
mod million;
mod page;
mod report;
mod rounds;
mod servers;
mod visitors;

use std::env;
use std::path::Path;
use std::process::ExitCode;

type Error = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments[..] {
        [] => compare::run(),
        ["million"] => million::run(),
        ["serve", program, folder] => apps::serve(program, Path::new(folder)),
        _ => Err("give no argument to compare all contenders, or `million`".into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
