// ANCHOR: tables
use crate::connections::Unusable;
use deadpool_postgres::ClientWrapper;

/// What makes the tables of one version those of the next.
const MIGRATIONS: [&str; 2] = [
    "CREATE TABLE sessions (
        key bytea PRIMARY KEY,
        version bigint NOT NULL,
        created timestamptz NOT NULL,
        accessed timestamptz NOT NULL,
        expires timestamptz NOT NULL,
        seen_expired timestamptz,
        data text
    );
    CREATE INDEX sessions_unmarked ON sessions (expires) WHERE seen_expired IS NULL;
    CREATE INDEX sessions_marked ON sessions (expires) WHERE seen_expired IS NOT NULL;
    CREATE INDEX sessions_to_delete ON sessions (seen_expired) WHERE seen_expired IS NOT NULL;",
    "CREATE TABLE unreadable (
        key bytea NOT NULL,
        data text NOT NULL,
        put_aside timestamptz NOT NULL DEFAULT now()
    );",
];
// ANCHOR_END: tables

// ANCHOR: migrate
/// Any number will do, if all programs take the same: "sess".
const LOCK: i64 = 0x7365_7373;

const NEWER: &str = "a newer version of this program has changed the tables: update this one too";

/// Brings the tables to this program's version. Another program that comes meanwhile waits for the
/// lock, and then finds that nothing is missing.
pub async fn migrate(client: &mut ClientWrapper) -> Result<(), Unusable> {
    let change = client.transaction().await?;
    change.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await?;
    let table = "CREATE TABLE IF NOT EXISTS session_migrations (number integer PRIMARY KEY)";
    change.execute(table, &[]).await?;
    let last = "SELECT coalesce(max(number), 0) FROM session_migrations";
    let last: i32 = change.query_one(last, &[]).await?.try_get(0)?;
    let Some(missing) = MIGRATIONS.get(last as usize..) else {
        return Err(Unusable::Refused(NEWER.to_owned()));
    };
    for (number, migration) in (last + 1..).zip(missing) {
        change.batch_execute(migration).await?;
        let note = "INSERT INTO session_migrations (number) VALUES ($1)";
        change.execute(note, &[&number]).await?;
    }
    change.commit().await?;
    Ok(())
}
// ANCHOR_END: migrate
