//! What each directive becomes.

use crate::fixture::{EXCHANGE, Fixture};
use std::fs;
use tempfile::TempDir;

#[test]
fn header_counts_lines_dependencies_and_restarts() {
    let woven = Fixture::new().weave().unwrap().texts;
    assert!(woven[0].contains("<dd>12</dd>"), "{}", woven[0]);
    assert!(woven[0].contains("<dt>Survives a restart</dt><dd>no</dd>"), "{}", woven[0]);
    assert!(woven[1].contains("11 added, 3 removed since step 01"), "{}", woven[1]);
    assert!(woven[1].contains("<dd><code>cookie</code></dd>"), "{}", woven[1]);
    assert!(woven[1].contains("<dt>Survives a restart</dt><dd>yes</dd>"), "{}", woven[1]);
}

#[test]
fn header_knows_promises_in_the_plural() {
    let fixture = Fixture::new();
    fixture.snapshot("tests/walks/first/snapshots/notes_survive_kill.snap", EXCHANGE);
    let first = fixture.weave().unwrap().texts.remove(0);
    assert!(first.contains("<dt>Survives a restart</dt><dd>yes</dd>"), "{first}");
}

#[test]
fn listing_places_itself_and_keeps_its_indentation() {
    let second = Fixture::new().second();
    let line = "<pre><code class=\"language-rust\">    println!(&quot;Hi &lt;b&gt; &amp; {count}\
                &quot;);\n   &#10;    println!(&quot;and more&quot;);</code></pre>";
    assert!(second.contains(line), "{second}");
    let place = "<span class=\"place\">in <code>fn greet</code>, at <code>";
    assert!(second.contains(place), "{second}");
    assert!(second.contains("<span class=\"path\">my/second/src/main.rs</span>"), "{second}");
    assert!(!second.contains("ANCHOR"), "{second}");
}

#[test]
fn given_code_keeps_our_path() {
    let woven = Fixture::new().weave().unwrap().texts;
    let path = "<figcaption><span class=\"path\">steps/00_serve/src/lib.rs</span></figcaption>";
    assert!(woven[0].contains(path), "{}", woven[0]);
}

#[test]
fn changed_lines_are_marked_and_those_of_the_first_step_are_not() {
    let woven = Fixture::new().weave().unwrap().texts;
    assert!(!woven[0].contains("<ins>"), "{}", woven[0]);
    let main = ">fn main() {\n<del><span>    <s>greet();</s></span>\n</del>\
                <ins>    greet(&amp;count());</ins>\n}</code>";
    assert!(woven[1].contains(main), "{}", woven[1]);
    assert!(woven[1].contains("<span class=\"key old\">to delete</span>"), "{}", woven[1]);
}

#[test]
fn new_file_is_called_so_and_not_marked() {
    let fixture = Fixture::new();
    let store =
        "// ANCHOR: a\nfn a() {}\n// ANCHOR_END: a\n\n// ANCHOR: b\nfn b() {}\n// ANCHOR_END: b\n";
    fixture.write("steps/02_second/src/store.rs", store);
    let listings = "{{#listing 02_second/src/store.rs a}}\n\n{{#listing 02_second/src/store.rs b}}\n\n# Second";
    fixture.edit("book/src/02_second.md", "# Second", listings);
    let second = fixture.second();
    assert!(second.contains("<span class=\"place\">new file</span>"), "{second}");
    assert!(second.contains("<code class=\"language-rust\">fn a() {}</code>"), "{second}");
    assert!(second.contains("after <code>fn a</code></span></figcaption>"), "{second}");
    assert!(second.contains("<code class=\"language-rust\">fn b() {}</code>"), "{second}");
}

#[test]
fn file_of_the_tests_is_shown_under_the_readers_path() {
    let fixture = Fixture::new();
    fixture.write("tests/browser/page.html", "<p>Hi</p>\n");
    let file = "{{#file tests/browser/page.html \"yours/page.html\"}}\n\n# Second";
    fixture.edit("book/src/02_second.md", "# Second", file);
    let second = fixture.second();
    let caption =
        "<span class=\"path\">yours/page.html</span><span class=\"place\">new file</span>";
    assert!(second.contains(caption), "{second}");
    let code = "<code class=\"language-html\">&lt;p&gt;Hi&lt;/p&gt;</code>";
    assert!(second.contains(code), "{second}");
}

