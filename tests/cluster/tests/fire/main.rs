//! A cluster under fire: over HTTP through HAProxy, on real processes and a real store.
//!
//! Each test prints its counts in a sentence. Each one is also tried on something that is wrong, a
//! patch of step 08c in the folder `wrong`, a balancer with other settings, or a deploy without a
//! drain, on which it has to fail.

#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod caches;
mod command;
mod deploys;
mod endings;
mod failover;
mod increments;
mod kills;
mod relay;
mod target;
mod visitors;

use cluster::{on_postgres, on_redis};
use harness::{Needs, ScratchWorkspace, ServerCommand, wrong_programs};
use std::path::Path;
use target::Outcome;

/// What is done to a cluster of a program, and how often.
type Fire = fn(&ServerCommand, u64) -> Outcome;

/// What a test does, by its name, and how often it does it to a wrong program.
fn fire(test: &str) -> (Fire, u64) {
    match test {
        "parallel_requests_to_all_nodes_are_each_counted_once" => (increments::parallel, 5),
        "slow_request_on_another_node_revives_no_session" => (endings::logouts, 200),
        "req_55_cache_in_front_shows_nobody_the_page_of_another" => (caches::own_pages, 20),
        _ => panic!("no test of wrong programs is named {test}"),
    }
}

/// The fire says its counts on each store.
#[track_caller]
fn holds(fire: Fire, times: u64) {
    for command in [on_redis(), on_postgres()] {
        holds_on(&command.unwrap(), fire, times);
    }
}

#[track_caller]
fn holds_on(command: &ServerCommand, fire: Fire, times: u64) {
    match fire(command, times) {
        Ok(counts) => println!("{:?}: {counts}.", command.needs),
        Err(error) => panic!("{:?}: {error}", command.needs),
    }
}

#[track_caller]
fn breaks(name: &str, command: &ServerCommand, fire: Fire, times: u64) {
    match fire(command, times) {
        Ok(counts) => panic!("{name} holds, although it is wrong: {counts}"),
        Err(error) => println!("{name}, as it should, fails: {error}."),
    }
}

#[test]
#[ignore = "needs haproxy, postgresql and redis-server: run `just test-cluster`"]
fn parallel_requests_to_all_nodes_are_each_counted_once() {
    holds(increments::parallel, 50);
}

#[test]
#[ignore = "needs haproxy, postgresql and redis-server: run `just test-cluster`"]
fn slow_request_on_another_node_revives_no_session() {
    holds(endings::logouts, 200);
}

#[test]
#[ignore = "needs haproxy, postgresql and redis-server: run `just test-cluster`"]
fn killed_node_takes_no_count_with_it() {
    holds(kills::nodes, 9);
}

#[test]
#[ignore = "needs haproxy, postgresql and redis-server: run `just test-cluster`"]
fn balancer_that_sends_again_counts_twice_under_this_fire() {
    breaks("a balancer that sends again", &on_redis().unwrap(), kills::nodes_with_eager_retries, 9);
}

#[test]
#[ignore = "needs haproxy, postgresql and redis-server: run `just test-cluster`"]
fn killed_store_takes_no_count_with_it() {
    holds(kills::store, 2);
}

#[test]
#[ignore = "needs haproxy, postgresql and redis-server: run `just test-cluster`"]
fn balancer_without_healthy_nodes_hides_all_pages_under_this_fire() {
    breaks(
        "a balancer that asks nobody",
        &on_redis().unwrap(),
        kills::store_with_strict_balancer,
        1,
    );
}

#[test]
#[ignore = "needs haproxy, postgresql and redis-server: run `just test-cluster`"]
fn deploy_with_a_drained_node_fails_nobody() {
    holds(deploys::drained, 3);
}

#[test]
#[ignore = "needs haproxy, postgresql and redis-server: run `just test-cluster`"]
fn deploy_that_the_balancer_notices_fails_nobody() {
    holds(deploys::noticed, 2);
}

#[test]
#[ignore = "needs haproxy, postgresql and redis-server: run `just test-cluster`"]
fn deploy_without_a_drain_fails_some_under_this_fire() {
    breaks("a deploy without a drain", &on_redis().unwrap(), deploys::abrupt, 4);
}

#[test]
#[ignore = "needs haproxy, postgresql, redis-server and varnish: run `just test-cluster`"]
fn req_55_cache_in_front_shows_nobody_the_page_of_another() {
    holds(caches::own_pages, 20);
}

#[test]
#[ignore = "needs redis-server: run `just test-cluster`"]
fn failover_to_a_replica_loses_only_the_last_moment() {
    holds_on(&on_redis().unwrap(), failover::replica, 3);
}

#[test]
#[ignore = "needs haproxy and redis-server: run `just test-cluster`"]
fn replica_that_lags_loses_more_under_this_fire() {
    breaks("a replica that lags", &on_redis().unwrap(), failover::replica_that_lags, 1);
}

#[test]
#[ignore = "builds wrong programs: run `just test-cluster`"]
fn wrong_programs_do_not_hold() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fire/wrong");
    let scratch = ScratchWorkspace::open("cluster").unwrap();
    for wrong in wrong_programs(&scratch, "cluster", &folder).unwrap() {
        let (fire, times) = fire(&wrong.breaks);
        let command = ServerCommand { needs: Needs::Redis, ..wrong.command };
        breaks(&wrong.name, &command, fire, times);
    }
}
