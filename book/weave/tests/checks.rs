//! What the checks find in small books with one thing wrong.

use crate::fixture::Fixture;

const CHAPTER: &str = "book/src/02_second.md";
const SOURCE: &str = "steps/02_second/src/main.rs";

fn found(fixture: &Fixture, place: &str, told: &str) {
    let findings = fixture.findings();
    let found = findings.lines().any(|line| line.starts_with(place) && line.contains(told));
    assert!(found, "no `{place}` with `{told}` in:\n{findings}");
}

#[test]
fn nothing_is_found_where_all_is_well() {
    assert_eq!(Fixture::new().findings(), "");
}

#[test]
fn new_line_that_no_listing_shows_is_found() {
    let fixture = Fixture::new();
    fixture.edit(SOURCE, "\n#[cfg(test)]", "\nfn hidden() {}\n\n#[cfg(test)]");
    found(&fixture, &format!("{SOURCE}:21: "), "`fn hidden() {}` is new");
    fixture.write("steps/02_second/templates/home.html", "<p>new</p>\n");
    found(&fixture, "steps/02_second/templates/home.html:1: ", "`<p>new</p>` is new");
}

#[test]
fn listing_of_another_chapter_does_not_count() {
    let fixture = Fixture::new();
    fixture.edit(CHAPTER, "{{#listing 02_second/Cargo.toml}}", "");
    let listing = "# First\n\n{{#listing 02_second/Cargo.toml}}";
    fixture.edit("book/src/01_first.md", "# First", listing);
    found(&fixture, "steps/02_second/Cargo.toml:6: ", "cookie");
}

#[test]
fn line_deleted_from_an_earlier_step_is_new_in_the_next() {
    let fixture = Fixture::new();
    fixture.edit("steps/01_first/src/main.rs", "fn greet() {", "fn greet(count: &str) {");
    fixture.edit(CHAPTER, "   {{#listing 02_second/src/main.rs greet}}", "   gone");
    fixture.edit(SOURCE, "// ANCHOR: greet\n", "");
    fixture.edit(SOURCE, "// ANCHOR_END: greet\n", "");
    assert!(!fixture.findings().contains("fn greet"), "{}", fixture.findings());
    fixture.edit("steps/01_first/src/main.rs", "fn greet(count: &str) {\n", "");
    found(&fixture, SOURCE, "`fn greet(count: &str) {` is new");
}

#[test]
fn step_without_a_chapter_is_found() {
    let fixture = Fixture::new();
    fixture.write(
        "steps/03_third/src/main.rs",
        "// ANCHOR: main\nfn main() {}\n// ANCHOR_END: main\n",
    );
    found(&fixture, "book/src/03_third.md: ", "step 03_third has no chapter");
}

#[test]
fn broken_link_and_fragment_are_found() {
    let fixture = Fixture::new();
    fixture.edit(CHAPTER, "01_first.md#first", "01_first.md#gone");
    found(&fixture, &format!("{CHAPTER}:3: "), "no `#gone`");
    fixture.edit(CHAPTER, "01_first.md#gone", "09_gone.md");
    found(&fixture, &format!("{CHAPTER}:3: "), "leads nowhere");
}

#[test]
fn second_element_of_an_id_is_found() {
    let fixture = Fixture::new();
    fixture.edit(CHAPTER, "Go back", "<span id=\"second\"></span> Go back");
    found(&fixture, CHAPTER, "two elements have the id `second`");
}

#[test]
fn remote_asset_is_found_and_a_link_is_none() {
    let fixture = Fixture::new();
    fixture.edit(CHAPTER, "Go back", "![cat](https://example.org/cat.png) Go back");
    found(&fixture, &format!("{CHAPTER}:3: "), "loaded from elsewhere");
    fixture.edit(CHAPTER, "![cat]", "[cat]");
    assert_eq!(fixture.findings(), "");
}

#[test]
fn typed_code_is_found() {
    let fixture = Fixture::new();
    fixture.edit(CHAPTER, "```sh", "```rust");
    found(&fixture, &format!("{CHAPTER}:19: "), "show it with a directive");
}

#[test]
fn forbidden_word_is_found() {
    let fixture = Fixture::new();
    fixture.edit(CHAPTER, "Go back", "Just go back");
    found(&fixture, &format!("{CHAPTER}:3: "), "`just`");
}

#[test]
fn marker_that_outlived_its_step_is_found() {
    let fixture = Fixture::new();
    let marked = "greet(&count()); // INSECURE until step-second: no secret";
    fixture.edit(SOURCE, "greet(&count());", marked);
    found(&fixture, &format!("{SOURCE}:3: "), "insecure until 02_second");
    fixture.edit(SOURCE, "until step-second", "until step-login");
    assert_eq!(fixture.findings(), "");
}

