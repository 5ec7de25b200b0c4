//! A new secret: the sessions of the old one go on, and one that is taken out opens nothing.

use crate::{Original, Section, Walk, promise, section};
use harness::{NotKept, Outcome, Sandbox, Visit, Visitor};
use std::fs;
use std::path::Path;

const KEYRING: Section = section("05d_keyring", "The keyring");
const COOKIE: Section = section("05d_keyring", "The cookie");
const READ: Section = section("05d_keyring", "A session that is only read");
const OLD_SECRET: Section = section("05d_keyring", "The old secret");
const RECIPE: Section = section("05d_keyring", "How to rotate");
const LEAKED: Section = section("05d_keyring", "When a secret has leaked");
const EXERCISES: Section = section("05d_keyring", "Exercises");

const ONE_SECRET: Original =
    Original::Differs("it has one secret, and a new one ends all sessions");

pub(super) static WALK: Walk = Walk {
    slug: "keyring",
    before: Some("lifetime"),
    also_keeps: &[],
    replaces: &[],
    form_pages: &[],
    promises: &[
        promise("req_67_newest_secret_signs", KEYRING, Original::Keeps, newest_signs),
        promise("req_67_session_of_the_old_secret_goes_on", COOKIE, ONE_SECRET, goes_on),
        promise("session_that_is_only_read_gets_a_new_cookie", READ, ONE_SECRET, only_read),
        promise("weak_old_secret_is_refused_at_the_start", OLD_SECRET, ONE_SECRET, weak_old_secret),
        promise("recipe_for_a_new_secret_loses_no_count", RECIPE, ONE_SECRET, recipe),
        promise("secret_taken_out_opens_nothing", LEAKED, Original::Keeps, taken_out),
    ],
    exercises: &[
        promise("older", EXERCISES, ONE_SECRET, older),
        promise("log", EXERCISES, ONE_SECRET, log),
    ],
};

/// Secrets that nobody uses. Each is like one from `openssl rand -hex 32`.
const OLD_ONE: &str = "8f41c6d2075b9ae3361d84f7b20c95ea7d3f18062b4c59e8a6f0d17c43b8925e";
const NEW_ONE: &str = "1be07a95c3d8426f9012e7f4a6583cbd5f09d1e82a7764b3c0fd98e5217a3b46";
const THIRD_ONE: &str = "d3905ac72f6e18b40c59f7ea8d126b3347ce05b9a1f8d264e77b3c09165fa2d8";

const OLD: &[(&str, &str)] = &[("SECRET", OLD_ONE)];
const BOTH: &[(&str, &str)] = &[("SECRET", NEW_ONE), ("OLD_SECRET", OLD_ONE)];
const NEW: &[(&str, &str)] = &[("SECRET", NEW_ONE)];

const NEW_EACH_TIME: &str =
    "the session is new on every request: its cookie was not set, was refused or is not read";
const NOT_READ: &str = "OLD_SECRET is not read, or not used to open cookies";
const OLD_SIGNS: &str =
    "the cookie was made with the old secret, so it is worth nothing once that is taken out";
const TAKEN_OUT: &str = "a secret that was taken out still opens cookies";

/// A visitor whose session was made with the old secret, and has a count of 1.
fn visitor_of_the_old_secret(sandbox: &mut Sandbox) -> Result<Visitor, NotKept> {
    sandbox.restart_with(OLD)?;
    let visitor = sandbox.visitor()?;
    sandbox.get(visitor, "/")?.shows_count(1, NEW_EACH_TIME)?;
    Ok(visitor)
}

fn newest_signs(sandbox: &mut Sandbox) -> Outcome {
    sandbox.restart_with(BOTH)?;
    let visitor = sandbox.visitor()?;
    let answer = sandbox.get(visitor, "/")?;
    answer.shows_count(1, NEW_EACH_TIME)?;
    let cookie = answer.cookie_pair(NEW_EACH_TIME)?.to_owned();
    sandbox.restart_with(NEW)?;
    sandbox.get(visitor, "/")?.shows_count(2, OLD_SIGNS)?;
    sandbox.restart_with(OLD)?;
    let stranger = sandbox.visitor()?;
    let visit = Visit::get("/").with_cookie(&cookie, "[the first cookie of visitor 1]");
    sandbox.visit(stranger, visit)?.shows_count(1, OLD_SIGNS)
}

fn goes_on(sandbox: &mut Sandbox) -> Outcome {
    let visitor = visitor_of_the_old_secret(sandbox)?;
    sandbox.restart_with(BOTH)?;
    let answer = sandbox.get(visitor, "/")?;
    answer.shows_count(2, NOT_READ)?;
    answer.only_cookie("the session was changed, so its new state has to be sent")?;
    sandbox.restart_with(NEW)?;
    sandbox.get(visitor, "/")?.shows_count(3, OLD_SIGNS)
}

/// The page with the form reads the session's token, and changes nothing if there is one.
fn only_read(sandbox: &mut Sandbox) -> Outcome {
    let visitor = visitor_of_the_old_secret(sandbox)?;
    sandbox.get(visitor, "/sign")?;
    sandbox.get(visitor, "/sign")?.sets_no_cookie("the form's page makes a token each time")?;
    sandbox.restart_with(BOTH)?;
    let meaning =
        "an old key opened the session, so it needs a new cookie although it is only read";
    sandbox.get(visitor, "/sign")?.only_cookie(meaning)?;
    let meaning = "the session has a cookie of the newest key already";
    sandbox.get(visitor, "/sign")?.sets_no_cookie(meaning)?;
    sandbox.restart_with(NEW)?;
    sandbox.get(visitor, "/")?.shows_count(2, OLD_SIGNS)
}

