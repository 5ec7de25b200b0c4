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

# Run all tests but those in a browser and on Pyramid: also wrong programs, solutions, earlier promises, load (redis-server, postgresql; Linux: strace)
test-all:
    cargo test --workspace --exclude browser
    cargo test --package walks --test under_fire --test on_the_disk -- --ignored --nocapture
    cargo test --package walks --test promises -- --ignored --test-threads 4
    cargo test --package walks --test engines --test frameworks --test lifecycle --test outages --test own_project -- --ignored
    cargo test --package step-redis --package step-postgres --package tutor -- --ignored

# Start nodes of step 08c behind HAProxy, on redis or postgres, until Ctrl-C (Debian: haproxy, and redis-server or postgresql)
[unix]
cluster nodes="3" store="redis":
    cargo run --package cluster -- {{nodes}} {{store}}

# Kill, drain and cut off nodes of step 08c under load, and a cache in front (Debian: haproxy postgresql redis-server varnish)
[unix]
test-cluster:
    cargo test --package cluster -- --ignored --nocapture --test-threads 1

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

# Print the seventy requirements, each with the tests that try it
requirements:
    cargo test --quiet --package walks --test requirements_covered -- --nocapture as_the_book_shows

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
    cargo test --package weave

# Measure what sessions cost, in release builds; draws the figures of two chapters
bench:
    cargo bench --package cookie-engine --bench engine
    cargo bench --package cookie-engine --bench end_to_end
    cargo run --release --package bench

# Measure what a file of 1,000,000 sessions costs, in a release build
bench-million:
    cargo run --release --package bench -- million

# Measure nodes on each store, in release builds (Debian: haproxy postgresql redis-server)
[unix]
bench-cluster:
    cargo bench --package cluster --bench stores

# Fuzz what the engines read, each target for so many seconds (needs `cargo install cargo-fuzz`)
fuzz seconds="420": (fuzz-one "cookie" "decoder" seconds) (fuzz-one "store" "cookie_header" seconds) (fuzz-one "store" "row" seconds)

[private]
[unix]
fuzz-one engine target seconds:
    mkdir -p engines/{{engine}}/fuzz/corpus/{{target}}
    cd engines/{{engine}} && RUSTC_BOOTSTRAP=1 cargo fuzz run {{target}} fuzz/corpus/{{target}} fuzz/seeds/{{target}} -- -max_total_time={{seconds}} -max_len=3000 -print_final_stats=1