/// A third step that is a copy of the first, with a chapter.
fn with_third_from_first() -> Fixture {
    let fixture = Fixture::new();
    fixture.write("steps/starts_from.toml", "03_third = \"01_first\"\n");
    for file in ["Cargo.toml", "src/main.rs"] {
        let text = std::fs::read_to_string(fixture.path("steps/01_first").join(file)).unwrap();
        let lines = text.lines().filter(|line| !line.contains("ANCHOR"));
        let lines: String = lines.map(|line| format!("{line}\n")).collect();
        let text = lines.replace("first", "third");
        fixture.write(&format!("steps/03_third/{file}"), &text);
    }
    fixture.write("book/src/03_third.md", "# Third\n\n{{#step 03_third}}\n");
    fixture.edit("book/src/SUMMARY.md", "- [Second]", "- [Third](03_third.md)\n- [Second]");
    fixture
}

#[test]
fn coverage_and_sizes_count_from_the_step_that_one_starts_from() {
    let fixture = with_third_from_first();
    assert_eq!(fixture.findings(), "");
    fixture.write("steps/starts_from.toml", "");
    let source = "steps/03_third/src/main.rs";
    found(&fixture, source, "`fn greet() {` is new");
    fixture.write("steps/02_second/src/other.rs", &function("other", 61));
    found(&fixture, "book/src/03_third.md: ", "step 03_third removes");
    fixture.write("steps/starts_from.toml", "03_third = \"01_first\"\n");
    let findings = fixture.findings();
    assert!(!findings.contains("03_third"), "{findings}");
}

#[test]
fn marker_outlives_only_a_step_that_one_descends_from() {
    let fixture = with_third_from_first();
    let marked = "    greet(); // INSECURE until step-second: no secret";
    fixture.edit("steps/01_first/src/main.rs", "    greet();", marked);
    fixture.edit("steps/03_third/src/main.rs", "    greet();", marked);
    assert_eq!(fixture.findings(), "");
    fixture.write("steps/starts_from.toml", "");
    found(&fixture, "steps/03_third/src/main.rs:2: ", "insecure until 02_second");
}

#[test]
fn exemption_excuses_one_finding_while_it_is_needed() {
    let fixture = Fixture::new();
    let exemption = "# Why.\n\n[[exempt]]\ncheck = \"words\"\nfile = \"book/src/02_second.md\"\n\
                     text = \"just\"\nwhy = \"it is the program's name\"\n";
    fixture.write("book/exemptions.toml", exemption);
    fixture.edit(CHAPTER, "Go back", "Just go back");
    assert_eq!(fixture.findings(), "");
    fixture.edit(CHAPTER, "Just go back", "Go back");
    found(&fixture, "book/exemptions.toml:4: ", "nothing needs this exemption");
    fixture.edit("book/exemptions.toml", "it is the program's name", "");
    found(&fixture, "book/exemptions.toml:4: ", "write its `why`");
}

#[test]
fn exemption_without_a_text_excuses_a_file() {
    let fixture = Fixture::new();
    fixture.write("steps/03_third/src/main.rs", "fn main() {}\n");
    let exemption = "[[exempt]]\ncheck = \"coverage\"\nfile = \"book/src/03_third.md\"\n\
                     why = \"it is being written\"\n";
    fixture.write("book/exemptions.toml", exemption);
    assert_eq!(fixture.findings(), "");
}

/// A function of as many lines of code as asked for.
fn function(name: &str, lines: usize) -> String {
    let body: String = (2..=lines).map(|line| format!("    x({line});\n\n")).collect();
    format!("/// Long.\nfn {name}() {{\n{body}}}\n")
}

#[test]
fn step_and_listing_that_are_too_long_are_found() {
    let fixture = Fixture::new();
    let listing = "# Second\n\n{{#listing 02_second/src/long.rs}}";
    fixture.edit(CHAPTER, "# Second", listing);
    fixture.write("steps/02_second/src/long.rs", &function("long", 18));
    assert_eq!(fixture.findings(), "");
    fixture.write("steps/02_second/src/long.rs", &function("long", 26));
    found(&fixture, &format!("{CHAPTER}:3: "), "this listing has 26 new lines of code");
    found(&fixture, &format!("{CHAPTER}:3: "), "this listing has 53 lines");
    fixture.write("steps/02_second/src/long.rs", &function("long", 150));
    found(&fixture, &format!("{CHAPTER}: "), "step 02_second adds 157 lines of code");
    fixture.write("steps/01_first/src/other.rs", &function("other", 61));
    found(&fixture, &format!("{CHAPTER}: "), "step 02_second removes 64 lines of code");
}
