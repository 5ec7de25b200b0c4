//! The walks, one a step: each a list of promises that a program keeps or breaks.

mod cookie_engine;
mod sessions;
mod view_classes;

use crate::harness::{Outcome, Recording, Stage, Subject, Unkept};

/// What a step promises, in the order in which its chapter builds it.
#[derive(Debug)]
pub struct Walk {
    /// The step's slug: `sessions` is the walk of the package `step-sessions`.
    pub slug: &'static str,
    /// The slug of the step before, on which this walk fails.
    pub before: Option<&'static str>,
    /// What is promised.
    pub promises: &'static [Promise],
}

/// One promise of a step.
#[derive(Debug)]
pub struct Promise {
    /// Its name, such as `count_rises_on_reload`.
    pub name: &'static str,
    /// The chapter's section that is about it, as a page and a fragment.
    pub section: &'static str,
    /// Whether the original keeps it too.
    pub original: Original,
    /// Walks on a stage to see whether it is kept.
    pub walk: fn(&mut Stage) -> Outcome,
}

/// What the original, Pyramid's own step, does about a promise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Original {
    /// It keeps it.
    Keeps,
    /// It differs by design, and how.
    Differs(&'static str),
}

impl Promise {
    /// Tries the promise on a fresh stage: what happened there, and whether it was kept.
    pub fn try_on(&self, subject: &Subject) -> (Recording, Result<(), Unkept>) {
        match Stage::open(subject) {
            Ok(mut stage) => {
                let outcome = (self.walk)(&mut stage);
                (stage.recording, outcome)
            }
            Err(unkept) => (Recording::default(), Err(unkept)),
        }
    }
}

/// All walks, in the order of their steps.
pub fn all() -> [&'static Walk; 3] {
    [&view_classes::WALK, &sessions::WALK, &cookie_engine::WALK]
}
