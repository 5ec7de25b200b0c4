//! The theme's colours, measured.

use crate::real::repository;
use std::collections::BTreeMap;

/// What is read upon what: text needs a contrast of 4.5, a bar or a line that tells something 3.
const TEXTS: [(&str, &[&str]); 10] = [
    ("fg", &["bg", "code-bg", "table-header-bg", "table-alternate-bg", "theme-hover"]),
    ("quiet", &["bg", "code-bg", "sidebar-bg"]),
    ("links", &["bg", "sidebar-bg", "code-bg"]),
    ("sidebar-fg", &["sidebar-bg"]),
    ("code-fg", &["code-bg", "new-bg", "old-bg"]),
    ("code-comment", &["code-bg", "new-bg"]),
    ("code-keyword", &["code-bg", "new-bg"]),
    ("code-string", &["code-bg", "new-bg"]),
    ("code-name", &["code-bg", "new-bg"]),
    ("code-value", &["code-bg", "new-bg"]),
];
const COOKIES: (&str, &[&str]) = ("cookie-fg", &["cookie-bg", "bg"]);
const BARS: [(&str, &[&str]); 3] = [
    ("new-bar", &["code-bg", "new-bg"]),
    ("old-bar", &["code-bg", "old-bg"]),
    ("scrollbar", &["bg", "code-bg"]),
];

/// The light and the dark colour of every variable that is written as `light-dark(#..., #...)`.
fn colours() -> BTreeMap<String, [f64; 2]> {
    let style = std::fs::read_to_string(repository().path("book/theme/book.css")).unwrap();
    let mut colours = BTreeMap::new();
    for line in style.lines() {
        let Some((name, value)) =
            line.trim().strip_prefix("--").and_then(|line| line.split_once(": "))
        else {
            continue;
        };
        let Some(pair) = value.strip_prefix("light-dark(") else { continue };
        let (light, dark) = pair.trim_end_matches(");").split_once(", ").unwrap();
        colours.insert(name.to_owned(), [luminance(light), luminance(dark)]);
    }
    colours
}

/// The relative luminance of `#rrggbb`, as WCAG 2 defines it.
fn luminance(colour: &str) -> f64 {
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

fn measure(pairs: &[(&str, &[&str])], least: f64) {
    let colours = colours();
    for (above, belows) in pairs {
        for below in *belows {
            for (look, name) in ["light", "dark"].iter().enumerate() {
                let one = colours[*above][look];
                let other = colours[*below][look];
                let contrast = (one.max(other) + 0.05) / (one.min(other) + 0.05);
                assert!(contrast >= least, "{above} on {below}, {name}: {contrast:.2}");
            }
        }
    }
}

#[test]
fn text_has_contrast() {
    measure(&TEXTS, 4.5);
    measure(&[COOKIES], 4.5);
}

#[test]
fn bars_have_contrast() {
    measure(&BARS, 3.0);
}
