//! Every mistake stops the build, and says where it is and what to do.

use crate::fixture::Fixture;
use tempfile::TempDir;

const CHAPTER: &str = "book/src/02_second.md";
const SOURCE: &str = "steps/02_second/src/main.rs";

/// Weaves the fixture with a directive's line replaced; the mistake is on the line given.
fn directive(from: &str, to: &str, line: usize, told: &str) {
    let fixture = Fixture::new();
    fixture.edit(CHAPTER, from, to);
    told_at(&fixture, &format!("{CHAPTER}:{line}: "), told);
}

fn told_at(fixture: &Fixture, place: &str, told: &str) {
    let mistakes = fixture.mistakes();
    let found = mistakes.lines().any(|line| line.starts_with(place) && line.contains(told));
    assert!(found, "no `{place}` with `{told}` in:\n{mistakes}");
    let output = TempDir::new().unwrap();
    let stopped = fixture.build(output.path()).unwrap_err();
    assert!(stopped.contains(told), "{stopped}");
    assert_eq!(output.path().read_dir().unwrap().count(), 0, "something was written");
}

#[test]
fn missing_file() {
    directive("src/main.rs main", "src/gone.rs main", 7, "cannot read steps/02_second/src/gone.rs");
}

#[test]
fn missing_step() {
    directive("{{#step 02_second}}", "{{#step 09_gone}}", 5, "name one of 01_first, 02_second");
}

#[test]
fn missing_anchor() {
    directive("main.rs main", "main.rs gone", 7, "put `ANCHOR: gone`");
}

#[test]
fn unknown_directive() {
    directive("{{#step 02_second}}", "{{#include a.rs}}", 5, "there is no directive `include`");
}

#[test]
fn malformed_arguments() {
    directive("{{#step 02_second}}", "{{#step}}", 5, "write {{#step STEP}}");
}

#[test]
fn directive_that_shares_its_line() {
    directive("{{#step 02_second}}", "Here: {{#step 02_second}}", 5, "alone on a line");
}

#[test]
fn directive_in_a_code_block() {
    directive("cargo run -p step-second", "{{#step 02_second}}", 20, "in a code block");
}

#[test]
fn missing_snapshot() {
    for (from, to) in [
        ("{{#output tutor_list}}", "{{#output gone}}"),
        ("{{#failure second/kept_twice}}", "{{#failure second/gone}}"),
        ("{{#transcript second/count_survives_restart", "{{#transcript second/gone"),
        ("{{#figure second/count_survives_restart", "{{#figure second/gone"),
    ] {
        let fixture = Fixture::new();
        fixture.edit(CHAPTER, from, to);
        told_at(&fixture, CHAPTER, "gone.snap: name a recorded one");
    }
}

#[test]
fn drawing_that_not_everybody_can_read() {
    for (from, to, what) in [
        ("<title id=\"t\">Bars</title>", "", "has no <title>"),
        ("<desc id=\"d\">1 and 2</desc>", "", "has no <desc>"),
        ("currentColor", "black", "is not drawn in currentColor"),
        ("<rect ", "<rect stroke=\"#fff\" ", "sets colours"),
    ] {
        let fixture = Fixture::new();
        fixture.edit("book/src/figures/bars.svg", from, to);
        told_at(&fixture, CHAPTER, what);
    }
    directive("{{#drawing bars", "{{#drawing gone", 31, "cannot read book/src/figures/gone.svg");
}

#[test]
fn file_of_a_step_that_is_no_listing() {
    let file = "{{#file steps/02_second/src/main.rs \"x\"}}";
    directive("{{#output tutor_list}}", file, 33, "show what a step has with `listing`");
    let gone = "{{#file tests/gone.html \"x\"}}";
    directive("{{#output tutor_list}}", gone, 33, "cannot read tests/gone.html");
}

#[test]
fn name_that_leaves_the_folder() {
    directive("{{#output tutor_list}}", "{{#output ../x}}", 33, "write letters, digits");
    directive("{{#drawing bars", "{{#drawing ../x", 31, "write letters, digits");
}

#[test]
fn exchanges_that_are_not_there() {
    for range in ["0-1", "1-3", "2-1", "3"] {
        directive("restart 1-2", &format!("restart {range}"), 23, "choose among 1-2");
    }
    directive("restart 1-2", "restart all", 23, "not a range of exchanges");
}

#[test]
fn wrong_program_without_a_patch() {
    let fixture = Fixture::new();
    std::fs::remove_file(fixture.path("tests/walks/second/wrong/kept_twice.patch")).unwrap();
    told_at(&fixture, CHAPTER, "cannot read tests/walks/second/wrong/kept_twice.patch");
    fixture.write("tests/walks/second/wrong/kept_twice.patch", "@@ -1 +1 @@\nwhat");
    told_at(&fixture, CHAPTER, "`what` is not a line of a unified diff");
}

#[test]
fn snapshot_that_is_no_recording() {
    let fixture = Fixture::new();
    fixture
        .snapshot("tests/walks/second/snapshots/count_survives_restart.snap", "nothing was said");
    told_at(&fixture, CHAPTER, "holds no exchange");
}

