//! Drawings that are files: made by hand or by a bench.

use crate::html::escape;
use crate::recorded::plain_name;
use crate::repository::Repository;

/// What every drawing has: a description for screen readers, and the colours of the theme.
const ASKED_FOR: [(&str, &str); 4] = [
    ("<svg ", "is not an SVG"),
    ("<title", "has no <title>"),
    ("<desc", "has no <desc>"),
    ("currentColor", "is not drawn in currentColor"),
];

/// `{{#drawing NAME "CAPTION"}}`: the drawing itself, not a link to it, so that it takes the colours of
/// the page.
pub fn drawing(repository: &Repository, name: &str, caption: &str) -> Result<String, String> {
    plain_name(name)?;
    let file = format!("book/src/figures/{name}.svg");
    let svg = repository.read(&file)?;
    let svg: Vec<_> = svg.lines().filter(|line| !line.trim().is_empty()).collect();
    let svg = svg.join("\n");
    if let Some((_, lacks)) = ASKED_FOR.iter().find(|(part, _)| !svg.contains(part)) {
        return Err(format!("{file} {lacks}: correct the drawing"));
    }
    if svg.contains("=\"#") || svg.contains("rgb(") {
        return Err(format!("{file} sets colours: draw in currentColor"));
    }
    let caption = escape(caption);
    Ok(format!("<figure class=\"drawing\">\n{svg}\n<figcaption>{caption}</figcaption>\n</figure>"))
}
