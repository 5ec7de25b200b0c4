//! A shared cache in front of the balancer.

use crate::target::{Outcome, same_visitor, start};
use cluster::{Result, Varnish};
use harness::{Connection, ServerCommand};

const VISITORS: usize = 2;

/// How many visits the second one is ahead.
const AHEAD: u64 = 100;

/// A visit over a new connection, because Varnish closes those that are idle for five seconds.
fn expect(visitor: &mut Connection, url: &str, number: usize, count: u64) -> Result<()> {
    let mut next = same_visitor(url, visitor.cookie.as_ref())?;
    let answer = next.visit("GET /")?;
    *visitor = next;
    match answer.count {
        Some(shown) if shown == count => Ok(()),
        _ => {
            let problem = format!("visitor {number} expected a count of {count}");
            Err(format!("{problem} and got {answer:?}").into())
        }
    }
}

/// Visitors through a cache take turns, and each sees only their own counts.
pub fn own_pages(command: &ServerCommand, visits: u64) -> Outcome {
    let cluster = start(command)?;
    let varnish = Varnish::start(&cluster.url())?;
    let mut visitors = Vec::new();
    for _ in 0..VISITORS {
        visitors.push(Connection::open(&varnish.url)?);
    }
    // The second visitor is ahead, so that no two ever expect the same count.
    for count in 1..=AHEAD {
        expect(&mut visitors[1], &varnish.url, 2, count)?;
    }
    for count in 1..=visits {
        for (place, visitor) in visitors.iter_mut().enumerate() {
            expect(visitor, &varnish.url, place + 1, count + place as u64 * AHEAD)?;
            let looked = visitor.visit("HEAD /")?;
            if looked.status != 200 {
                return Err(format!("HEAD was answered with {looked:?}").into());
            }
        }
    }
    let pages = cluster.answered("/")?;
    Connection::open(&varnish.url)?.visit("GET /nowhere")?;
    Connection::open(&varnish.url)?.visit("GET /nowhere")?;
    match cluster.answered("/nowhere")? {
        1 => Ok(format!(
            "{VISITORS} visitors through Varnish with {visits} visits in turn: each saw their own counts, \
             and the nodes answered all {pages} requests; a page without a session was asked for twice \
             and answered once by a node, because Varnish had it"
        )),
        number => Err(format!("the cache caches nothing: {number} answers of a node").into()),
    }
}