#[test]
fn change_without_a_step_before() {
    let fixture = Fixture::new();
    fixture.edit("book/src/01_first.md", "{{#step 01_first}}", "{{#change 01_first}}");
    told_at(&fixture, "book/src/01_first.md:5: ", "no step before 01_first");
}

#[test]
fn unclosed_anchor() {
    let fixture = Fixture::new();
    fixture.edit(SOURCE, "// ANCHOR_END: greet\n", "");
    told_at(&fixture, &format!("{SOURCE}:7: "), "`greet` is not closed");
    told_at(&fixture, &format!("{CHAPTER}:7: "), "`greet` is not closed");
}

#[test]
fn duplicate_anchor() {
    let fixture = Fixture::new();
    fixture.edit(SOURCE, "// ANCHOR: line", "// ANCHOR: greet");
    told_at(&fixture, &format!("{SOURCE}:9: "), "opened a second time");
}

#[test]
fn renamed_anchor() {
    let fixture = Fixture::new();
    fixture.edit(SOURCE, "// ANCHOR: line", "// ANCHOR: other");
    fixture.edit(SOURCE, "// ANCHOR_END: line", "// ANCHOR_END: other");
    told_at(&fixture, &format!("{CHAPTER}:15: "), "no anchor `line`");
    told_at(&fixture, &format!("{SOURCE}:9: "), "no chapter shows the anchor `other`");
}

#[test]
fn listing_taken_out_of_its_chapter() {
    let fixture = Fixture::new();
    fixture.edit(CHAPTER, "{{#listing 02_second/src/main.rs main}}", "");
    told_at(&fixture, &format!("{SOURCE}:1: "), "{{#listing 02_second/src/main.rs main}}");
}

#[test]
fn anchor_of_what_serves_the_steps_is_shown_too() {
    let fixture = Fixture::new();
    fixture.edit("book/src/01_first.md", "{{#listing 00_serve/src/lib.rs serve}}", "");
    told_at(&fixture, "steps/00_serve/src/lib.rs:1: ", "{{#listing 00_serve/src/lib.rs serve}}");
}

const ENGINE: &str = "// ANCHOR: read\nfn read() {}\n// ANCHOR_END: read\n\n\
    // ANCHOR: write\nfn write() {}\n// ANCHOR_END: write\n";

#[test]
fn anchor_of_an_engine_is_shown_too_once_it_has_a_chapter() {
    let fixture = Fixture::new();
    fixture.write("engines/cookie/src/lib.rs", ENGINE);
    fixture.weave().unwrap();
    let file = "{{#file engines/cookie/src/lib.rs read \"lib.rs\"}}";
    fixture.edit(CHAPTER, "{{#output tutor_list}}", file);
    let place = "engines/cookie/src/lib.rs:5: ";
    told_at(&fixture, place, "{{#file engines/cookie/src/lib.rs write \"CAPTION\"}}");
    fixture.edit(CHAPTER, "lib.rs read", "lib.rs gone");
    told_at(&fixture, &format!("{CHAPTER}:33: "), "no anchor `gone`");
}

#[test]
fn step_that_starts_from_what_is_not_there() {
    let fixture = Fixture::new();
    let starts_from = |table: &str| fixture.write("steps/starts_from.toml", table);
    let file = "steps/starts_from.toml";
    starts_from("# Why.\n\n02_second = \"09_gone\"\n");
    told_at(&fixture, &format!("{file}:3: "), "there is no step `09_gone`");
    starts_from("# Why.\n09_gone = \"01_first\"\n");
    told_at(&fixture, &format!("{file}:2: "), "there is no step `09_gone`");
    starts_from("01_first = \"02_second\"\n");
    told_at(&fixture, &format!("{file}:1: "), "01_first cannot start from 02_second");
    starts_from("\n02_second = 1\n");
    told_at(&fixture, &format!("{file}:2: "), "correct it");
}

#[test]
fn last_line_of_a_listing_deleted() {
    let fixture = Fixture::new();
    fixture.edit(
        SOURCE,
        "    println!(\"Hi <b> & {count}\");\n\n    println!(\"and more\");\n",
        "",
    );
    told_at(&fixture, &format!("{SOURCE}:9: "), "anchor `line` holds no line");
}

#[test]
fn chapter_that_is_not_there() {
    let fixture = Fixture::new();
    fixture.edit("book/src/SUMMARY.md", "02_second.md", "02_gone.md");
    assert!(fixture.mistakes().contains("02_gone.md"), "{}", fixture.mistakes());
}

#[test]
fn all_mistakes_are_told_at_once() {
    let fixture = Fixture::new();
    fixture.edit(CHAPTER, "{{#output tutor_list}}", "{{#output gone}}");
    fixture.edit(CHAPTER, "{{#step 02_second}}", "{{#steps}}");
    assert_eq!(fixture.mistakes().lines().count(), 2, "{}", fixture.mistakes());
}
