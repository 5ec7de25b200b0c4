//! A store that is killed, and a replica that takes its place: what was confirmed and is gone.

use crate::relay::Relay;
use crate::target::{Outcome, same_visitor, visitor};
use cluster::{Cluster, Plan, Result, free_address};
use harness::{Connection, RedisServer, ServerCommand};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// So many visitors count all the time.
const VISITORS: usize = 20;

/// So many sessions may be logged out meanwhile.
const SESSIONS: usize = 150;

const LOAD_FOR: Duration = Duration::from_secs(1);

/// How much longer than the replica is behind a busy machine may take.
const STALL: Duration = Duration::from_millis(500);

/// A primary and its replica, which follows over a network that takes its time.
struct Pair {
    primary: RedisServer,
    replica: RedisServer,
    relay: Relay,
}

/// What was lost in one fail-over, or in several.
#[derive(Default)]
struct Lost {
    confirmed: usize,
    counts: usize,
    logouts: usize,
    revived: usize,
    /// How long before the kill the oldest of the lost writes was confirmed.
    longest: Duration,
}

/// What was confirmed of one visitor or session, and when.
struct Confirmed {
    cookie: Option<String>,
    /// The counts that were shown, one after the other.
    counts: Vec<(u64, Instant)>,
}

fn ask(server: &RedisServer, words: &[&str]) -> Result<String> {
    let reply = server.ask(words)?;
    if reply.starts_with('-') { Err(format!("{words:?}: {reply}").into()) } else { Ok(reply) }
}

