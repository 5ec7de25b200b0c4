//! Connections that visit, all in one thread.

use crate::visitors::Visitor;
use crate::{Error, page};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// What all connections did in some time.
pub struct Load {
    /// Requests a second.
    pub rate: f64,
    /// Half of the requests took no longer.
    pub p50: Duration,
    /// 99 of 100 requests took no longer.
    pub p99: Duration,
}

/// Visits for some time. Each connection has visitors to itself, chooses one by chance, and sends the next
/// request when it has the page. So no session is in two requests at once.
pub fn visit(
    address: SocketAddr,
    visitors: &mut Vec<Visitor>,
    counts: bool,
    connections: usize,
    time: Duration,
) -> Result<Load, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    fastrand::shuffle(visitors);
    let mut shares: Vec<Vec<Visitor>> = (0..connections).map(|_| Vec::new()).collect();
    for (place, visitor) in visitors.drain(..).enumerate() {
        shares[place % connections].push(visitor);
    }
    runtime.block_on(async {
        let mut open = Vec::new();
        for _ in 0..connections {
            open.push(Connection::open(address).await?);
        }
        let began = Instant::now();
        let mut clients = JoinSet::new();
        for (connection, share) in open.into_iter().zip(shares) {
            clients.spawn(client(connection, share, counts, began + time));
        }
        let mut times = Vec::new();
        for client in clients.join_all().await {
            let (share, took) = client?;
            visitors.extend(share);
            times.extend(took);
        }
        let rate = times.len() as f64 / began.elapsed().as_secs_f64();
        times.sort_unstable();
        let p50 = times[times.len() / 2];
        let p99 = times[times.len() * 99 / 100];
        Ok(Load { rate, p50, p99 })
    })
}

async fn client(
    mut connection: Connection,
    mut visitors: Vec<Visitor>,
    counts: bool,
    until: Instant,
) -> Result<(Vec<Visitor>, Vec<Duration>), Error> {
    let mut times = Vec::new();
    let mut now = Instant::now();
    while now < until {
        let chosen = fastrand::usize(..visitors.len());
        let visitor = &mut visitors[chosen];
        let (count, _) = connection.visit(&visitor.request).await?;
        if counts && count != visitor.count + 1 {
            return Err(format!("a page shows {count} after {}", visitor.count).into());
        }
        visitor.count = count;
        let end = Instant::now();
        times.push(end - now);
        now = end;
    }
    Ok((visitors, times))
}

/// A connection that is kept open from request to request.
pub struct Connection {
    stream: TcpStream,
    buffer: [u8; 4096],
}

impl Connection {
    pub async fn open(address: SocketAddr) -> Result<Self, Error> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: [0; 4096] })
    }

    /// Sends a request. Returns the count on the page, and the whole response.
    pub async fn visit(&mut self, request: &str) -> Result<(u64, &[u8]), Error> {
        self.stream.write_all(request.as_bytes()).await?;
        let mut length = 0;
        while !self.buffer[..length].ends_with(page::END) {
            let more = self.stream.read(&mut self.buffer[length..]).await?;
            if more == 0 {
                return Err(unexpected(&self.buffer[..length]));
            }
            length += more;
        }
        let response = &self.buffer[..length];
        match page::count(response) {
            Some(count) if response.starts_with(b"HTTP/1.1 200 OK\r\n") => Ok((count, response)),
            _ => Err(unexpected(response)),
        }
    }
}

fn unexpected(response: &[u8]) -> Error {
    format!("a program sent no page but {:?}", String::from_utf8_lossy(response)).into()
}
