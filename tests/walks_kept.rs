//! Each promise of each walk is a test: kept on its step, with what happened as a snapshot. Each
//! walk breaks on the step before, and on each wrong program below `wrong/`.

use libtest_mimic::{Arguments, Failed, Trial};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Once;
use walks::harness::workshop::{self, Workshop};
use walks::harness::{Launch, Subject, binary};
use walks::walks::{Promise, Report, Walk, all};

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
        for patch in wrong_programs(walk.slug) {
            let name = format!("{}::breaks_on_wrong_{}", walk.slug, stem(&patch));
            trials.push(Trial::test(name, move || breaks_on_wrong(walk, &patch)));
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn program(path: PathBuf) -> Subject {
    Subject::Program(Launch::program(path))
}

fn step(slug: &str) -> Result<Subject, Failed> {
    Ok(program(binary::of_package(&walks::walks::package(slug))?))
}

fn kept(walk: &Walk, promise: &Promise) -> Result<(), Failed> {
    let (recording, outcome) = promise.try_on(&step(walk.slug)?);
    outcome.map_err(|unkept| unkept.to_string())?;
    snapshot(&format!("{}__{}", walk.slug, promise.name), &recording.to_string());
    Ok(())
}

fn breaks_on(walk: &'static Walk, before: &str) -> Result<(), Failed> {
    let report = Report::of(walk, &step(before)?, |_| ());
    if report.broken().is_empty() {
        return Err(format!("{before} keeps every promise of {}", walk.slug).into());
    }
    snapshot(&format!("{}__breaks_on_{before}", walk.slug), &text(&report));
    Ok(())
}

/// A wrong program is a patch of the step. Its first line names the promise that it breaks, as in
/// `breaks: count_rises_on_reload`.
fn breaks_on_wrong(walk: &'static Walk, patch: &Path) -> Result<(), Failed> {
    let wrong = fs::read_to_string(patch)?;
    let promise = wrong.lines().next().and_then(|line| line.strip_prefix("breaks: "));
    let promise = promise.ok_or("the patch's first line is not `breaks: PROMISE`")?;
    let package = package_of_wrong(walk.slug, patch);
    let report = Report::of(walk, &program(wrong_workshop()?.build(&package)?), |_| ());
    if report.broken().first() != Some(&promise) {
        return Err(format!("{promise} is not the first to break:\n{}", report.lines()).into());
    }
    snapshot(&format!("wrong__{}__{}", walk.slug, stem(patch)), &text(&report));
    Ok(())
}

fn text(report: &Report) -> String {
    format!("{}\n\n{report}", report.lines())
}

/// The workshop with all wrong programs in it: one for all, so that cargo resolves them once.
fn wrong_workshop() -> Result<Workshop, Failed> {
    static FILLED: Once = Once::new();
    let shop = Workshop::open("wrong")?;
    let mut filled = Ok(());
    FILLED.call_once(|| filled = fill(&shop));
    filled?;
    Ok(shop)
}

fn fill(shop: &Workshop) -> Result<(), Failed> {
    for walk in all() {
        for patch in wrong_programs(walk.slug) {
            put_wrong(shop, walk, &patch)
                .map_err(|error| format!("{}: {error}", patch.display()))?;
        }
    }
    Ok(())
}

fn put_wrong(shop: &Workshop, walk: &Walk, patch: &Path) -> Result<(), String> {
    let package = package_of_wrong(walk.slug, patch);
    let wrong = fs::read_to_string(patch).map_err(|error| error.to_string())?;
    let mut texts = workshop::renamed_step(walk.slug, &package)?;
    workshop::apply(&wrong, &mut texts)?;
    workshop::write(&shop.copy(&package), &texts)
}

fn package_of_wrong(slug: &str, patch: &Path) -> String {
    format!("wrong-{slug}-{}", stem(patch)).replace('_', "-")
}

fn wrong_programs(slug: &str) -> Vec<PathBuf> {
    let folder = binary::workspace().join("tests/wrong").join(slug);
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut patches: Vec<_> = entries.map(|entry| entry.path()).collect();
    patches.sort();
    patches
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn snapshot(name: &str, text: &str) {
    insta::with_settings!({
        snapshot_path => "snapshots",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, { insta::assert_snapshot!(name, text) });
}
