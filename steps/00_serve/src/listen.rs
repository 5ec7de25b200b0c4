use crate::Error;
use std::{io, net};
use tokio::net::TcpListener;

/// The listener that a watcher handed over (as systemd does, by `LISTEN_FDS`), or a new one.
///
/// A socket handed over stays open while the program is rebuilt: a visit waits and is answered.
// ANCHOR: listener
pub(crate) fn listener(port: u16) -> Result<TcpListener, Error> {
    let listener = match listenfd::ListenFd::from_env().take_tcp_listener(0)? {
        Some(handed_over) => handed_over,
        None => net::TcpListener::bind((net::Ipv4Addr::LOCALHOST, port)).map_err(|error| {
            format!("cannot listen on port {port} ({error}): choose another with --port")
        })?,
    };
    listener.set_nonblocking(true)?;
    Ok(TcpListener::from_std(listener)?)
}
// ANCHOR_END: listener

/// Watches for Ctrl-C and SIGTERM from now on, so that none is missed; ends with the first.
#[cfg(unix)]
// ANCHOR: stop
pub(crate) fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
    })
}
// ANCHOR_END: stop

/// Watches for Ctrl-C from now on.
#[cfg(windows)]
pub(crate) fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move { interrupt.recv().await.unwrap_or_default() })
}