fn weak_old_secret(sandbox: &mut Sandbox) -> Outcome {
    let visitor = visitor_of_the_old_secret(sandbox)?;
    let meaning =
        "anyone who guesses the old secret can make any session: check it like the new one";
    for weak in ["itsaseekreet", "short", "", &"01".repeat(32)] {
        let environment = [("SECRET", NEW_ONE), ("OLD_SECRET", weak)];
        sandbox.refuses_to_start_with(&environment, "OLD_SECRET", meaning)?;
    }
    sandbox.restart_with(BOTH)?;
    sandbox.get(visitor, "/")?.shows_count(2, NOT_READ)
}

/// What the chapter says to type, on the file in which a program like ours keeps its secret.
fn recipe(sandbox: &mut Sandbox) -> Outcome {
    let file = sandbox.state_dir()?.join("secret");
    let old_file = file.with_file_name("old-secret");
    let visitor = sandbox.visitor()?;
    sandbox.get(visitor, "/")?.shows_count(1, NEW_EACH_TIME)?;
    let old = read(&file)?;
    fs::rename(&file, &old_file).map_err(|error| no_file(&file, &error))?;
    sandbox.restart_with(&[("OLD_SECRET", old.trim())])?;
    sandbox.get(visitor, "/")?.shows_count(2, NOT_READ)?;
    let meaning = "the new secret is the old one, or is not kept in STATE_DIR/secret";
    if read(&file)? == old {
        return Err(harness::Failure::outside("another secret", "the same".into(), meaning));
    }
    sandbox.kill_and_restart()?;
    sandbox.get(visitor, "/")?.shows_count(3, meaning)?;
    sandbox.restart_with(&[])?;
    fs::remove_file(&old_file).map_err(|error| no_file(&old_file, &error))?;
    sandbox.get(visitor, "/")?.shows_count(4, meaning)?;
    sandbox.restart()?;
    sandbox.get(visitor, "/howdy")?.shows_count(5, meaning)
}

fn read(file: &Path) -> Result<String, NotKept> {
    fs::read_to_string(file).map_err(|error| no_file(file, &error))
}

fn no_file(file: &Path, error: &std::io::Error) -> NotKept {
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    NotKept::Skipped(format!("this program keeps no secret in {name} in STATE_DIR ({error})"))
}

fn taken_out(sandbox: &mut Sandbox) -> Outcome {
    let visitor = visitor_of_the_old_secret(sandbox)?;
    let answer = sandbox.get(visitor, "/")?;
    answer.shows_count(2, NEW_EACH_TIME)?;
    let cookie = answer.cookie_pair(NEW_EACH_TIME)?.to_owned();
    sandbox.restart_with(NEW)?;
    sandbox.get(visitor, "/")?.shows_count(1, TAKEN_OUT)?;
    let thief = sandbox.visitor()?;
    let visit = Visit::get("/").with_cookie(&cookie, "[the second cookie of visitor 1]");
    sandbox.visit(thief, visit)?.shows_count(1, TAKEN_OUT)?;
    sandbox.get(visitor, "/")?.shows_count(2, NEW_EACH_TIME)
}

/// Two rotations within the idle timeout.
fn older(sandbox: &mut Sandbox) -> Outcome {
    let visitor = visitor_of_the_old_secret(sandbox)?;
    let all = [("SECRET", THIRD_ONE), ("OLD_SECRET", NEW_ONE), ("OLDER_SECRET", OLD_ONE)];
    let meaning = "OLDER_SECRET is not read, or not used to open cookies";
    let weak = [("SECRET", THIRD_ONE), ("OLD_SECRET", NEW_ONE), ("OLDER_SECRET", "itsaseekreet")];
    sandbox.refuses_to_start_with(&weak, "OLDER_SECRET", "check OLDER_SECRET like the others")?;
    sandbox.restart_with(&all)?;
    sandbox.get(visitor, "/")?.shows_count(2, meaning)?;
    sandbox.restart_with(&[("SECRET", THIRD_ONE)])?;
    sandbox.get(visitor, "/")?.shows_count(3, OLD_SIGNS)
}

/// A line of the log for each session of an old secret, so that you see when there are no more.
fn log(sandbox: &mut Sandbox) -> Outcome {
    let visitor = visitor_of_the_old_secret(sandbox)?;
    sandbox.restart_with(BOTH)?;
    let line = ["INFO", "old secret"];
    let stranger = sandbox.visitor()?;
    sandbox.get(stranger, "/")?.shows_count(1, NEW_EACH_TIME)?;
    sandbox.log_has_no(&line, "a session that is new has nothing to do with the old secret")?;
    sandbox.get(visitor, "/")?.shows_count(2, NOT_READ)?;
    sandbox.log_has(&line, "an old key opened the session, and no line of the log says so")?;
    let meaning = "a secret has no place in a log";
    sandbox.log_has_no(&[OLD_ONE], meaning)?;
    sandbox.log_has_no(&[NEW_ONE], meaning)
}