impl Pair {
    fn start(delay: Duration) -> Result<Self> {
        let start = || RedisServer::start().map_err(|not_kept| not_kept.to_string());
        let (primary, replica) = (start()?, start()?);
        let address = free_address()?;
        let port = address.rsplit(':').next().unwrap_or_default();
        ask(&primary, &["CONFIG", "SET", "bind", "127.0.0.1"])?;
        ask(&primary, &["CONFIG", "SET", "port", port])?;
        ask(&primary, &["CONFIG", "SET", "repl-diskless-sync-delay", "0"])?;
        let relay = Relay::start(&address, delay)?;
        ask(&replica, &["REPLICAOF", "127.0.0.1", &relay.port.to_string()])?;
        let began = Instant::now();
        while !ask(&replica, &["INFO", "replication"])?.contains("master_link_status:up") {
            if began.elapsed() > Duration::from_secs(15) {
                return Err("the replica never follows the primary".into());
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(Self { primary, replica, relay })
    }
}

/// The nodes know the store by this name, as they would know it by a name in the DNS.
fn point(name: &Path, server: &RedisServer) -> Result<()> {
    let new = name.with_extension("new");
    symlink(server.url().trim_start_matches("unix://"), &new)?;
    Ok(fs::rename(new, name)?)
}

/// A visitor loads pages until one isn't shown.
fn count(url: &str, is_over: &AtomicBool) -> Result<Confirmed> {
    let mut connection = visitor(url)?;
    let cookie = connection.cookie.clone();
    let mut counts = Vec::new();
    while !is_over.load(Ordering::Relaxed) {
        let Ok(answer) = connection.visit("GET /") else { break };
        let Some(count) = answer.count else { break };
        counts.push((count, Instant::now()));
    }
    Ok(Confirmed { cookie, counts })
}

/// The sessions are logged out one after the other, until one can't be.
fn log_out(sessions: Vec<Connection>, is_over: &AtomicBool) -> Vec<(Option<String>, Instant)> {
    let mut ended = Vec::new();
    for mut session in sessions {
        let cookie = session.cookie.clone();
        match session.visit("POST /logout") {
            Ok(answer) if answer.status == 303 => ended.push((cookie, Instant::now())),
            Ok(_) | Err(_) => break,
        }
        if is_over.load(Ordering::Relaxed) {
            break;
        }
    }
    ended
}

fn fail_over(cluster: &Cluster, name: &Path, delay: Duration) -> Result<Lost> {
    let url = cluster.url();
    let mut pair = Pair::start(delay)?;
    point(name, &pair.primary)?;
    // The nodes notice that the store before has ended, and find this one under its name.
    wait_until_healthy(cluster)?;
    let mut sessions = Vec::new();
    for _ in 0..SESSIONS {
        sessions.push(visitor(&url)?);
    }
    let is_over = AtomicBool::new(false);
    let (killed, visitors, ended) = thread::scope(|scope| {
        let counting: Vec<_> =
            (0..VISITORS).map(|_| scope.spawn(|| count(&url, &is_over))).collect();
        let ending = scope.spawn(|| log_out(sessions, &is_over));
        thread::sleep(LOAD_FOR);
        let killed = Instant::now();
        pair.relay.cut();
        pair.primary.kill();
        is_over.store(true, Ordering::Relaxed);
        let visitors: Result<Vec<_>> = counting
            .into_iter()
            .map(|thread| thread.join().map_err(|_| "a visitor panicked")?)
            .collect();
        (killed, visitors, ending.join().unwrap_or_default())
    });
    ask(&pair.replica, &["REPLICAOF", "NO", "ONE"])?;
    point(name, &pair.replica)?;
    wait_until_healthy(cluster)?;
    let mut lost = Lost::default();
    for visitor in visitors? {
        lost.add_counts(&url, &visitor, killed)?;
    }
    for (cookie, when) in ended {
        lost.add_logout(&url, cookie.as_ref(), killed.saturating_duration_since(when))?;
    }
    Ok(lost)
}

fn wait_until_healthy(cluster: &Cluster) -> Result<()> {
    let began = Instant::now();
    while Connection::open(&cluster.url())?.visit("GET /")?.count.is_none() {
        if began.elapsed() > Duration::from_secs(15) {
            return Err("the nodes never reach the new primary".into());
        }
    }
    Ok(())
}

impl Lost {
    fn add_counts(&mut self, url: &str, visitor: &Confirmed, killed: Instant) -> Result<()> {
        let answer = same_visitor(url, visitor.cookie.as_ref())?.visit("GET /")?;
        let next = answer.count.ok_or_else(|| format!("after the fail-over {answer:?} came"))?;
        self.confirmed += visitor.counts.len();
        for (count, when) in &visitor.counts {
            // This count is shown a second time, or a later one is.
            if *count >= next {
                self.counts += 1;
                self.longest = self.longest.max(killed.saturating_duration_since(*when));
            }
        }
        Ok(())
    }

    fn add_logout(&mut self, url: &str, cookie: Option<&String>, before: Duration) -> Result<()> {
        self.logouts += 1;
        let answer = same_visitor(url, cookie)?.visit("GET /")?;
        match answer.count {
            Some(1) => {}
            Some(2) => {
                self.revived += 1;
                self.longest = self.longest.max(before);
            }
            _ => return Err(format!("after the fail-over {answer:?} came").into()),
        }
        Ok(())
    }

    fn add(&mut self, other: &Self) {
        self.confirmed += other.confirmed;
        self.counts += other.counts;
        self.logouts += other.logouts;
        self.revived += other.revived;
        self.longest = self.longest.max(other.longest);
    }
}

/// Fail-overs with a network between primary and replica that takes so long. What is lost was confirmed
/// in that time and a little more, and never before.
pub fn replica(command: &ServerCommand, times: u64) -> Outcome {
    fail_overs(command, times, Duration::ZERO)
}

/// The same with a replica that is much further behind than its network says.
pub fn replica_that_lags(command: &ServerCommand, times: u64) -> Outcome {
    fail_overs(command, times, LOAD_FOR)
}

fn fail_overs(command: &ServerCommand, times: u64, lag: Duration) -> Outcome {
    let folder = TempDir::with_prefix("failover-")?;
    let name: PathBuf = folder.path().join("store.sock");
    let first = RedisServer::start().map_err(|not_kept| not_kept.to_string())?;
    point(&name, &first)?;
    let mut plan = Plan::new(command.clone(), 2)?;
    plan.environment.push(("REDIS_URL".to_owned(), format!("unix://{}", name.display())));
    let cluster = Cluster::start(plan)?;
    drop(first);
    let mut report = Vec::new();
    for delay in [0, 5, 50].map(Duration::from_millis) {
        let mut lost = Lost::default();
        for _ in 0..times {
            lost.add(&fail_over(&cluster, &name, delay + lag)?);
        }
        let Lost { confirmed, counts, logouts, revived, longest } = lost;
        if confirmed == 0 || logouts == 0 {
            return Err("nothing was confirmed before the fail-over".into());
        }
        let line = format!(
            "{} ms away: of {confirmed} counts that were shown {counts} are gone, and of {logouts} logouts \
             {revived}, all of them confirmed in the last {:.1} ms",
            delay.as_millis(),
            longest.as_secs_f64() * 1000.0
        );
        if longest > delay + STALL {
            return Err(format!("{line}, which is longer than the replica is behind").into());
        }
        report.push(line);
    }
    Ok(format!("{times} fail-overs each to a replica, {}", report.join("; ")))
}
