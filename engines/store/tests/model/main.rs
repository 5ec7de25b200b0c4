//! A model check. Requests that count, rotate and end sessions are cut into their calls of the store,
//! and the calls are put in random orders, on two engines that share the store. What the engines say
//! has to agree with what a session is, whatever the order.

#![allow(clippy::unwrap_used)]

mod requests;
mod stepping;

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::test_runner::RngAlgorithm::ChaCha;
use proptest::test_runner::{Config, TestCaseError, TestRng, TestRunner};
use requests::{Act, Happened, Plan, run};
use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use stepping::{Mistake, Stepping};

const ORDERS: u32 = 5000;

fn plans() -> impl Strategy<Value = Plan> {
    let act = prop_oneof![
        4 => Just(Act::Count),
        3 => Just(Act::ReadThenCount),
        2 => Just(Act::Rotate),
        1 => Just(Act::RotateThenCount),
        2 => Just(Act::Destroy),
    ];
    let requests = vec((act, any::<bool>(), any::<usize>()), 1..9);
    (requests, vec(any::<usize>(), 0..80)).prop_map(|(requests, order)| Plan { requests, order })
}

/// What is wrong with what happened, if anything is.
fn check(happened: &Happened) -> Result<(), String> {
    let mut counts: HashMap<u64, Vec<u64>> = HashMap::new();
    let mut ended = HashSet::new();
    for event in &happened.events {
        match event {
            requests::Event::Counted { session, count, begun_late } => {
                if ended.contains(session) {
                    return Err(format!("session {session} was changed after it had ended"));
                }
                if *begun_late {
                    return Err("an id that was replaced got a session".to_owned());
                }
                counts.entry(*session).or_default().push(*count);
            }
            requests::Event::Ended { session } => {
                ended.insert(*session);
            }
        }
    }
    for (session, mut shown) in counts {
        shown.sort_unstable();
        let expected: Vec<u64> = (1..=shown.len() as u64).collect();
        if shown != expected {
            return Err(format!("session {session} has shown the counts {shown:?}"));
        }
        let kept = happened.kept.get(&session).cloned().unwrap_or_default();
        let last = vec![shown.len() as u64];
        match (ended.contains(&session), kept.is_empty()) {
            (true, false) => {
                return Err(format!("session {session} has ended, and is in the store"));
            }
            (false, _) if kept != last => {
                return Err(format!(
                    "session {session} counts {last:?}, and the store has {kept:?}"
                ));
            }
            _ => {}
        }
    }
    Ok(())
}

fn config() -> Config {
    Config { cases: ORDERS, failure_persistence: None, ..Config::default() }
}

/// Tries random orders on a store. Returns how many requests there were.
fn try_orders(mut runner: TestRunner, mistake: Mistake) -> Result<u64, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let _context = runtime.enter();
    let requests = Cell::new(0);
    let result = runner.run(&plans(), |plan| {
        requests.set(requests.get() + plan.requests.len() as u64);
        check(&run(&Stepping::new(mistake), &plan)).map_err(TestCaseError::fail)
    });
    result.map(|()| requests.get()).map_err(|error| error.to_string())
}

#[test]
fn no_order_of_calls_revives_or_loses_a_session() {
    let requests = try_orders(TestRunner::new(config()), Mistake::None).unwrap();
    println!("{ORDERS} random orders of {requests} requests: nothing was lost or revived");
}

#[test]
fn each_wrong_store_is_found() {
    for mistake in [
        Mistake::SaveIgnoresTheVersion,
        Mistake::SaveCreatesWhatIsMissing,
        Mistake::RenameLeavesNoTombstone,
        Mistake::DeleteIsForgotten,
    ] {
        let runner = TestRunner::new_with_rng(config(), TestRng::deterministic_rng(ChaCha));
        assert!(try_orders(runner, mistake).is_err(), "{mistake:?} keeps the model's rules");
    }
}
