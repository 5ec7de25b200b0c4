//! Lets contenders take turns.

use crate::Error;
use crate::clients::{self, Load};
use crate::contenders::Contender;
use crate::servers::Server;
use crate::visitors::Visitor;
use std::thread::sleep;
use std::time::Duration;

/// How many rounds count. One more comes first, to warm up.
pub const ROUNDS: usize = 9;
/// How long each contender is visited in a round.
pub const TURN: Duration = Duration::from_millis(800);
/// Lets a program finish what it does after its last response, such as copying a log.
const PAUSE: Duration = Duration::from_millis(100);

/// A contender that is up, and its visitors.
pub struct Running {
    pub contender: Contender,
    pub server: Server,
    pub visitors: Vec<Visitor>,
}

/// What came of all rounds with one number of connections.
pub struct Outcome {
    pub connections: usize,
    /// Of the first contender, the ceiling: requests a second.
    pub ceiling: Spread,
    /// Of each contender.
    pub results: Vec<Measured>,
}

pub struct Measured {
    /// Requests a second, as a part of the ceiling's in the same round.
    pub ratio: Spread,
    /// The medians of the rounds.
    pub p50: Duration,
    pub p99: Duration,
}

/// The values of all rounds: a quarter is below `low`, and a quarter above `high`.
pub struct Spread {
    pub low: f64,
    pub median: f64,
    pub high: f64,
}

/// Visits all contenders in turns, every other round from the last to the first.
pub fn run(contenders: &mut [Running], connections: usize) -> Result<Outcome, Error> {
    let mut loads: Vec<Vec<Load>> = contenders.iter().map(|_| Vec::new()).collect();
    for round in 0..=ROUNDS {
        let mut order: Vec<usize> = (0..contenders.len()).collect();
        if round % 2 == 1 {
            order.reverse();
        }
        for place in order {
            let load = turn(&mut contenders[place], connections)?;
            if round > 0 {
                loads[place].push(load);
            }
        }
    }
    let rates = |loads: &[Load]| -> Vec<f64> { loads.iter().map(|load| load.rate).collect() };
    let ceiling = rates(&loads[0]);
    let results = loads.iter().map(|loads| measured(loads, &ceiling)).collect();
    Ok(Outcome { connections, ceiling: spread(ceiling), results })
}

fn turn(running: &mut Running, connections: usize) -> Result<Load, Error> {
    let Running { contender, server, visitors } = running;
    let load = clients::visit(server.address, visitors, contender.counts(), connections, TURN)
        .map_err(|error| format!("{}: {error}", contender.name))?;
    sleep(PAUSE);
    Ok(load)
}

fn measured(loads: &[Load], ceiling: &[f64]) -> Measured {
    let ratios = loads.iter().zip(ceiling).map(|(load, ceiling)| load.rate / ceiling);
    Measured {
        ratio: spread(ratios.collect()),
        p50: median(loads.iter().map(|load| load.p50)),
        p99: median(loads.iter().map(|load| load.p99)),
    }
}

pub fn spread(mut values: Vec<f64>) -> Spread {
    values.sort_by(f64::total_cmp);
    let part = |quarters| values[(values.len() - 1) * quarters / 4];
    Spread { low: part(1), median: part(2), high: part(3) }
}

fn median(times: impl Iterator<Item = Duration>) -> Duration {
    let mut times: Vec<Duration> = times.collect();
    times.sort_unstable();
    times[times.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratio_is_taken_within_its_round() {
        let load = |rate| Load { rate, p50: Duration::ZERO, p99: Duration::ZERO };
        // The machine was twice as fast in the second round.
        let measured = measured(&[load(50.0), load(100.0), load(51.0)], &[100.0, 200.0, 100.0]);
        assert!((measured.ratio.median - 0.5).abs() < 1e-9);
    }
}
