//! The engines hold what the reader typed in: a file of an engine and the file of the same name in the
//! last step that has it are the same code. What both engines need is the same code in both.

#![allow(clippy::unwrap_used)]

mod code;

use code::{difference, without_function};
use harness::{binary, texts};
use std::fs;
use std::path::{Path, PathBuf};

/// An engine, and the steps that build one like it in front of the reader.
struct Shared {
    engine: &'static str,
    /// How the folders of these steps begin.
    steps: &'static str,
    /// The files in `src` that it shares with them, so that none is renamed and forgotten.
    files: &'static [&'static str],
}

const SHARED: [Shared; 2] = [
    Shared {
        engine: "engines/cookie",
        steps: "05",
        files: &["keyring.rs", "python.rs", "sealed.rs"],
    },
    Shared {
        engine: "engines/store",
        steps: "06",
        files: &[
            "checkpoints.rs",
            "engine.rs",
            "id.rs",
            "memory.rs",
            "place.rs",
            "record.rs",
            "rows.rs",
            "writer.rs",
        ],
    },
];

/// A function of a shared file that an engine has in another form than the step.
struct Exception {
    file: &'static str,
    function: &'static str,
    why: &'static str,
}

const EXCEPTIONS: [Exception; 3] = [
    Exception {
        file: "engines/store/src/engine.rs",
        function: "update",
        why: "it keeps what it has saved for the next update, for which step 06h has no room",
    },
    Exception {
        file: "engines/store/src/engine.rs",
        function: "delete",
        why: "its error says what is known, because events are made from it",
    },
    Exception {
        file: "engines/store/src/rows.rs",
        function: "put_aside",
        why: "an update saves what it has kept without a load, so a row can be good again",
    },
];

/// The files in `src` that are the same in both engines.
const COMMON: [&str; 4] = ["caches.rs", "cookie_header.rs", "flash.rs", "session_data.rs"];

/// The conformance suite: in the step that has written it, in those after it, and in the engine.
const SUITES: [&str; 6] = [
    "steps/06e_store_contract/src/tests",
    "steps/06f_sqlite_store/src/tests",
    "steps/06g_survive/src/tests",
    "steps/06g2_migration/src/tests",
    "steps/06h_group_commit/src/tests",
    "engines/store/src",
];

impl Shared {
    /// The folders of the steps, the last one first.
    fn steps(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(binary::workspace().join("steps")).unwrap();
        let mut steps: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        steps.retain(|step| name(step).starts_with(self.steps));
        steps.sort_by(|one, other| name(other).split('_').cmp(name(one).split('_')));
        steps
    }

    /// The files that the engine and a step have: the engine's first, then the last step's.
    fn pairs(&self) -> Vec<(PathBuf, PathBuf)> {
        let engine = binary::workspace().join(self.engine);
        let files = texts::files(&engine.join("src")).unwrap_or_default().into_iter();
        let files = files.filter(|file| file.extension().is_some_and(|ending| ending == "rs"));
        let steps = self.steps();
        let pairs = files.filter_map(|file| {
            let file = Path::new("src").join(file);
            let theirs = steps.iter().map(|step| step.join(&file)).find(|path| path.is_file())?;
            Some((engine.join(file), theirs))
        });
        pairs.collect()
    }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

fn shown(path: &Path) -> String {
    path.strip_prefix(binary::workspace()).unwrap().display().to_string()
}

/// What is wrong with two files that should hold the same code, as an engine's and another one's.
fn complaint(ours: &Path, theirs: &Path) -> Option<String> {
    let mut texts = [ours, theirs].map(|path| fs::read_to_string(path).unwrap());
    for exception in EXCEPTIONS.iter().filter(|exception| exception.file == shown(ours)) {
        texts = texts.map(|text| without_function(&text, exception.function).unwrap());
    }
    let difference = difference(&texts[0], &texts[1])?;
    Some(format!(
        "{} and {} have one name and not the same code.\n{difference}\nMake the code of both the same, \
         or give the engine's file another name.",
        shown(ours),
        shown(theirs)
    ))
}

#[test]
fn files_of_one_name_in_an_engine_and_in_its_last_step_hold_the_same_code() {
    let pairs = SHARED.iter().flat_map(Shared::pairs);
    let complaints: Vec<_> = pairs.filter_map(|(ours, theirs)| complaint(&ours, &theirs)).collect();
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n\n"));
}

#[test]
fn every_exception_is_a_function_that_differs() {
    let pairs: Vec<_> = SHARED.iter().flat_map(Shared::pairs).collect();
    for Exception { file, function, why } in EXCEPTIONS {
        let (ours, theirs) = pairs.iter().find(|(ours, _)| shown(ours) == file).unwrap();
        let texts = [ours, theirs].map(|path| fs::read_to_string(path).unwrap());
        let difference = difference(&texts[0], &texts[1]);
        assert!(difference.is_some(), "`{function}` in {file} is no exception any more: {why}");
    }
}

#[test]
fn every_engine_shares_the_files_that_are_listed() {
    for shared in SHARED {
        let found: Vec<_> = shared.pairs().iter().map(|(ours, _)| name(ours)).collect();
        assert_eq!(found, shared.files, "{} and the steps {}…", shared.engine, shared.steps);
    }
}

#[test]
fn what_both_engines_need_is_the_same_code_in_both() {
    let sources =
        ["engines/store/src", "engines/cookie/src"].map(|path| binary::workspace().join(path));
    let pairs = COMMON.map(|file| [sources[0].join(file), sources[1].join(file)]);
    let complaints: Vec<_> =
        pairs.iter().filter_map(|[ours, theirs]| complaint(ours, theirs)).collect();
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n\n"));
}

/// The files of a conformance suite and their texts, without what marks passages for the book.
fn suite(folder: &str) -> Vec<(PathBuf, String)> {
    let folder = binary::workspace().join(folder);
    let cases = texts::files(&folder.join("conformance")).unwrap();
    let cases = cases.into_iter().map(|file| Path::new("conformance").join(file));
    let files = [PathBuf::from("conformance.rs")].into_iter().chain(cases);
    let files = files.map(|file| {
        let text = fs::read_to_string(folder.join(&file)).unwrap();
        let lines = text.lines().filter(|line| !line.trim_start().starts_with("// ANCHOR"));
        let text = lines.collect::<Vec<_>>().join("\n");
        (file, text)
    });
    files.collect()
}

#[test]
fn conformance_suite_is_one_text_in_the_steps_and_in_the_engine() {
    let first = suite(SUITES[0]);
    assert!(first.len() > 5, "where is the suite?");
    for folder in &SUITES[1..] {
        let other = suite(folder);
        for (ours, theirs) in other.iter().zip(&first) {
            assert_eq!(ours.0, theirs.0, "a file of the suite is missing in {folder}");
            assert!(ours.1 == theirs.1, "{} is another text in {folder}", ours.0.display());
        }
        assert_eq!(other.len(), first.len(), "a file of the suite is missing in {folder}");
    }
}
