//! Each promise of each walk is a test.
//!
//! `cargo test` tries the promises on their own step, with what happened as a snapshot, and checks
//! that each walk breaks on the step that its step starts from. The rest is ignored there and run by `just test-all`:
//! races, the promises of earlier steps on later ones, programs that are wrong on purpose, and the
//! solutions of the exercises.

use harness::binary::Built;
use harness::texts::{self, Texts};
use harness::{ScratchWorkspace, Server, ServerCommand, binary, steps};
use libtest_mimic::{Arguments, Failed, Trial};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::OnceLock;
use walks::{Promise, Report, Walk, all};

/// How many quick promises are tried at once. Most of their time they wait, for a session to end or a
/// program to start.
const QUICK_AT_ONCE: usize = 12;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    if !arguments.ignored && !arguments.include_ignored {
        arguments.test_threads.get_or_insert(QUICK_AT_ONCE);
    }
    let trials =
        all().into_iter().flat_map(|walk| runnable(walk).into_iter().chain(thorough(walk)));
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

/// Promises that let requests race each other many times: what happens differs from run to run, so
/// they have no snapshot.
const RACES: [&str; 2] =
    ["double_click_gets_the_same_message", "note_never_goes_without_its_message"];

/// Walks that break on the step before only after a minute, because that is what is wrong with it: its
/// visitors wait for one another.
const PATIENT: [&str; 1] = ["survive"];

fn is_race(promise: &Promise) -> bool {
    RACES.contains(&promise.name)
}

/// The quick trials. Without the server that a step needs, its trials are ignored: readers may go on.
fn runnable(walk: &'static Walk) -> Vec<Trial> {
    let is_ignored = !walk.needs().is_installed();
    quick(walk).into_iter().map(|trial| trial.with_ignored_flag(is_ignored)).collect()
}

/// A walk on its own step and on the step that this one starts from.
fn quick(walk: &'static Walk) -> Vec<Trial> {
    let mut trials = Vec::new();
    for promise in walk.promises.iter().filter(|promise| !is_race(promise)) {
        let name = format!("{}::{}", walk.slug, promise.name);
        trials.push(Trial::test(name, move || kept(walk, promise)));
    }
    if let Some(before) = walk.before {
        let name = format!("{}::breaks_on_{before}", walk.slug);
        let breaks = Trial::test(name, move || breaks_on(walk, before));
        trials.push(breaks.with_ignored_flag(PATIENT.contains(&walk.slug)));
    }
    trials
}

/// What takes its time.
fn thorough(walk: &'static Walk) -> Vec<Trial> {
    let mut trials = Vec::new();
    for promise in walk.promises.iter().filter(|promise| is_race(promise)) {
        let name = format!("{}::{}", walk.slug, promise.name);
        trials.push(Trial::test(name, move || still_kept(walk, promise)));
    }
    for (earlier, promise) in walk.inherited() {
        let name = format!("{}::keeps_{}::{}", walk.slug, earlier.slug, promise.name);
        trials.push(Trial::test(name, move || still_kept(walk, promise)));
    }
    for (name, _) in walk.replaces {
        let test = format!("{}::replaces_{name}", walk.slug);
        trials.push(Trial::test(test, move || replaced(walk, name)));
    }
    for patch in patches("wrong", walk) {
        let name = format!("{}::breaks_on_wrong_{}", walk.slug, stem(&patch));
        trials.push(Trial::test(name, move || breaks_on_wrong(walk, &patch)));
    }
    for exercise in walk.exercises {
        let name = format!("{}::exercise_{}_has_a_solution", walk.slug, exercise.name);
        let patch = folder(walk, "solutions").join(format!("{}.patch", exercise.name));
        trials.push(Trial::test(name, move || solved_by_solution_alone(walk, &patch)));
    }
    trials.into_iter().map(|trial| trial.with_ignored_flag(true)).collect()
}

fn program(path: PathBuf) -> Server {
    Server::Program(ServerCommand::program(path))
}

fn step(slug: &str) -> Result<Server, Failed> {
    Ok(program(binary::of_package(&steps::package(slug))?))
}

/// The walk's own step, with what it needs.
fn own(walk: &Walk) -> Result<Server, Failed> {
    Ok(walk.equipped(&step(walk.slug)?))
}

fn kept(walk: &Walk, promise: &Promise) -> Result<(), Failed> {
    let (recording, outcome) = promise.try_on(&own(walk)?);
    outcome.map_err(|not_kept| not_kept.to_string())?;
    snapshot(walk, "snapshots", promise.name, &recording.to_string());
    Ok(())
}

fn still_kept(walk: &Walk, promise: &Promise) -> Result<(), Failed> {
    let (_, outcome) = promise.try_with_tokens(&own(walk)?, walk.form_pages);
    Ok(outcome.map_err(|not_kept| not_kept.to_string())?)
}

