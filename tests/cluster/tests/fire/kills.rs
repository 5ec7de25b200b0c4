//! A node, or the store, that is killed while visitors load pages.

use crate::target::{NODES, Outcome, start};
use crate::visitors::{Visitor, look_again, under_load};
use cluster::{Cluster, Plan};
use harness::{Connection, ServerCommand};
use std::thread;
use std::time::{Duration, Instant};

/// A moment of load, different each time.
fn moment(round: u64) -> Duration {
    Duration::from_millis(200 + round * 61 % 160)
}

pub fn nodes(command: &ServerCommand, times: u64) -> Outcome {
    kill_nodes(start(command)?, times)
}

/// HAProxy that sends a request again to another node whenever one fails.
pub fn nodes_with_eager_retries(command: &ServerCommand, times: u64) -> Outcome {
    let mut plan = Plan::new(command.clone(), NODES)?;
    plan.haproxy = plan.haproxy.replace("retry-on conn-failure", "retry-on all-retryable-errors");
    kill_nodes(Cluster::start(plan)?, times)
}

fn kill_nodes(mut cluster: Cluster, times: u64) -> Outcome {
    let url = cluster.url();
    let mut visitors = Visitor::begin(&url)?;
    let tally = under_load(&url, &mut visitors, || {
        for round in 0..times {
            let node = 1 + round as usize % NODES;
            thread::sleep(moment(round));
            cluster.kill_node(node);
            thread::sleep(moment(round));
            cluster.start_node(node)?;
            cluster.haproxy()?.wait_until_up(node)?;
        }
        Ok(())
    })?;
    look_again(&url, &mut visitors)?;
    // At most one request of each visitor is under way when a node is killed.
    let most = times * visitors.len() as u64;
    if tally.failed > most || tally.unavailable > 0 {
        let (failed, unavailable) = (tally.failed, tally.unavailable);
        return Err(
            format!("{failed} requests failed, {unavailable} were answered with 503").into()
        );
    }
    Ok(format!(
        "{times} kills of a node under load: of {} requests {} were answered and {} failed, those that \
         were on the killed node; no count that was shown was lost, and no request was counted twice",
        tally.sent, tally.answered, tally.failed
    ))
}

/// How long the store is away, longer than a request waits for it.
const AWAY: Duration = Duration::from_secs(5);

pub fn store(command: &ServerCommand, times: u64) -> Outcome {
    kill_store(start(command)?, times)
}

/// HAProxy that asks nobody when no node is healthy.
pub fn store_with_strict_balancer(command: &ServerCommand, times: u64) -> Outcome {
    let mut plan = Plan::new(command.clone(), NODES)?;
    plan.haproxy = plan.haproxy.replace("default_backend none_is_healthy", "default_backend web");
    kill_store(Cluster::start(plan)?, times)
}

fn kill_store(mut cluster: Cluster, times: u64) -> Outcome {
    let url = cluster.url();
    let mut visitors = Visitor::begin(&url)?;
    let mut slowest = Duration::ZERO;
    let tally = under_load(&url, &mut visitors, || {
        for round in 0..times {
            thread::sleep(moment(round));
            cluster.store.kill();
            thread::sleep(AWAY);
            let answer = Connection::open(&url)?.visit("GET /nowhere")?;
            if answer.status != 404 {
                let problem = "a page without a session was answered without the store with";
                return Err(format!("{problem} {answer:?}").into());
            }
            cluster.store.start_again().map_err(|not_kept| not_kept.to_string())?;
            let began = Instant::now();
            for node in 1..=NODES {
                cluster.haproxy()?.wait_until_up(node)?;
            }
            slowest = slowest.max(began.elapsed());
        }
        Ok(())
    })?;
    look_again(&url, &mut visitors)?;
    if tally.failed > 0 || tally.unavailable == 0 {
        let (failed, unavailable) = (tally.failed, tally.unavailable);
        return Err(
            format!("{failed} requests failed, {unavailable} were answered with 503").into()
        );
    }
    Ok(format!(
        "{times} kills of the store under load: of {} requests {} were answered, and {} with 503; pages \
         without a session stayed up; all nodes were healthy {slowest:.1?} after the store was back, \
         without a restart; no count that was shown was lost",
        tally.sent, tally.answered, tally.unavailable
    ))
}
