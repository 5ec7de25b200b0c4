//! Many requests of one session at once, spread over the nodes.

use crate::target::{Outcome, all_at_once, same_visitor, start, visitor};
use harness::ServerCommand;
use std::collections::BTreeMap;

/// How many requests of one session are under way at once.
const AT_ONCE: u64 = 200;

/// Each round shows the next 200 counts, each of them once. The order doesn't matter. What was answered
/// with 503 may have been counted, and then its count is missing.
pub fn parallel(command: &ServerCommand, rounds: u64) -> Outcome {
    let cluster = start(command)?;
    let first = visitor(&cluster.url())?;
    let mut connections = Vec::new();
    for _ in 0..AT_ONCE {
        connections.push(same_visitor(&cluster.url(), first.cookie.as_ref())?);
    }
    let mut by_node: BTreeMap<String, usize> = BTreeMap::new();
    let mut total_sent_again = 0;
    let mut before = 1;
    for round in 1..=rounds {
        let (answers, sent_again) = all_at_once(&mut connections, "GET /slow?wait=20")?;
        total_sent_again += sent_again;
        let mut counts: Vec<u64> = answers.iter().filter_map(|answer| answer.count).collect();
        counts.sort_unstable();
        counts.dedup();
        let highest = counts.last().copied().unwrap_or_default();
        let may_be = before + 1..=before + AT_ONCE + sent_again as u64;
        if counts.len() as u64 != AT_ONCE || !counts.iter().all(|count| may_be.contains(count)) {
            let raised = highest.saturating_sub(before);
            let problem = format!("round {round}: {AT_ONCE} requests raised the count by {raised}");
            return Err(format!("{problem}, and showed {} different counts", counts.len()).into());
        }
        before = highest;
        for node in answers.into_iter().filter_map(|answer| answer.node) {
            *by_node.entry(node).or_default() += 1;
        }
    }
    if by_node.len() < cluster.number_of_nodes() {
        return Err(format!("not every node has answered: {by_node:?}").into());
    }
    let shares: Vec<_> = by_node.iter().map(|(node, number)| format!("{node} {number}")).collect();
    Ok(format!(
        "{rounds} rounds of {AT_ONCE} requests of one session at once, answered by {}: each round showed \
         {AT_ONCE} new counts, each of them once; {total_sent_again} requests were sent again after a 503",
        shares.join(", ")
    ))
}
