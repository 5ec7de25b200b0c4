//! The tables.

use crate::compare::Taken;
use crate::rounds::{Outcome, ROUNDS, TURN};
use std::fmt::Write;
use std::time::Duration;

/// How fast each contender was.
pub fn speed(names: &[&str], outcome: &Outcome) -> String {
    let mut text = format!(
        "\n{} connections, {ROUNDS} rounds of {TURN:?} each. No session: {:.0} requests a second \
         (middle half {:.0} to {:.0})\n{:36} {:>8} {:>14} {:>10} {:>10}\n",
        outcome.connections,
        outcome.ceiling.median,
        outcome.ceiling.low,
        outcome.ceiling.high,
        "",
        "ratio",
        "middle half",
        "p50 ms",
        "p99 ms"
    );
    for (name, measured) in names.iter().zip(&outcome.results) {
        let ratio = &measured.ratio;
        let middle = format!("{:.3}–{:.3}", ratio.low, ratio.high);
        let p50 = milliseconds(measured.p50);
        let p99 = milliseconds(measured.p99);
        let _ = writeln!(text, "{name:36} {:>8.3} {middle:>14} {p50:>10} {p99:>10}", ratio.median);
    }
    text
}

fn milliseconds(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64() * 1000.0)
}

/// What each contender takes of memory and disk.
pub fn size(names: &[&str], taken: &[Taken]) -> String {
    let mut text = format!(
        "\n{:36} {:>12} {:>16} {:>14}\n",
        "", "resident MB", "octets/session", "cookie octets"
    );
    for (name, taken) in names.iter().zip(taken) {
        let resident = taken.resident.map(|octets| format!("{:.1}", octets as f64 / 1e6));
        let resident = resident.unwrap_or_else(|| "unknown".to_owned());
        let session = taken.session.map(|octets| octets.to_string());
        let session = session.unwrap_or_else(|| "unknown".to_owned());
        let _ = writeln!(text, "{name:36} {resident:>12} {session:>16} {:>14}", taken.cookie);
    }
    text
}
