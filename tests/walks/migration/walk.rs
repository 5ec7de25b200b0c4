//! Files of other versions and other programs, and rows that can't be read.

use crate::survive::{counted, execute, is_out_of_order, note};
use crate::{Original, Section, Walk, promise, section};
use harness::{Answer, Failure, NotKept, Outcome, Sandbox};
use rusqlite::Connection;

const FILE: Section = section("06g2_migration", "Migrations");
const REFUSED: Section = section("06g2_migration", "A file that isn't ours");
const ROW: Section = section("06g2_migration", "Rows that can't be read");
const EXERCISES: Section = section("06g2_migration", "Exercises");

const COOKIES: Original = Original::Differs("it has no store: the cookie holds the session");

pub(super) static WALK: Walk = Walk {
    slug: "migration",
    before: Some("survive"),
    also_keeps: &[],
    replaces: &[],
    form_pages: &[],
    promises: &[
        promise("older_file_keeps_its_sessions", FILE, COOKIES, older),
        promise("newer_file_is_refused_and_left_alone", REFUSED, COOKIES, newer_file),
        promise("file_of_another_program_is_refused_and_left_alone", REFUSED, COOKIES, foreign),
        promise("damaged_row_is_a_new_session_and_is_put_aside", ROW, COOKIES, damaged),
        promise("row_of_a_newer_program_is_left_to_it", ROW, COOKIES, newer_row),
    ],
    exercises: &[
        promise("when", EXERCISES, COOKIES, when),
        promise("shape", EXERCISES, COOKIES, shape),
    ],
};

/// What a query says, as text.
fn text(connection: &Connection, query: &str) -> Result<String, NotKept> {
    let found = connection.query_one(query, [], |row| row.get(0));
    found.map_err(|error| {
        NotKept::Skipped(format!("`{query}` could not be run on sessions.sqlite ({error})"))
    })
}

/// A query on the file has this answer.
fn says(connection: &Connection, query: &str, expected: &str, meaning: &str) -> Outcome {
    let came = text(connection, query)?;
    if came == expected {
        return Ok(());
    }
    Err(Failure::outside(&format!("`{query}` says {expected:?}"), format!("{came:?}"), meaning))
}

/// All tables and all rows of the file's main table, and the numbers in its header.
const CONTENT: &str = "SELECT json_object(
    'application', (SELECT application_id FROM pragma_application_id),
    'version', (SELECT user_version FROM pragma_user_version),
    'tables', (SELECT group_concat(sql, ';') FROM sqlite_schema),
    'rows', (SELECT group_concat(hex(key) || data) FROM sessions))";

/// The program refuses to start on the file as it is, says why, and changes nothing in it.
fn is_refused(sandbox: &mut Sandbox, connection: &Connection, why: &str) -> Outcome {
    let before = text(connection, CONTENT)?;
    let meaning = "the program works on a file that isn't its own, and may destroy it";
    sandbox.refuses_to_start_with(&[], why, meaning)?;
    says(connection, CONTENT, &before, "the file was refused, but not left alone")
}

const ENDED: &str = "the session ended with the program that wrote it";

fn older(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, connection) = counted(sandbox)?;
    sandbox.get(visitor, "/")?.shows_count(2, ENDED)?;
    let version = "SELECT CAST(user_version AS TEXT) FROM pragma_user_version";
    let ours = text(&connection, version)?;
    let meaning =
        "the file was not brought to this version, so the next start takes it for an older one";
    let has_version = "SELECT CAST(user_version > 0 AS TEXT) FROM pragma_user_version";
    says(&connection, has_version, "1", meaning)?;
    let made_older = "DROP TABLE unreadable; ALTER TABLE sessions DROP COLUMN schema;
        PRAGMA user_version = 0";
    execute(&connection, made_older)?;
    note(sandbox, "the file is made what step 06f writes");
    for count in 3..5 {
        sandbox.restart()?;
        sandbox.get(visitor, "/")?.shows_count(count, ENDED)?;
        says(&connection, version, &ours, meaning)?;
    }
    Ok(())
}

fn newer_file(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, connection) = counted(sandbox)?;
    let version = "SELECT CAST(user_version AS TEXT) FROM pragma_user_version";
    let ours = text(&connection, version)?;
    execute(&connection, "PRAGMA user_version = 1000; ALTER TABLE sessions ADD later TEXT")?;
    note(sandbox, "a newer version of the program changes the file");
    is_refused(sandbox, &connection, "or to a newer version of this one: move that file away")?;
    let made_ours = format!("ALTER TABLE sessions DROP COLUMN later; PRAGMA user_version = {ours}");
    execute(&connection, &made_ours)?;
    note(sandbox, "the file is made what it was");
    sandbox.restart_with(&[])?;
    sandbox.get(visitor, "/")?.shows_count(2, ENDED)
}

fn foreign(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, connection) = counted(sandbox)?;
    let application = "SELECT CAST(application_id AS TEXT) FROM pragma_application_id";
    let ours = text(&connection, application)?;
    for other in ["0", "7"] {
        execute(&connection, &format!("PRAGMA application_id = {other}"))?;
        note(sandbox, &format!("the file has the application id {other}"));
        is_refused(sandbox, &connection, "belongs to another program")?;
    }
    execute(&connection, &format!("PRAGMA application_id = {ours}"))?;
    note(sandbox, "the file has its own application id again");
    sandbox.restart_with(&[])?;
    sandbox.get(visitor, "/")?.shows_count(2, ENDED)
}