#[test]
fn line_of_an_earlier_listing_is_not_new_again() {
    let fixture = Fixture::new();
    let twice = "{{#listing 02_second/Cargo.toml}}\n\n{{#listing 02_second/Cargo.toml}}";
    fixture.edit("book/src/02_second.md", "{{#listing 02_second/Cargo.toml}}", twice);
    let second = fixture.second();
    assert_eq!(second.matches("<ins>cookie = &quot;0.18&quot;</ins>").count(), 1, "{second}");
}

#[test]
fn transcript_holds_the_chosen_exchanges_and_what_is_between() {
    let fixture = Fixture::new();
    let second = fixture.second();
    assert!(second.contains("<li class=\"note\">the program is killed"), "{second}");
    assert!(second.contains("<mark>cookie: id=[id 1]</mark>"), "{second}");
    assert!(second.contains("<mark>&lt;p&gt;Count: 2&lt;/p&gt;</mark>"), "{second}");
    fixture.edit("book/src/02_second.md", "restart 1-2", "restart 2");
    let one = fixture.second();
    assert!(one.contains("exchange 2 of 2"), "{one}");
    assert!(!one.contains("class=\"note\">the program"), "{one}");
}

#[test]
fn figure_has_a_title_a_description_words_and_ids_of_its_own() {
    let second = Fixture::new().second();
    for id in ["figure-02-second-1", "figure-02-second-2"] {
        assert!(second.contains(&format!("aria-labelledby=\"{id}-title {id}-desc\"")), "{second}");
        assert_eq!(second.matches(&format!("id=\"{id}-title\"")).count(), 1);
    }
    assert!(second.contains("Who says &lt;what&gt;</title>"), "{second}");
    assert!(second.contains("<li>the program is killed and started again.</li>"), "{second}");
    assert!(second.contains("cookie: id=[id 1]. The program: 200 OK, Count: 2."), "{second}");
}

#[test]
fn drawing_is_put_in_whole() {
    let second = Fixture::new().second();
    assert!(second.contains("<figure class=\"drawing\">\n<svg viewBox"), "{second}");
    assert!(second.contains("<figcaption>Two &lt;bars&gt;</figcaption>"), "{second}");
}

#[test]
fn failure_shows_its_change_and_folds_what_was_kept() {
    let second = Fixture::new().second();
    let change = ">fn main() {\n<del><span>    <s>greet(&amp;count());</s></span>\n</del>\
                  <ins>    greet(&quot;1&quot;);</ins>\n}</code>";
    assert!(second.contains(change), "{second}");
    let caption = "my/second/src/main.rs</span><span class=\"place\">in <code>fn main</code>";
    assert!(second.contains(caption), "{second}");
    assert!(second.contains("<summary>1 promise kept</summary>"), "{second}");
}

#[test]
fn failure_output_and_change_are_put_in() {
    let second = Fixture::new().second();
    assert!(second.contains("<mark>expected: Count: &lt;2&gt;\ncame:     Count: 1</mark>"));
    assert!(second.contains("01 first\n&#10;02 second</samp>"), "{second}");
    assert!(
        second.contains("since 01_first, tests left out: 11 lines added, 3 removed"),
        "{second}"
    );
    assert!(second.contains("<ins>+cookie = &quot;0.18&quot;</ins>"), "{second}");
    assert!(!second.contains("never_shown") && !second.contains("use super"), "{second}");
}

#[test]
fn whole_listing_survives_markdown() {
    let fixture = Fixture::new();
    let output = TempDir::new().unwrap();
    fixture.build(output.path()).unwrap();
    let page = fs::read_to_string(output.path().join("02_second.html")).unwrap();
    let line = "{count}\");\n\n    println!(\"and more\");</code></pre>";
    assert!(page.contains(line), "{page}");
    assert!(page.contains("<svg role=\"img\""), "{page}");
    assert!(!page.contains("{{#"), "{page}");
}

