//! The walks, one for each step: lists of promises that a program keeps or breaks.
//!
//! All of a step is in one folder: `sessions/walk.rs` tries the promises, `sessions/snapshots` has
//! what happened, `sessions/wrong` the programs that are wrong on purpose and what the walk says
//! about them, and `sessions/solutions` the solutions of the exercises.

pub mod engines;
mod report;

// The folders of the steps are not below `src`, because most of what they hold is not source code.
#[path = "../atom/walk.rs"]
mod atom;
#[path = "../cart/walk.rs"]
mod cart;
#[path = "../cluster/walk.rs"]
mod cluster;
#[path = "../csrf/walk.rs"]
mod csrf;
#[path = "../flash/walk.rs"]
mod flash;
#[path = "../gone/walk.rs"]
mod gone;
#[path = "../group_commit/walk.rs"]
mod group_commit;
#[path = "../guestbook/walk.rs"]
mod guestbook;
#[path = "../keyring/walk.rs"]
mod keyring;
#[path = "../library/walk.rs"]
mod library;
#[path = "../lifetime/walk.rs"]
mod lifetime;
#[path = "../limits/walk.rs"]
mod limits;
#[path = "../messages/walk.rs"]
mod messages;
#[path = "../migration/walk.rs"]
mod migration;
#[path = "../outages/walk.rs"]
mod outages;
#[path = "../postgres/walk.rs"]
mod postgres;
#[path = "../pyramid_cookie/walk.rs"]
mod pyramid_cookie;
#[path = "../redis/walk.rs"]
mod redis;
#[path = "../sealed/walk.rs"]
mod sealed;
#[path = "../server_side/walk.rs"]
mod server_side;
#[path = "../session_layer/walk.rs"]
mod session_layer;
#[path = "../sessions/walk.rs"]
mod sessions;
#[path = "../shop/walk.rs"]
mod shop;
#[path = "../signed_cookie/walk.rs"]
mod signed_cookie;
#[path = "../sqlite_store/walk.rs"]
mod sqlite_store;
#[path = "../store_contract/walk.rs"]
mod store_contract;
#[path = "../survive/walk.rs"]
mod survive;
#[path = "../view_classes/walk.rs"]
mod view_classes;

pub use report::Report;

use harness::{FormPages, Needs, Outcome, Recording, Sandbox, Server, steps};
use std::fmt;

/// What a step promises, in the order in which its chapter builds it.
#[derive(Debug)]
pub struct Walk {
    /// The step's slug: `sessions` is the walk of the package `step-sessions`.
    pub slug: &'static str,
    /// The slug of the step that this one starts from: the one above it in the order of the
    /// numbers, or the one that `steps/starts_from.toml` names. That step breaks this walk.
    pub before: Option<&'static str>,
    /// Slugs of other steps whose promises this step keeps, although it doesn't start from them.
    pub also_keeps: &'static [&'static str],
    /// Promises of earlier steps that this step breaks on purpose, such as
    /// `sessions::count_rises_on_reload`, and why.
    pub replaces: &'static [(&'static str, &'static str)],
    /// The forms that carry a token, for the promises of earlier steps, which don't know tokens.
    pub form_pages: FormPages,
    /// The promises.
    pub promises: &'static [Promise],
    /// What a program promises that solves an exercise of the chapter, by the exercise's name.
    pub exercises: &'static [Promise],
}

/// The steps whose programs need another server.
const NEEDS: [(&str, Needs); 3] =
    [("redis", Needs::Redis), ("postgres", Needs::Postgres), ("cluster", Needs::Redis)];

/// One promise of a step.
#[derive(Debug)]
pub struct Promise {
    /// Its name, such as `count_rises_on_reload`.
    pub name: &'static str,
    /// The section of the chapter that is about it.
    pub section: Section,
    /// Whether the original keeps it too.
    pub original: Original,
    /// Tries it in a sandbox.
    pub walk: fn(&mut Sandbox) -> Outcome,
}

/// A section of a chapter.
#[derive(Clone, Copy, Debug)]
pub struct Section {
    /// The chapter, such as `02_sessions`.
    pub chapter: &'static str,
    /// The section's title as it is in the chapter.
    pub title: &'static str,
}

impl fmt::Display for Section {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "book/src/{}.md, section \"{}\"", self.chapter, self.title)
    }
}

