//! Whatever is built, one step or all with their tests, each crate is asked for the same features:
//! going from one step to the next then builds that step alone.

#![allow(clippy::unwrap_used)]

use harness::binary;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use walks::all;

/// The features of each version of each crate. A crate may stand there twice, once for what runs
/// and once for what runs while compiling.
type Features = BTreeMap<String, BTreeSet<String>>;

/// A crate that some steps build again. In workspace-hack it would be built for every step, with all that it
/// depends on.
const BUILT_AGAIN: [(&str, &str); 2] = [("step-redis", "idna v"), ("step-cluster", "idna v")];

fn is_built_again(package: &str, name: &str) -> bool {
    BUILT_AGAIN.iter().any(|(step, crate_name)| *step == package && name.starts_with(crate_name))
}

fn features(arguments: &[&str]) -> Features {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--prefix", "none", "--format", "{p}|{f}"])
        .args(arguments)
        .current_dir(binary::workspace())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut features = Features::new();
    let text = String::from_utf8(output.stdout).unwrap();
    for (package, asked) in text.lines().filter_map(|line| line.split_once('|')) {
        let asked = asked.trim_end_matches(" (*)");
        features.entry(package.to_owned()).or_default().insert(asked.to_owned());
    }
    features
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "the crates named for this are Linux's")]
fn every_step_asks_for_the_features_that_all_ask_for() {
    let together = features(&["--edges", "normal,build,dev"]);
    for walk in all() {
        let package = walk.package();
        for (name, alone) in features(&["--edges", "normal,build", "--package", &package]) {
            if is_built_again(&package, &name) {
                continue;
            }
            let known = &together[&name];
            assert!(
                alone.is_subset(known),
                "{package} builds {name} with {alone:?}, all together with {known:?}: name the \
                 missing features in workspace-hack/Cargo.toml"
            );
        }
    }
}
