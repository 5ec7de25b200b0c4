//! Each node is stopped and started again, one after the other, while visitors load pages.

use crate::target::{NODES, Outcome};
use crate::visitors::{Visitor, look_again, under_load};
use cluster::{Cluster, Plan, Result};
use harness::ServerCommand;

/// We tell the balancer first: it gives the node nothing new, and waits for what it has.
pub fn drained(command: &ServerCommand, times: u64) -> Outcome {
    let cluster = Cluster::start(Plan::new(command.clone(), NODES)?)?;
    deploy(cluster, times, |cluster, node| {
        cluster.haproxy()?.drain(node)?;
        cluster.stop_node(node)?;
        cluster.start_node(node)?;
        cluster.haproxy()?.ready(node)
    })
}

/// Nobody tells the balancer. It finds out by the health check, while the node goes on.
pub fn noticed(command: &ServerCommand, times: u64) -> Outcome {
    let mut plan = Plan::new(command.clone(), NODES)?;
    plan.environment.push(("DRAIN_SECONDS".to_owned(), "2".to_owned()));
    deploy(Cluster::start(plan)?, times, sigterm_alone)
}

/// Nobody tells the balancer, and the node gives it no time to find out.
pub fn abrupt(command: &ServerCommand, times: u64) -> Outcome {
    let cluster = Cluster::start(Plan::new(command.clone(), NODES)?)?;
    deploy(cluster, times, sigterm_alone)
}

fn sigterm_alone(cluster: &mut Cluster, node: usize) -> Result<()> {
    cluster.stop_node(node)?;
    cluster.start_node(node)?;
    cluster.haproxy()?.wait_until_up(node)
}

fn deploy(
    mut cluster: Cluster,
    times: u64,
    replace: fn(&mut Cluster, usize) -> Result<()>,
) -> Outcome {
    let url = cluster.url();
    let mut visitors = Visitor::begin(&url)?;
    let tally = under_load(&url, &mut visitors, || {
        for _ in 0..times {
            for node in 1..=NODES {
                replace(&mut cluster, node)?;
            }
        }
        Ok(())
    })?;
    look_again(&url, &mut visitors)?;
    let not_shown = tally.failed + tally.unavailable;
    if not_shown > 0 {
        return Err(format!("{not_shown} of {} requests failed", tally.sent).into());
    }
    let sent: u64 = visitors.iter().map(|visitor| visitor.sent).sum();
    let answered = cluster.answered("/")?;
    if answered != sent {
        return Err(format!("{sent} requests were sent, and the nodes answered {answered}").into());
    }
    if visitors.iter().any(|visitor| visitor.shown != visitor.sent) {
        return Err("a visitor's count is not the number of the requests".into());
    }
    Ok(format!(
        "{times} deploys of {NODES} nodes under load: {sent} requests, of which 0 failed; the nodes' logs \
         have as many answers, and each visitor's count is the number of the requests"
    ))
}
