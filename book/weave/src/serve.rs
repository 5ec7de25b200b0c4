use crate::book::{LIVE_RELOAD, build};
use crate::repository::Repository;
use crate::watch::Watch;
use axum::Router;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use axum::routing::any;
use std::io;
use std::path::Path;
use std::time::Instant;
use tokio::net::TcpListener;
use tokio::sync::watch::{Receiver, channel};
use tower_http::services::{ServeDir, ServeFile};

/// Builds the book, serves it at this port of localhost, and builds it again after every edit,
/// until Ctrl-C or SIGTERM. The error says why it could not be built or served.
pub async fn serve(repository: &Repository, port: u16) -> Result<(), String> {
    // Before there is anything to clean up: a stopped server deletes the folder of its pages.
    let stopped = stopped().map_err(|error| format!("cannot wait for Ctrl-C: {error}"))?;
    let folder = tempfile::tempdir().map_err(|error| format!("cannot make a folder: {error}"))?;
    build(repository, folder.path(), true)?;
    let watch = Watch::over(repository)?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await;
    let listener = listener.map_err(|error| {
        format!("cannot listen on port {port} ({error}): free it, or choose one with --port")
    })?;
    let port = listener.local_addr().map_or(port, |address| address.port());
    println!("listening on http://localhost:{port}/");
    let (built, news) = channel(());
    let repository = repository.clone();
    let output = folder.path().to_owned();
    std::thread::spawn(move || {
        while watch.wait() {
            if build_again(&repository, &output) {
                built.send_replace(());
            }
        }
    });
    let app = pages(folder.path(), news);
    // Open pages keep a connection for the news: the server does not wait for them.
    tokio::select! {
        served = async { axum::serve(listener, app).await } => {
            served.map_err(|error| format!("cannot serve: {error}"))
        }
        () = stopped => Ok(()),
    }
}

/// Listens for Ctrl-C and SIGTERM from now on, and waits for one of them.
#[cfg(unix)]
fn stopped() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    })
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
fn stopped() -> io::Result<impl Future<Output = ()>> {
    Ok(async { drop(tokio::signal::ctrl_c().await) })
}

fn build_again(repository: &Repository, output: &Path) -> bool {
    let begun = Instant::now();
    match build(repository, output, true) {
        Ok(()) => {
            println!("built again in {} ms", begun.elapsed().as_millis());
            true
        }
        Err(mistakes) => {
            eprintln!("{mistakes}\nthe book stays as it was: correct that");
            false
        }
    }
}

fn pages(folder: &Path, news: Receiver<()>) -> Router {
    let missing = ServeFile::new(folder.join("404.html"));
    let live = any(async move |upgrade: WebSocketUpgrade| -> Response {
        upgrade.on_upgrade(move |socket| tell(socket, news))
    });
    Router::new()
        .route(&format!("/{LIVE_RELOAD}"), live)
        .fallback_service(ServeDir::new(folder).not_found_service(missing))
}

/// Tells a page once that the book was built again; the page then reloads and connects again.
async fn tell(mut socket: WebSocket, mut news: Receiver<()>) {
    news.mark_unchanged();
    tokio::select! {
        changed = news.changed() => {
            if changed.is_ok() {
                // The page is gone already when it cannot be told.
                socket.send(Message::text("reload")).await.ok();
            }
        }
        _ = socket.recv() => {}
    }
}
