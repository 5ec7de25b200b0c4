//! What serves the steps, so that a step's own code is about sessions and nothing else: flags and
//! environment, state folder, secret, log, listener, ready line and shutdown.

mod cookies;
mod failure;
mod listen;
mod requests;
mod secret;
mod setup;

pub use cookies::isolate_cookies;
pub use failure::Failure;
pub use secret::Secret;
pub use setup::Setup;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use clap::Parser;
use std::sync::atomic::{AtomicBool, Ordering};
use std::{io, io::IsTerminal, process::ExitCode, time::Duration};
use tokio_util::task::TaskTracker;

/// An error that keeps a program from starting. Its text says what happened and what to do.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// How long open requests may take to end after the program was asked to stop.
const GRACE: Duration = Duration::from_secs(10);

// ANCHOR: is_stopping
static STOPPING: AtomicBool = AtomicBool::new(false);

/// Whether the program was asked to stop. It may still accept visitors, see `--drain-seconds`.
pub fn is_stopping() -> bool {
    STOPPING.load(Ordering::Relaxed)
}
// ANCHOR_END: is_stopping

/// Makes the app and serves it on loopback until SIGTERM or Ctrl-C.
///
/// Prints `listening on http://127.0.0.1:PORT` to standard output once requests are accepted. What
/// keeps the program from starting becomes a sentence on standard error and exit code 1.
// ANCHOR: serve
pub async fn serve(app: impl AsyncFnOnce(&Setup) -> Result<Router, Error>) -> ExitCode {
    match run(setup::Flags::parse(), app).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
// ANCHOR_END: serve

async fn run(
    flags: setup::Flags,
    app: impl AsyncFnOnce(&Setup) -> Result<Router, Error>,
) -> Result<(), Error> {
    // ANCHOR: run
    start_log()?;
    let stop = listen::stop_signal()?;
    let listener = listen::listener(flags.port)?;
    let drain = Duration::from_secs(flags.drain_seconds);
    let setup = Setup::new(flags)?;
    let app = app(&setup).await?;
    println!("state in {}", setup.state_dir.display());
    println!("listening on http://127.0.0.1:{}", listener.local_addr()?.port());
    let until_stopped = async move {
        stop.await;
        STOPPING.store(true, Ordering::Relaxed);
        if !drain.is_zero() {
            tracing::info!("draining: visitors are accepted for {drain:?} more");
            tokio::time::sleep(drain).await;
        }
        tracing::info!("stopping: open requests have {GRACE:?} to end");
        tokio::spawn(cut_off());
    };
    let tasks = TaskTracker::new();
    let app = app
        .layer(from_fn_with_state(tasks.clone(), requests::run_to_end))
        .layer(from_fn(requests::log));
    axum::serve(listener, app).with_graceful_shutdown(until_stopped).await?;
    // Every connection is closed, but a client that left early may have left a task behind.
    tasks.close();
    tasks.wait().await;
    Ok(())
    // ANCHOR_END: run
}

// ANCHOR: cut_off
async fn cut_off() {
    tokio::time::sleep(GRACE).await;
    tracing::warn!("requests still open after {GRACE:?} are cut off");
    std::process::exit(1);
}
// ANCHOR_END: cut_off

/// Logs to standard error: standard output carries the protocol's lines alone.
// ANCHOR: log
fn start_log() -> Result<(), Error> {
    use tracing_subscriber::{filter::Targets, prelude::*};
    let wanted = std::env::var("RUST_LOG").unwrap_or_else(|_| "info".to_owned());
    let targets: Targets = wanted.parse().map_err(|error| {
        format!("RUST_LOG={wanted} is not understood ({error}): use a level such as info or debug")
    })?;
    let colours = io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(colours);
    tracing_subscriber::registry().with(lines).with(targets).init();
    Ok(())
}
// ANCHOR_END: log
