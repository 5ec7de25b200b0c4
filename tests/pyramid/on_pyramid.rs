//! The walks on the original: Pyramid keeps what it promises and differs where the walks say so.
//!
//! `just test-pyramid` installs Pyramid and runs these tests, which are ignored without it.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use walks::harness::{Launch, Subject, Unkept};
use walks::walks::{Original, Walk, all};

fn pyramid(step: &str) -> Subject {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = std::env::var_os("PYRAMID_PYTHON").unwrap_or_else(|| {
        panic!("PYRAMID_PYTHON must name a Python that has Pyramid: run `just test-pyramid`")
    });
    let app = folder.join("pyramid/app.py");
    let command = vec![python, app.into(), step.into()];
    Subject::Program(Launch { command, folder: None, grouped: false })
}

#[track_caller]
fn keeps_its_promises(slug: &str) {
    let walk: &Walk = all().into_iter().find(|walk| walk.slug == slug).unwrap();
    let subject = pyramid(slug);
    for promise in walk.promises {
        let outcome = promise.try_on(&subject).1;
        println!("{}: {:?} {}", promise.name, promise.original, outcome.is_ok());
        match (promise.original, outcome) {
            (Original::Keeps, Ok(())) | (Original::Differs(_), Err(Unkept::Broken(_))) => {}
            (Original::Keeps, Err(unkept)) => panic!("{}:\n{unkept}", promise.name),
            (Original::Differs(how), outcome) => {
                panic!("{}: said to differ ({how}), but {outcome:?}", promise.name)
            }
        }
    }
}

#[test]
#[ignore = "needs Pyramid: run `just test-pyramid`"]
fn the_original_takes_the_walk_of_view_classes() {
    keeps_its_promises("view_classes");
}

#[test]
#[ignore = "needs Pyramid: run `just test-pyramid`"]
fn the_original_takes_the_walk_of_sessions() {
    keeps_its_promises("sessions");
}
