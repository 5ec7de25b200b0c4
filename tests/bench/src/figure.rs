//! The figure of the chapter: two bars for each contender, in the page's own colors, so that they can be
//! read light and dark.

use crate::rounds::{Measured, Outcome};
use std::fmt::Write;

/// The height of a contender: its name, and a bar for each number of connections.
const ROW: usize = 62;
const BAR: usize = 17;
/// The width of the ceiling's bar.
const WIDTH: f64 = 280.0;

/// Draws the ratios. `outcomes` has one for each number of connections, and their results are in the
/// order of `names`.
pub fn draw(names: &[&str], outcomes: &[Outcome]) -> String {
    let mut bars = String::new();
    let mut said = String::new();
    for (place, name) in names.iter().enumerate() {
        let top = place * ROW;
        let _ = writeln!(bars, "<text x=\"0\" y=\"{}\">{name}</text>", top + 15);
        let _ = write!(said, "{name}");
        for (line, outcome) in outcomes.iter().enumerate() {
            let measured = &outcome.results[place];
            bars.push_str(&bar(measured, outcome.connections, top + 21 + line * (BAR + 2), line));
            let connections = outcome.connections;
            let _ = write!(said, ", {} with {connections}", shown(measured.ratio.median));
        }
        said.push_str("; ");
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 372 {}\" width=\"372\" role=\"img\" \
         aria-labelledby=\"store-speed-title store-speed-desc\" fill=\"currentColor\">\n\
         <title id=\"store-speed-title\">Requests a second, as a part of those of the same page without \
         a session</title>\n<desc id=\"store-speed-desc\">{}</desc>\n{bars}</svg>\n",
        names.len() * ROW,
        said.trim_end_matches("; ")
    )
}

/// A bar, with the number of connections before it and the ratio behind it.
fn bar(measured: &Measured, connections: usize, top: usize, line: usize) -> String {
    let ratio = measured.ratio.median;
    let width = ratio * WIDTH;
    let opacity = if line == 0 { 0.35 } else { 0.2 };
    let baseline = top + 13;
    format!(
        "<text x=\"30\" y=\"{baseline}\" text-anchor=\"end\" font-size=\"12\">{connections}</text>\n\
         <rect x=\"36\" y=\"{top}\" width=\"{width:.0}\" height=\"{BAR}\" fill-opacity=\"{opacity}\"/>\n\
         <text x=\"{:.0}\" y=\"{baseline}\" font-size=\"12\">{}</text>\n",
        42.0 + width,
        shown(ratio)
    )
}

fn shown(ratio: f64) -> String {
    if ratio < 0.1 { format!("{ratio:.3}") } else { format!("{ratio:.2}") }
}
