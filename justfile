# Every recipe has a plain cargo form: it is the recipe's line.

set windows-shell := ["powershell.exe", "-NoLogo", "-Command"]

python := if os_family() == "windows" { "target/pyramid/Scripts/python.exe" } else { "target/pyramid/bin/python" }

# List the recipes
default:
    @just --list

# Serve a step, as in `just run step-sessions --port 8000`
run step *flags:
    cargo run --package {{step}} -- {{flags}}

# Run each step's own tests and its walk
test *arguments:
    cargo test {{arguments}}

# Run all tests that need neither a browser nor Pyramid: also wrong programs, solutions, promises of earlier steps, load
test-all:
    cargo test --workspace --exclude browser
    cargo test --package walks --test promises --test engines --test lifecycle --test outages --test own_project -- --ignored
    cargo test --package tutor --package weave -- --ignored

# Serve a step; when its files change, build it and start it again, with the socket kept open
watch step port="6543":
    watchexec --socket 127.0.0.1:{{port}} --restart --stop-timeout 2s --watch steps --watch my --watch Cargo.toml -- cargo run --quiet --package {{step}}

# List the steps
list:
    cargo tutor list

# Copy the step before into my/STEP, as in `just start sessions`
start step:
    cargo tutor start {{step}}

# Check your copy of a step, or any program: `just check sessions --run "python app.py"`
[positional-arguments]
[unix]
check step *flags:
    cargo tutor check "$@"

[windows]
check step *flags:
    cargo tutor check {{step}} {{flags}}

# Show how your copy of a step differs from ours
diff step:
    cargo tutor diff {{step}}

# Check formatting and lints
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- --deny warnings

# Check the spelling of everything (`pip install typos`)
typos:
    typos

# Build the API documentation, and let a broken link in it be an error
doc $RUSTDOCFLAGS="--deny warnings":
    cargo doc --workspace --no-deps

# Check licences, duplicates and sources of the crates (`cargo install cargo-deny --locked`)
deny:
    cargo deny --workspace check --deny unmatched-skip --deny unnecessary-skip licenses bans sources

# Check that the crates in Cargo.lock get by with the Rust that Cargo.toml promises
rust-version:
    python3 .ci/rust_version

# Walk the original on real Pyramid, installed from PyPI into target/
[unix]
test-pyramid:
    test -x {{python}} || python3 -m venv target/pyramid
    {{python}} -m pip install --quiet --disable-pip-version-check --requirement tests/walks/tests/pyramid/requirements.txt
    PYRAMID_PYTHON={{justfile_directory()}}/{{python}} cargo test --package walks --test pyramid -- --ignored
    PYRAMID_PYTHON={{justfile_directory()}}/{{python}} cargo test --package cookie-engine --test pyramid -- --ignored --nocapture

# Walk the steps and the book in Chromium (Debian: chromium chromium-driver npm)
test-browser:
    npm install --prefix target/axe --no-save --no-audit --no-fund --prefer-offline --silent axe-core@4.14.1
    cargo test --package browser

# Take the README's picture
picture:
    PICTURE={{justfile_directory()}}/picture.png cargo test --package browser count_goes_on

# Serve the book at http://localhost:6544/ and build it again after each edit
book *flags:
    cargo run --package weave -- {{flags}}

# Check the book: listings, coverage, links, words; and follow its listings
test-book:
    cargo test --package weave -- --include-ignored

# Measure the cookie engine in release builds; draws the figure of the chapter
bench:
    cargo bench --package cookie-engine --bench engine
    cargo bench --package cookie-engine --bench end_to_end

# Fuzz the cookie engine's decoder (needs `cargo install cargo-fuzz`)
[unix]
fuzz seconds="420":
    mkdir -p engines/cookie/fuzz/corpus/decoder
    cd engines/cookie && RUSTC_BOOTSTRAP=1 cargo fuzz run decoder fuzz/corpus/decoder fuzz/seeds -- -max_total_time={{seconds}} -max_len=3000 -print_final_stats=1
