//! One node of a cluster: what its page says, what the load balancer hears from it, and how it ends.

use crate::survive::note;
use crate::{Original, Section, Walk, promise, section};
use harness::{Failure, NotKept, Outcome, Sandbox, Visit, Visitor};
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

const NODE: Section = section("08c_cluster", "Which node was it?");
const HEALTH: Section = section("08c_cluster", "Health");
const DRAIN: Section = section("08c_cluster", "An end that nobody notices");
const SECRET: Section = section("08c_cluster", "What the nodes share");
const EXERCISES: Section = section("08c_cluster", "Exercises");

const NO_PAGE: Original = Original::Differs("it has no such page");
const ONE_SECRET: Original =
    Original::Differs("its cookies are signed, so all of its nodes need one secret");

/// Long enough for a connection to come back on a machine that does other work too.
const NOTICED_WITHIN: Duration = Duration::from_secs(5);

const SAYS_MORE: &str = "the page also says which node has made it";

pub(super) static WALK: Walk = Walk {
    slug: "cluster",
    before: Some("redis"),
    also_keeps: &[],
    replaces: &[
        ("sessions::pages_are_the_originals", SAYS_MORE),
        ("signed_cookie::pages_are_the_originals", SAYS_MORE),
    ],
    form_pages: &[],
    promises: &[
        promise("page_names_its_node", NODE, NO_PAGE, names_node),
        promise("session_goes_on_under_another_secret", SECRET, ONE_SECRET, other_secret),
        promise("health_is_200_while_the_store_can_be_written", HEALTH, NO_PAGE, writable),
        promise("health_begins_no_session", HEALTH, NO_PAGE, no_session),
        promise("hanging_store_is_unhealthy_in_time", HEALTH, NO_PAGE, hanging),
        promise("node_that_stops_is_unhealthy_and_still_answers", DRAIN, NO_PAGE, draining),
    ],
    exercises: &[
        promise("maintenance", EXERCISES, NO_PAGE, maintenance),
        promise("shared_checks", EXERCISES, NO_PAGE, shared_checks),
    ],
};

const NEW_EACH_TIME: &str =
    "the session is new on every request: its cookie was not set, was refused or is not read";

fn names_node(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let meaning = "the page doesn't say which node has made it: show NODE, or `local` without it";
    sandbox.get(visitor, "/")?.shows("Answered by local", meaning)?;
    for node in ["node-1", "node-2"] {
        sandbox.restart_with(&[("NODE", node)])?;
        sandbox.get(visitor, "/howdy")?.shows(&format!("Answered by {node}"), meaning)?;
    }
    sandbox.get(visitor, "/")?.shows_count(4, "the session stays on its node")
}

fn other_secret(sandbox: &mut Sandbox) -> Outcome {
    let meaning = "the session depends on something that another node doesn't have";
    let visitor = sandbox.visitor()?;
    for (count, secret) in [(1, "a"), (2, "b"), (3, "c")] {
        let secret = format!("{secret}-0123456789-0123456789-0123456789");
        sandbox.restart_with(&[("SECRET", &secret)])?;
        sandbox.get(visitor, "/")?.shows_count(count, meaning)?;
    }
    Ok(())
}

/// The health check has this status, soon enough.
fn has_health(sandbox: &mut Sandbox, stranger: Visitor, status: u16, meaning: &str) -> Outcome {
    let began = Instant::now();
    let answer = sandbox.get(stranger, "/health")?;
    answer.has_status(status, meaning)?;
    answer.has_header("cache-control: no-store", "a cache may keep what the node said once")?;
    if began.elapsed() > Duration::from_secs(2) {
        let meaning = "the check waits as long as a visitor does, and by then the balancer has given up: give it a second";
        let came = "one that took longer".to_owned();
        return Err(answer.broken("an answer within 2 seconds", came, meaning));
    }
    Ok(())
}

/// The health check has this status as soon as the node has noticed what has changed.
fn gets_health(sandbox: &mut Sandbox, stranger: Visitor, status: u16, meaning: &str) -> Outcome {
    let began = Instant::now();
    let recorded = sandbox.recording.events.len();
    loop {
        let outcome = has_health(sandbox, stranger, status, meaning);
        if outcome.is_ok() || began.elapsed() > NOTICED_WITHIN {
            return outcome;
        }
        sandbox.recording.events.truncate(recorded);
        thread::sleep(Duration::from_millis(100));
    }
}

const DOWN: &str = "the store is down, and the balancer goes on sending visitors here";
const BACK: &str = "the store is back, and the balancer doesn't learn it";
const FULL: &str = "the store is full: it answers, but no visitor can be counted, so write to it";

/// Something has changed, and the balancer may learn it a second late.
fn changed(sandbox: &mut Sandbox, what: &str) {
    note(sandbox, what);
    sandbox.wait(Duration::from_millis(1200));
}

fn writable(sandbox: &mut Sandbox) -> Outcome {
    let balancer = sandbox.visitor()?;
    has_health(sandbox, balancer, 200, "all is well, and the node says that it isn't")?;
    sandbox.redis()?.kill();
    changed(sandbox, "Redis is killed");
    gets_health(sandbox, balancer, 503, DOWN)?;
    sandbox.redis()?.start_again()?;
    changed(sandbox, "Redis is started again");
    gets_health(sandbox, balancer, 200, BACK)?;
    set_memory(sandbox, "1")?;
    changed(sandbox, "Redis is full");
    gets_health(sandbox, balancer, 503, FULL)?;
    set_memory(sandbox, "0")?;
    changed(sandbox, "Redis has room again");
    gets_health(sandbox, balancer, 200, BACK)
}