/// A promise is only listed as replaced while the step does break it.
fn replaced(walk: &Walk, name: &str) -> Result<(), Failed> {
    let all = all();
    let mut promises = all.iter().flat_map(|earlier| {
        let named = move |promise: &&Promise| format!("{}::{}", earlier.slug, promise.name) == name;
        earlier.promises.iter().filter(named)
    });
    let promise = promises.next().ok_or_else(|| format!("no walk promises {name}"))?;
    match promise.try_with_tokens(&own(walk)?, walk.form_pages).1 {
        Ok(()) => Err(format!("{} keeps {name}: take it off the list", walk.slug).into()),
        Err(_) => Ok(()),
    }
}

fn breaks_on(walk: &'static Walk, before: &str) -> Result<(), Failed> {
    let report = Report::run(walk, walk.promises, &step(before)?, |_| ());
    if report.broken().is_empty() {
        return Err(format!("{before} keeps every promise of {}", walk.slug).into());
    }
    snapshot(walk, "snapshots", &format!("breaks_on_{before}"), &text(&report));
    Ok(())
}

/// A wrong program is a patch of the step. Its first line names the promise that it breaks, as in
/// `breaks: count_rises_on_reload`.
fn breaks_on_wrong(walk: &'static Walk, patch: &Path) -> Result<(), Failed> {
    let wrong = fs::read_to_string(patch)?;
    let promise = wrong.lines().next().and_then(|line| line.strip_prefix("breaks: "));
    let promise = promise.ok_or("the patch's first line is not `breaks: PROMISE`")?;
    let report = Report::run(walk, walk.promises, &patched(walk, patch)?, |_| ());
    if report.broken().first() != Some(&promise) {
        return Err(format!("{promise} is not the first to break:\n{}", report.lines()).into());
    }
    snapshot(walk, "wrong", &stem(patch), &text(&report));
    Ok(())
}

/// The solution of an exercise is a patch of the step too. It solves the exercise, which the step
/// alone does not, and still keeps the step's promises.
fn solved_by_solution_alone(walk: &'static Walk, patch: &Path) -> Result<(), Failed> {
    let exercise = walk.exercise(&stem(patch))?;
    if exercise.try_on(&own(walk)?).1.is_ok() {
        return Err(format!("the step itself solves {}", exercise.name).into());
    }
    let report = Report::run(walk, walk.solved(exercise), &patched(walk, patch)?, |_| ());
    if report.broken().is_empty() { Ok(()) } else { Err(text(&report).into()) }
}

fn text(report: &Report) -> String {
    format!("{}\n\n{report}", report.lines())
}

/// The programs that patches make of the steps.
struct Patched {
    /// The patches that do not fit their step, by package, and why.
    misfits: BTreeMap<String, String>,
    built: Built,
}

/// The step with a patch applied. All such programs are built at once, when the first is needed.
fn patched(walk: &Walk, patch: &Path) -> Result<Server, Failed> {
    static PATCHED: OnceLock<Result<Patched, String>> = OnceLock::new();
    let patched = PATCHED.get_or_init(build_patched).as_ref()?;
    let package = package_of(walk, patch);
    if let Some(why) = patched.misfits.get(&package) {
        return Err(why.into());
    }
    Ok(program(patched.built.program(&package)?))
}

fn build_patched() -> Result<Patched, String> {
    let scratch = ScratchWorkspace::open("patched")?;
    let mut packages = Vec::new();
    let mut misfits = BTreeMap::new();
    for walk in all() {
        for patch in patches("wrong", walk).iter().chain(&patches("solutions", walk)) {
            let package = package_of(walk, patch);
            match changed_step(walk, patch, &package) {
                Ok(texts) => {
                    texts::write(&scratch.copy(&package), &texts)?;
                    packages.push(package);
                }
                Err(why) => {
                    misfits.insert(package, format!("{}: {why}", patch.display()));
                }
            }
        }
    }
    scratch.keep_only(&packages).map_err(|error| format!("cannot remove an old copy ({error})"))?;
    let built = scratch.build_all()?;
    Ok(Patched { misfits, built })
}

fn changed_step(walk: &Walk, patch: &Path, package: &str) -> Result<Texts, String> {
    let mut texts = steps::renamed(walk.slug, package)?;
    let change = fs::read_to_string(patch).map_err(|error| error.to_string())?;
    texts::apply(&change, &mut texts)?;
    Ok(texts)
}

fn package_of(walk: &Walk, patch: &Path) -> String {
    format!("patched-{}-{}", walk.slug, stem(patch)).replace('_', "-")
}

fn patches(kind: &str, walk: &Walk) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder(walk, kind)).into_iter().flatten().flatten();
    let mut patches: Vec<_> = entries.map(|entry| entry.path()).collect();
    patches.retain(|path| path.extension().is_some_and(|ending| ending == "patch"));
    patches.sort();
    patches
}

/// A folder of the step's walk: `snapshots`, `wrong` or `solutions`.
fn folder(walk: &Walk, kind: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(walk.slug).join(kind)
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn snapshot(walk: &Walk, kind: &str, name: &str, text: &str) {
    insta::with_settings!({
        snapshot_path => folder(walk, kind),
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, { insta::assert_snapshot!(name, text) });
}
