//! The cluster that is under fire.

use cluster::{Cluster, Plan, Result};
use harness::{Connection, ServerCommand, ShortAnswer};
use std::io;

/// The counts in a sentence, or what went wrong.
pub type Outcome = Result<String>;

/// How many nodes are under fire.
pub const NODES: usize = 3;

/// How often a request is sent again that a node had no time for.
const MAX_RETRIES: usize = 5;

/// A cluster of the usual size.
pub fn start(command: &ServerCommand) -> Result<Cluster> {
    Cluster::start(Plan::new(command.clone(), NODES)?)
}

/// A new visitor, whose count is 1.
pub fn visitor(url: &str) -> Result<Connection> {
    let mut visitor = Connection::open(url)?;
    let answer = visitor.visit("GET /")?;
    match answer.count {
        Some(1) => Ok(visitor),
        _ => Err(format!("a new visitor got {answer:?}").into()),
    }
}

/// Another connection of the same visitor.
pub fn same_visitor(url: &str, cookie: Option<&String>) -> io::Result<Connection> {
    let mut connection = Connection::open(url)?;
    connection.cookie = cookie.cloned();
    Ok(connection)
}

/// A request over each connection, all under way at once. One that is answered with 503 is sent again,
/// because a busy machine may have had no time for it. Returns the answers and how many were sent again.
pub fn all_at_once(
    connections: &mut [Connection],
    line: &str,
) -> Result<(Vec<ShortAnswer>, usize)> {
    for connection in &mut *connections {
        connection.send(line)?;
    }
    let mut answers = Vec::new();
    let mut sent_again = 0;
    for connection in connections {
        let mut answer = connection.receive()?;
        for _ in 0..MAX_RETRIES {
            if answer.status != 503 {
                break;
            }
            sent_again += 1;
            answer = connection.visit(line)?;
        }
        answers.push(answer);
    }
    Ok((answers, sent_again))
}
