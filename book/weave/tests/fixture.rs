//! A small repository with two steps and their chapters, all in order.

use std::fs;
use std::path::Path;
use tempfile::TempDir;
use weave::{Mistakes, Repository, Woven, check, weave, written};

pub struct Fixture {
    folder: TempDir,
}

const BOOK: &str = "[book]\ntitle = \"Small\"\n[build]\ncreate-missing = false\n\
    use-default-preprocessors = false\n[output.html.playground]\nrunnable = false\n";

const FIRST: &str = "// ANCHOR: main\nfn main() {\n    greet();\n}\n// ANCHOR_END: main\n\n\
    // ANCHOR: greet\nfn greet() {\n    println!(\"Hi\");\n}\n// ANCHOR_END: greet\n";

const SECOND: &str = "// ANCHOR: main\nfn main() {\n    greet(&count());\n}\n// ANCHOR_END: main\n\n\
    // ANCHOR: greet\nfn greet(count: &str) {\n    // ANCHOR: line\n    println!(\"Hi <b> & {count}\");\n\
    \n    println!(\"and more\");\n    // ANCHOR_END: line\n}\n\nfn count() -> String {\n    \
    String::new()\n}\n// ANCHOR_END: greet\n\n#[cfg(test)]\nmod tests {\n    use super::*;\n}\n";

pub const EXCHANGE: &str = "== visitor 1\nGET / HTTP/1.1\n\nHTTP/1.1 200 OK\n\
    set-cookie: id=[id 1]; Path=/\n\n<html>\n\n<p>Count: 1</p>\n</html>\n\n\
    == the program is killed and started again\n\n\
    == visitor 1\nGET / HTTP/1.1\ncookie: id=[id 1]\n\nHTTP/1.1 200 OK\n\n<p>Count: 2</p>\n";

impl Fixture {
    pub fn new() -> Self {
        let fixture = Self { folder: TempDir::new().unwrap() };
        fixture.write("book/book.toml", BOOK);
        fixture.write("book/src/SUMMARY.md", "- [First](01_first.md)\n- [Second](02_second.md)\n");
        fixture.write("book/src/01_first.md", CHAPTER_1);
        fixture.write("book/src/02_second.md", CHAPTER_2);
        fixture.write(
            "steps/00_serve/src/lib.rs",
            "// ANCHOR: serve\nfn serve() {}\n// ANCHOR_END: serve\n",
        );
        let manifest = "[package]\nname = \"step-first\"\n\n[dependencies]\naxum = \"0.8\"\n";
        fixture.write("steps/01_first/Cargo.toml", manifest);
        fixture.write("steps/01_first/src/main.rs", FIRST);
        let manifest = manifest.replace("first", "second") + "cookie = \"0.18\"\n";
        fixture.write("steps/02_second/Cargo.toml", &manifest);
        fixture.write("steps/02_second/src/main.rs", SECOND);
        fixture.write("steps/02_second/src/tests.rs", "#[test]\nfn never_shown() {}\n");
        fixture.snapshot("tests/walks/second/snapshots/count_survives_restart.snap", EXCHANGE);
        let failure =
            "  kept      one\n  BROKEN    two\n\nGET /\n\nexpected: Count: <2>\ncame:     Count: 1";
        fixture.snapshot("tests/walks/second/wrong/kept_twice.snap", failure);
        fixture.write("tests/walks/second/wrong/kept_twice.patch", PATCH);
        fixture.write("book/src/figures/bars.svg", DRAWING);
        fixture.snapshot("tests/tutor/tests/snapshots/tutor_list.snap", "01 first\n\n02 second\n");
        fixture
    }

    pub fn repository(&self) -> Repository {
        Repository::at(self.folder.path())
    }

    pub fn path(&self, below: &str) -> std::path::PathBuf {
        self.folder.path().join(below)
    }

    pub fn write(&self, below: &str, text: &str) {
        let path = self.path(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn snapshot(&self, below: &str, body: &str) {
        let text = format!("---\nsource: tests/promises.rs\n---\n{body}\n");
        self.write(below, &text);
    }

    /// Replaces a text that must be there.
    pub fn edit(&self, below: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(below)).unwrap();
        assert!(text.contains(from), "{below} has no `{from}`");
        self.write(below, &text.replacen(from, to, 1));
    }

    pub fn weave(&self) -> Result<Woven, Mistakes> {
        weave(&self.repository(), &written(&self.repository())?)
    }

    /// The second chapter, woven.
    pub fn second(&self) -> String {
        self.weave().unwrap_or_else(|mistakes| panic!("{mistakes}")).texts.remove(1)
    }

    /// The mistakes that stop the build, a line each.
    pub fn mistakes(&self) -> String {
        self.weave().unwrap_err().to_string()
    }

    pub fn build(&self, output: &Path) -> Result<(), String> {
        weave::build(&self.repository(), output, false)
    }

    /// Builds the book and gives what the checks found, a line each; nothing when all is well.
    pub fn findings(&self) -> String {
        let output = TempDir::new().unwrap();
        self.build(output.path()).unwrap();
        let checked = check::all(&self.repository(), output.path());
        checked.map_or_else(|mistakes| mistakes.to_string(), |()| String::new())
    }
}

const PATCH: &str = "breaks: two\n--- src/main.rs\n+++ src/main.rs\n@@ -1,3 +1,3 @@\n fn main() {\n\
    -    greet(&count());\n+    greet(\"1\");\n }\n";

const DRAWING: &str = r#"<svg viewBox="0 0 9 9" role="img" aria-labelledby="t d" fill="currentColor">
<title id="t">Bars</title>
<desc id="d">1 and 2</desc>

<rect width="9" height="4"/>
</svg>
"#;

const CHAPTER_1: &str = r#"# First

{{#listing 00_serve/src/lib.rs serve}}

{{#step 01_first}}

{{#listing 01_first/src/main.rs main}}

{{#listing 01_first/src/main.rs greet}}

{{#listing 01_first/Cargo.toml}}
"#;

const CHAPTER_2: &str = r#"# Second

Go back to [the first](01_first.md#first).

{{#step 02_second}}

{{#listing 02_second/src/main.rs main}}

1. In a list:

   {{#listing 02_second/src/main.rs greet}}

2. And its line:

   {{#listing 02_second/src/main.rs line}}

{{#listing 02_second/Cargo.toml}}

```sh
cargo run -p step-second
```

{{#transcript second/count_survives_restart 1-2}}

{{#figure second/count_survives_restart "Who says <what>"}}

{{#figure second/count_survives_restart "The same again"}}

{{#failure second/kept_twice}}

{{#drawing bars "Two <bars>"}}

{{#output tutor_list}}

{{#change 02_second}}
"#;