/// What the original, Pyramid's own step, does about a promise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Original {
    /// It keeps it.
    Keeps,
    /// It differs by design, and how.
    Differs(&'static str),
}

const fn section(chapter: &'static str, title: &'static str) -> Section {
    Section { chapter, title }
}

const fn promise(
    name: &'static str,
    section: Section,
    original: Original,
    walk: fn(&mut Sandbox) -> Outcome,
) -> Promise {
    Promise { name, section, original, walk }
}

impl Promise {
    /// Tries the promise in a new sandbox. Returns what happened, and whether it was kept.
    pub fn try_on(&self, server: &Server) -> (Recording, Outcome) {
        self.try_with_tokens(server, &[])
    }

    /// Tries the promise on a later step, whose forms may carry tokens.
    pub fn try_with_tokens(&self, server: &Server, form_pages: FormPages) -> (Recording, Outcome) {
        match Sandbox::open(server) {
            Ok(mut sandbox) => {
                sandbox.send_tokens(form_pages);
                let outcome = (self.walk)(&mut sandbox);
                (sandbox.recording, outcome)
            }
            Err(not_kept) => (Recording::default(), Err(not_kept)),
        }
    }
}

impl Walk {
    /// The promises of the steps before, and of those in `also_keeps`, that this step keeps too, each
    /// with its walk.
    pub fn inherited(&self) -> Vec<(&'static Walk, &'static Promise)> {
        let Some(before) = self.before.and_then(|slug| find(slug).ok()) else { return Vec::new() };
        let others = self.also_keeps.iter().filter_map(|slug| find(slug).ok());
        let mut promises = before.inherited();
        for walk in [before].into_iter().chain(others) {
            promises.extend(walk.promises.iter().map(|promise| (walk, promise)));
        }
        promises.retain(|(walk, promise)| {
            let name = format!("{}::{}", walk.slug, promise.name);
            self.replaces.iter().all(|(replaced, _)| *replaced != name)
        });
        promises
    }

    /// An exercise of the chapter. The error names those that the chapter has.
    pub fn exercise(&self, name: &str) -> Result<&'static Promise, String> {
        self.exercises.iter().find(|exercise| exercise.name == name).ok_or_else(|| {
            let names: Vec<_> = self.exercises.iter().map(|exercise| exercise.name).collect();
            format!("{} has no exercise {name}: it has {}", self.slug, names.join(" and "))
        })
    }

    /// What a solution of an exercise has to keep: the exercise's promise, and all of the step's.
    pub fn solved(&self, exercise: &'static Promise) -> Vec<&'static Promise> {
        [exercise].into_iter().chain(self.promises).collect()
    }

    /// The server that the step's program needs.
    pub fn needs(&self) -> Needs {
        let needs = NEEDS.iter().find(|(slug, _)| *slug == self.slug);
        needs.map_or(Needs::Nothing, |(_, needs)| *needs)
    }

    /// A server with what the step's program needs, in each sandbox.
    pub fn equipped(&self, server: &Server) -> Server {
        server.with(self.needs())
    }

    /// The package of the walk's step, such as `step-sessions`.
    pub fn package(&self) -> String {
        steps::package(self.slug)
    }
}

/// The walk of a step. The error names the steps.
pub fn find(slug: &str) -> Result<&'static Walk, String> {
    let found = all().into_iter().find(|walk| walk.slug == slug);
    found.ok_or_else(|| {
        let slugs: Vec<_> = all().iter().map(|walk| walk.slug).collect();
        format!("there is no step {slug}: the steps are {}", slugs.join(", "))
    })
}

/// All walks, in the order of their steps.
pub fn all() -> Vec<&'static Walk> {
    vec![
        &view_classes::WALK,
        &sessions::WALK,
        &outages::WALK,
        &guestbook::WALK,
        &flash::WALK,
        &shop::WALK,
        &cart::WALK,
        &csrf::WALK,
        &signed_cookie::WALK,
        &session_layer::WALK,
        &messages::WALK,
        &lifetime::WALK,
        &keyring::WALK,
        &sealed::WALK,
        &pyramid_cookie::WALK,
        &server_side::WALK,
        &atom::WALK,
        &gone::WALK,
        &limits::WALK,
        &store_contract::WALK,
        &sqlite_store::WALK,
        &survive::WALK,
        &migration::WALK,
        &group_commit::WALK,
        &library::WALK,
        &redis::WALK,
        &postgres::WALK,
        &cluster::WALK,
    ]
}