fn set_memory(sandbox: &mut Sandbox, octets: &str) -> Outcome {
    ask(sandbox, &["CONFIG", "SET", "maxmemory", octets]).map(drop)
}

/// What Redis replies to a command.
fn ask(sandbox: &mut Sandbox, words: &[&str]) -> Result<String, NotKept> {
    let reply = sandbox.redis()?.ask(words);
    reply.map_err(|error| NotKept::Skipped(format!("Redis does not reply ({error})")))
}

fn no_session(sandbox: &mut Sandbox) -> Outcome {
    let balancer = sandbox.visitor()?;
    let meaning =
        "the balancer asks twice a second, and each time a session begins that nobody uses";
    for _ in 0..3 {
        let answer = sandbox.get(balancer, "/health")?;
        answer.has_status(200, "all is well, and the node says that it isn't")?;
        answer.sets_no_cookie(meaning)?;
    }
    let keys = ask(sandbox, &["DBSIZE"])?;
    if keys != ":0" {
        let came = format!("{} of them", keys.trim_start_matches(':'));
        return Err(Failure::outside("no key in Redis after three checks", came, meaning));
    }
    note(sandbox, "Redis has no key");
    Ok(())
}

#[cfg(unix)]
fn hanging(sandbox: &mut Sandbox) -> Outcome {
    let balancer = sandbox.visitor()?;
    has_health(sandbox, balancer, 200, "all is well, and the node says that it isn't")?;
    sandbox.redis()?.freeze();
    changed(sandbox, "Redis hangs: it keeps its connections, and answers nothing");
    gets_health(sandbox, balancer, 503, DOWN)?;
    sandbox.redis()?.go_on();
    changed(sandbox, "Redis goes on");
    gets_health(sandbox, balancer, 200, BACK)
}

#[cfg(windows)]
fn hanging(_: &mut Sandbox) -> Outcome {
    Err(NotKept::Skipped("a program can't be stopped for a while here".to_owned()))
}

/// Somebody asks the node to stop. For two more seconds it answers visitors, who don't know yet, and
/// it tells the balancer. A slow request that has begun is answered too.
fn draining(sandbox: &mut Sandbox) -> Outcome {
    sandbox.restart_with(&[("DRAIN_SECONDS", "2")])?;
    let visitor = sandbox.visitor()?;
    let balancer = sandbox.visitor()?;
    sandbox.get(visitor, "/")?.shows_count(1, NEW_EACH_TIME)?;
    has_health(sandbox, balancer, 200, "all is well, and the node says that it isn't")?;
    let pending = sandbox.begin_visit(visitor, Visit::get("/slow?wait=2500"))?;
    thread::sleep(Duration::from_millis(200));
    sandbox.ask_to_stop()?;
    thread::sleep(Duration::from_millis(200));
    let meaning = "the node will end, and the balancer goes on sending visitors to it";
    has_health(sandbox, balancer, 503, meaning)?;
    let stranger = sandbox.visitor()?;
    let meaning = "the node turns visitors away before the balancer can know";
    sandbox.get(stranger, "/")?.shows_count(1, meaning)?;
    sandbox.stop()?;
    let answer = sandbox.end_visit(pending)?;
    answer.shows_count(2, "the node ended in the middle of a request")
}

/// An exercise: somebody works on the node, and says so with a file.
fn maintenance(sandbox: &mut Sandbox) -> Outcome {
    let balancer = sandbox.visitor()?;
    let visitor = sandbox.visitor()?;
    let file = sandbox.state_dir()?.join("maintenance");
    let trouble = |error: std::io::Error| NotKept::Skipped(format!("no file ({error})"));
    has_health(sandbox, balancer, 200, "without the file, the node is healthy")?;
    fs::write(&file, "").map_err(trouble)?;
    note(sandbox, "somebody puts a file `maintenance` into the state folder");
    has_health(sandbox, balancer, 503, "the file is there, and the node doesn't look")?;
    sandbox.get(visitor, "/")?.shows_count(1, "visitors who come are still answered")?;
    sandbox.restart()?;
    has_health(sandbox, balancer, 503, "the file outlives a restart")?;
    fs::remove_file(&file).map_err(trouble)?;
    note(sandbox, "somebody removes the file");
    has_health(sandbox, balancer, 200, "the file is gone, and the node doesn't look")
}

/// An exercise: however many balancers ask, the store is written once a second.
fn shared_checks(sandbox: &mut Sandbox) -> Outcome {
    let balancer = sandbox.visitor()?;
    has_health(sandbox, balancer, 200, "all is well, and the node says that it isn't")?;
    sandbox.wait(Duration::from_millis(1100));
    let before = scripts(sandbox)?;
    sandbox.visit_at_once(&[balancer; 40], "/health")?;
    note(sandbox, "40 balancers ask at once");
    let written = scripts(sandbox)? - before;
    // Two scripts a check, and a second may end meanwhile.
    if written > 4 {
        let meaning = "each check writes: keep what the last one found out, for a second, and let others wait for one that is under way";
        let came = format!("{written} scripts");
        return Err(Failure::outside("at most 4 scripts in Redis", came, meaning));
    }
    sandbox.redis()?.kill();
    changed(sandbox, "Redis is killed");
    gets_health(sandbox, balancer, 503, DOWN)
}

/// How many scripts Redis has run.
fn scripts(sandbox: &mut Sandbox) -> Result<u64, NotKept> {
    let statistics = ask(sandbox, &["INFO", "commandstats"])?;
    let calls = statistics.lines().find_map(|line| {
        let (calls, _) = line.strip_prefix("cmdstat_evalsha:calls=")?.split_once(',')?;
        calls.parse().ok()
    });
    Ok(calls.unwrap_or(0))
}