/// The visitor is new, under another id.
fn begins_again(answer: &Answer, old: &str) -> Outcome {
    let meaning = "a row that can't be read locks its visitor out until it expires: begin a new session, and put the row aside";
    answer.shows_count(1, meaning)?;
    if answer.cookie_pair(meaning)? == old {
        return Err(answer.broken("a cookie with another id", "the same id".to_owned(), meaning));
    }
    Ok(())
}

const DAMAGED: [&str; 5] =
    [r#"{"counter":"#, "", "[1, 2]", r#""a secret""#, r#"{"counter":1} and more"#];

fn damaged(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, connection) = counted(sandbox)?;
    for data in DAMAGED {
        let old = sandbox.cookie_header(visitor).unwrap_or_default();
        // The version too, as with each write: a program may still know what it has written.
        let damage = format!("UPDATE sessions SET data = '{data}', version = version + 1");
        execute(&connection, &damage)?;
        note(sandbox, &format!("the visitor's row is damaged, and has the data {data:?}"));
        begins_again(&sandbox.get(visitor, "/")?, &old)?;
        let meaning = "nobody will ever see what was in the row: put it aside";
        let last =
            "SELECT coalesce((SELECT data FROM unreadable ORDER BY rowid DESC LIMIT 1), 'nothing')";
        says(&connection, last, data, meaning)?;
        sandbox.get(visitor, "/")?.shows_count(2, "the new session is not kept")?;
    }
    sandbox.log_has(&["WARN", "put aside"], "the log doesn't say that a row was put aside")?;
    let id = sandbox.cookie_header(visitor).unwrap_or_default();
    let id = id.split_once('=').map_or("", |(_, value)| value).to_owned();
    sandbox.log_has_no(&[&id], "the log has an id, and anyone who reads it has the session")?;
    sandbox.log_has_no(&["a secret"], "the log quotes what was in the row")
}

fn newer_row(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, connection) = counted(sandbox)?;
    let data = text(&connection, "SELECT data FROM sessions")?;
    let schema = text(&connection, "SELECT CAST(schema AS TEXT) FROM sessions")?;
    execute(&connection, "UPDATE sessions SET schema = 1000, data = 'a newer shape'")?;
    note(sandbox, "a newer program writes the visitor's row");
    for path in ["/", "/howdy"] {
        is_out_of_order(&sandbox.get(visitor, path)?)?;
    }
    let meaning = "a newer program that reads this row tomorrow finds it changed";
    says(&connection, "SELECT data || schema FROM sessions", "a newer shape1000", meaning)?;
    execute(&connection, &format!("UPDATE sessions SET schema = {schema}, data = '{data}'"))?;
    note(sandbox, "the row is what it was, and could be read by the newer program too");
    sandbox.get(visitor, "/")?.shows_count(2, "the visitor lost the session to an older program")
}

/// A row that is put aside has a time.
fn when(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, connection) = counted(sandbox)?;
    let age =
        "SELECT CAST(seen BETWEEN unixepoch() * 1000 - 60000 AND unixepoch() * 1000 + 1000 AS TEXT)
        FROM unreadable ORDER BY rowid DESC LIMIT 1";
    let meaning = "the column `seen` of `unreadable` has the milliseconds since 1970 when the row was put aside";
    execute(&connection, "UPDATE sessions SET data = 'damaged'")?;
    sandbox.get(visitor, "/")?.shows_count(1, meaning)?;
    says(&connection, age, "1", meaning)?;
    let made_older = "ALTER TABLE unreadable DROP COLUMN seen; PRAGMA user_version = 2";
    execute(&connection, made_older)?;
    note(sandbox, "the file is made what the step writes");
    sandbox.restart()?;
    sandbox.get(visitor, "/")?.shows_count(2, ENDED)?;
    execute(&connection, "UPDATE sessions SET data = 'damaged'")?;
    sandbox.get(visitor, "/")?.shows_count(1, meaning)?;
    says(&connection, age, "1", "a file of the step doesn't get the column: add a migration")
}

/// The count has another name in rows of the new shape, and rows of the old one are read.
fn shape(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, connection) = counted(sandbox)?;
    let new = r#"SELECT json_extract(data, '$.visits') || ' ' || schema FROM sessions"#;
    let meaning = "the row has the count under `visits`, and the schema 2";
    says(&connection, new, "1 2", meaning)?;
    execute(&connection, r#"UPDATE sessions SET schema = 1, data = '{"counter":7}'"#)?;
    note(sandbox, "the visitor's row is one that the step wrote");
    sandbox.get(visitor, "/")?.shows_count(8, "a row of schema 1 has the count under `counter`")?;
    says(&connection, new, "8 2", meaning)?;
    execute(&connection, r#"UPDATE sessions SET schema = 3, data = '{"calls":9}'"#)?;
    note(sandbox, "the visitor's row is one of schema 3");
    is_out_of_order(&sandbox.get(visitor, "/")?)
}
