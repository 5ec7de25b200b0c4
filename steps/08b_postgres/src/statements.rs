// ANCHOR: create
//! What PostgreSQL runs. Each is one statement, so it's a transaction without a client in its middle.
//!
//! A row is a session. Without `data` it's a tombstone, which says until `expires` that its session has
//! moved to another key. Writes answer true for done, false for a conflict, and nothing for gone.

/// key, version, created, accessed, expires, data
pub const CREATE: &str = "
    WITH made AS (
        INSERT INTO sessions (key, version, created, accessed, expires, data)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING key)
    SELECT EXISTS (SELECT FROM made)";

/// key
pub const LOAD: &str =
    "SELECT version, created, accessed, expires, data FROM sessions WHERE key = $1";
// ANCHOR_END: create

// ANCHOR: save
/// As for CREATE, and the version that was seen.
pub const SAVE: &str = "
    WITH found AS (
        SELECT version FROM sessions WHERE key = $1 AND data IS NOT NULL FOR UPDATE),
    saved AS (
        UPDATE sessions
        SET version = $2, created = $3, accessed = $4, expires = $5, data = $6
        FROM found WHERE key = $1 AND found.version = $7 RETURNING key)
    SELECT EXISTS (SELECT FROM saved) FROM found";

/// key, created, accessed, expires
pub const TOUCH: &str = "
    UPDATE sessions SET created = $2, accessed = $3, expires = $4
    WHERE key = $1 AND data IS NOT NULL RETURNING true";
// ANCHOR_END: save

// ANCHOR: rename
/// The old key, the new one, and until when the old one says that it was renamed.
pub const RENAME: &str = "
    WITH found AS (SELECT FROM sessions WHERE key = $1 AND data IS NOT NULL FOR UPDATE),
    moved AS (
        UPDATE sessions SET key = $2 FROM found
        WHERE key = $1 AND NOT EXISTS (SELECT FROM sessions WHERE key = $2)
        RETURNING version, created, accessed),
    left_behind AS (
        INSERT INTO sessions (key, version, created, accessed, expires)
        SELECT $1, version, created, accessed, $3 FROM moved RETURNING key)
    SELECT EXISTS (SELECT FROM left_behind) FROM found";

/// key
pub const DELETE: &str = "DELETE FROM sessions WHERE key = $1 AND data IS NOT NULL RETURNING true";

/// The key, and the data that can't be read. What was saved since then stays.
pub const PUT_ASIDE: &str = "
    WITH bad AS (DELETE FROM sessions WHERE key = $1 AND data = $2 RETURNING key, data)
    INSERT INTO unreadable (key, data) SELECT key, data FROM bad RETURNING true";
// ANCHOR_END: rename

// ANCHOR: sweep
/// Delete what was marked a day ago, take marks away, set marks, and set those again that are from a
/// clock that was ahead: the time, and how many rows. What somebody else works on is left for the next
/// sweep.
pub const SWEEP: [&str; 4] = [
    "WITH swept AS (
        DELETE FROM sessions WHERE key = ANY (ARRAY (
            SELECT key FROM sessions
            WHERE seen_expired <= $1::timestamptz - interval '24 hours' AND expires <= $1
            ORDER BY seen_expired LIMIT $2 FOR UPDATE SKIP LOCKED)) RETURNING key)
    SELECT count(*) FROM swept",
    "WITH swept AS (
        UPDATE sessions SET seen_expired = NULL WHERE key = ANY (ARRAY (
            SELECT key FROM sessions WHERE seen_expired IS NOT NULL AND expires > $1
            ORDER BY expires LIMIT $2 FOR UPDATE SKIP LOCKED)) RETURNING key)
    SELECT count(*) FROM swept",
    "WITH swept AS (
        UPDATE sessions SET seen_expired = $1 WHERE key = ANY (ARRAY (
            SELECT key FROM sessions WHERE seen_expired IS NULL AND expires <= $1
            ORDER BY expires LIMIT $2 FOR UPDATE SKIP LOCKED)) RETURNING key)
    SELECT count(*) FROM swept",
    "WITH swept AS (
        UPDATE sessions SET seen_expired = $1 WHERE key = ANY (ARRAY (
            SELECT key FROM sessions WHERE seen_expired > $1 AND expires <= $1
            ORDER BY seen_expired LIMIT $2 FOR UPDATE SKIP LOCKED)) RETURNING key)
    SELECT count(*) FROM swept",
];
// ANCHOR_END: sweep
