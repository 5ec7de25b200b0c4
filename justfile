# Every recipe has a plain cargo form: it is the recipe's line.

set windows-shell := ["powershell.exe", "-NoLogo", "-Command"]

python := if os_family() == "windows" { "target/pyramid/Scripts/python.exe" } else { "target/pyramid/bin/python" }

# List the recipes
default:
    @just --list

# Serve a step, as in `just run step-sessions --port 8000`
run step *flags:
    cargo run --package {{step}} -- {{flags}}

# Run all tests
test *arguments:
    cargo test {{arguments}}

# Serve a step; build it anew and start it again when its files change, with the socket kept open
watch step port="6543":
    watchexec --socket 127.0.0.1:{{port}} --restart --stop-timeout 2s --watch steps --watch my --watch Cargo.toml -- cargo run --quiet --package {{step}}

# Check formatting and lints
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- --deny warnings

# Walk the original on real Pyramid, installed from PyPI into target/
[unix]
test-pyramid:
    test -x {{python}} || python3 -m venv target/pyramid
    {{python}} -m pip install --quiet --disable-pip-version-check --requirement tests/pyramid/requirements.txt
    PYRAMID_PYTHON={{justfile_directory()}}/{{python}} cargo test --package walks --test on_pyramid -- --ignored
