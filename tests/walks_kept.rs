//! Each promise of each walk is a test: kept on its step, with what happened as a snapshot; and
//! each walk breaks on the step before.

use libtest_mimic::{Arguments, Failed, Trial};
use std::process::ExitCode;
use walks::harness::{Launch, Subject, binary};
use walks::walks::{Promise, Walk, all};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for walk in all() {
        for promise in walk.promises {
            let name = format!("{}::{}", walk.slug, promise.name);
            trials.push(Trial::test(name, || kept(walk, promise)));
        }
        if let Some(before) = walk.before {
            let name = format!("{}::breaks_on_{before}", walk.slug);
            trials.push(Trial::test(name, || breaks_on(walk, before)));
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn step(slug: &str) -> Result<Subject, Failed> {
    let package = format!("step-{}", slug.replace('_', "-"));
    Ok(Subject::Program(Launch::program(binary::of_package(&package)?)))
}

fn kept(walk: &Walk, promise: &Promise) -> Result<(), Failed> {
    let (recording, outcome) = promise.try_on(&step(walk.slug)?);
    outcome.map_err(|unkept| unkept.to_string())?;
    snapshot(&format!("{}__{}", walk.slug, promise.name), &recording.to_string());
    Ok(())
}

/// Every promise that is new in a step, and what breaks it, is one report: the step before keeps
/// some of them already, such as the pages that are not found.
fn breaks_on(walk: &Walk, before: &str) -> Result<(), Failed> {
    let subject = step(before)?;
    let mut report = String::new();
    for promise in walk.promises {
        let outcome = promise.try_on(&subject).1;
        let outcome = outcome.map_or_else(|unkept| unkept.to_string(), |()| "kept".into());
        report.push_str(&format!("# {}\n{outcome}\n\n", promise.name));
    }
    snapshot(&format!("{}__breaks_on_{before}", walk.slug), &report);
    Ok(())
}

fn snapshot(name: &str, text: &str) {
    insta::with_settings!({
        snapshot_path => "snapshots",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, { insta::assert_snapshot!(name, text) });
}