#[test]
fn step_box_and_change_name_the_step_that_one_starts_from() {
    let fixture = Fixture::new();
    fixture.write("steps/starts_from.toml", "03_third = \"01_first\"\n");
    let manifest = "[package]\nname = \"step-third\"\n\n[dependencies]\naxum = \"0.8\"\n";
    fixture.write("steps/03_third/Cargo.toml", manifest);
    fixture.write("steps/03_third/src/main.rs", "fn main() {\n    greet();\n}\n");
    let chapter = "# Third\n\n{{#step 03_third}}\n\n{{#change 03_third}}\n";
    fixture.write("book/src/03_third.md", chapter);
    fixture.edit("book/src/SUMMARY.md", "- [Second]", "- [Third](03_third.md)\n- [Second]");
    let third = fixture.weave().unwrap().texts.remove(1);
    assert!(third.contains("0 added, 4 removed since step 01"), "{third}");
    assert!(third.contains("<dt>Survives a restart</dt><dd>no</dd>"), "{third}");
    assert!(third.contains("The whole change since 01_first"), "{third}");
    assert!(!third.contains("Hi &lt;b&gt;"), "{third}");
    fixture.write("steps/starts_from.toml", "");
    let third = fixture.weave().unwrap().texts.remove(1);
    assert!(third.contains("removed since step 02"), "{third}");
    assert!(third.contains("<dt>Survives a restart</dt><dd>yes</dd>"), "{third}");
}

#[test]
fn restart_is_survived_if_any_ancestor_did() {
    let fixture = Fixture::new();
    for (number, slug) in [("03", "third"), ("04", "fourth")] {
        let manifest = format!("[package]\nname = \"step-{slug}\"\n");
        fixture.write(&format!("steps/{number}_{slug}/Cargo.toml"), &manifest);
    }
    fixture.edit("book/src/02_second.md", "{{#output tutor_list}}", "{{#step 04_fourth}}");
    assert_eq!(fixture.second().matches("<dt>Survives a restart</dt><dd>yes</dd>").count(), 2);
}

#[test]
fn part_of_an_engine_is_shown_with_its_place_and_without_marks() {
    let fixture = Fixture::new();
    let engine = "impl Session {\n    // ANCHOR: read\n    fn read(&self) {}\n    \
                  // ANCHOR_END: read\n}\n";
    fixture.write("engines/cookie/src/session.rs", engine);
    let directive = "{{#file engines/cookie/src/session.rs read \"the engine's session.rs\"}}";
    fixture.edit("book/src/02_second.md", "{{#output tutor_list}}", directive);
    let second = fixture.second();
    let caption = "<figcaption><span class=\"path\">the engine&#39;s session.rs</span>\
                   <span class=\"place\">in <code>impl Session</code></span></figcaption>";
    assert!(second.contains(caption), "{second}");
    let whole = directive.replace(" read", "");
    fixture.edit("book/src/02_second.md", directive, &whole);
    fixture.edit("engines/cookie/src/session.rs", "    // ANCHOR: read\n", "");
    fixture.edit("engines/cookie/src/session.rs", "    // ANCHOR_END: read\n", "");
    assert!(!fixture.second().contains("session.rs</span><span class=\"place\">"));
}

#[test]
fn recording_of_a_walk_that_is_not_a_steps_is_put_in() {
    let fixture = Fixture::new();
    fixture.snapshot("tests/walks/engine/snapshots/alternating.snap", crate::fixture::EXCHANGE);
    let directives =
        "{{#transcript engine/alternating}}\n\n{{#figure engine/alternating \"Both\"}}";
    fixture.edit("book/src/02_second.md", "{{#output tutor_list}}", directives);
    let second = fixture.second();
    assert!(second.contains("<title id=\"figure-02-second-3-title\">Both</title>"), "{second}");
}
