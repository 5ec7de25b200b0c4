//! A network between two servers that takes its time.

use cluster::Result;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// Passes on what comes, after a delay. What is under way when it is cut is lost.
pub struct Relay {
    pub port: u16,
    streams: Arc<Mutex<Streams>>,
}

#[derive(Default)]
struct Streams {
    is_cut: bool,
    open: Vec<TcpStream>,
}

impl Relay {
    /// Starts one in front of an address, such as `127.0.0.1:6379`.
    pub fn start(behind: &str, delay: Duration) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        let streams = Arc::new(Mutex::new(Streams::default()));
        let shared = Arc::clone(&streams);
        let behind = behind.to_owned();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(&behind) else { break };
                if !join(&shared, &client, &server, delay) {
                    break;
                }
            }
        });
        Ok(Self { port, streams })
    }

    /// From now on nothing comes through any more.
    pub fn cut(&self) {
        let mut streams = self.streams.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        streams.is_cut = true;
        for stream in streams.open.drain(..) {
            // An error means that it is closed already.
            stream.shutdown(Shutdown::Both).ok();
        }
    }
}

impl Drop for Relay {
    /// The thread that accepts ends with the next connection.
    fn drop(&mut self) {
        self.cut();
        TcpStream::connect(("127.0.0.1", self.port)).ok();
    }
}

/// Passes on in both directions. Returns whether it does.
fn join(shared: &Mutex<Streams>, client: &TcpStream, server: &TcpStream, delay: Duration) -> bool {
    let mut streams = shared.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if streams.is_cut {
        return false;
    }
    let ends = [client.try_clone(), server.try_clone(), client.try_clone(), server.try_clone()];
    let Ok(ends) = ends.into_iter().collect::<std::io::Result<Vec<_>>>() else { return false };
    let mut ends = ends.into_iter();
    if let (Some(from), Some(to)) = (ends.next(), ends.next()) {
        pass_on(from, to, delay);
    }
    if let (Some(to), Some(from)) = (ends.next(), ends.next()) {
        pass_on(from, to, delay);
    }
    streams.open.extend([client.try_clone(), server.try_clone()].into_iter().flatten());
    true
}

fn pass_on(mut from: TcpStream, to: TcpStream, delay: Duration) {
    let (sender, parts) = channel();
    thread::spawn(move || deliver(&parts, to, delay));
    thread::spawn(move || {
        let mut octets = [0; 16_384];
        while let Ok(number @ 1..) = from.read(&mut octets) {
            if sender.send((Instant::now(), octets[..number].to_vec())).is_err() {
                break;
            }
        }
    });
}

fn deliver(parts: &Receiver<(Instant, Vec<u8>)>, mut to: TcpStream, delay: Duration) {
    for (came, octets) in parts {
        thread::sleep((came + delay).saturating_duration_since(Instant::now()));
        if to.write_all(&octets).is_err() {
            break;
        }
    }
}
