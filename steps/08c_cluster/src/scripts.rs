//! What Redis runs, as one act each. A session is a hash under one key. What has moved to another key
//! leaves a hash that has only the field `until`.

/// ARGV: version, created, accessed, expires, data, and when Redis forgets it.
pub const CREATE: &str = "
    if redis.call('EXISTS', KEYS[1]) == 1 then return 'conflict' end
    redis.call('HSET', KEYS[1], 'version', ARGV[1], 'created', ARGV[2], 'accessed', ARGV[3],
        'expires', ARGV[4], 'data', ARGV[5])
    redis.call('PEXPIREAT', KEYS[1], ARGV[6])
    return 'done'";

/// ARGV: as for CREATE, and the version that was seen.
pub const SAVE: &str = "
    local version = redis.call('HGET', KEYS[1], 'version')
    if not version then return 'gone' end
    if version ~= ARGV[7] then return 'conflict' end
    redis.call('HSET', KEYS[1], 'version', ARGV[1], 'created', ARGV[2], 'accessed', ARGV[3],
        'expires', ARGV[4], 'data', ARGV[5])
    redis.call('PEXPIREAT', KEYS[1], ARGV[6])
    return 'done'";

/// ARGV: created, accessed, expires, and when Redis forgets it.
pub const TOUCH: &str = "
    if redis.call('HEXISTS', KEYS[1], 'version') == 0 then return 'gone' end
    redis.call('HSET', KEYS[1], 'created', ARGV[1], 'accessed', ARGV[2], 'expires', ARGV[3])
    redis.call('PEXPIREAT', KEYS[1], ARGV[4])
    return 'done'";

/// ARGV: until when the old key says that it was renamed.
pub const RENAME: &str = "
    if redis.call('EXISTS', KEYS[2]) == 1 then return 'conflict' end
    if redis.call('HEXISTS', KEYS[1], 'version') == 0 then return 'gone' end
    redis.call('RENAME', KEYS[1], KEYS[2])
    redis.call('HSET', KEYS[1], 'until', ARGV[1])
    redis.call('PEXPIREAT', KEYS[1], ARGV[1])
    return 'done'";

pub const DELETE: &str = "
    if redis.call('HEXISTS', KEYS[1], 'version') == 1 then redis.call('DEL', KEYS[1]) end
    return 'done'";

/// Makes a session that can't be read no session. You find it under its key, for a month. ARGV: the
/// version and the data that can't be read. What was saved since then stays.
pub const PUT_ASIDE: &str = "
    local data = redis.call('HGET', KEYS[1], 'data') or ''
    if redis.call('HGET', KEYS[1], 'version') ~= ARGV[1] or data ~= ARGV[2] then return 'conflict' end
    redis.call('HDEL', KEYS[1], 'version', 'data')
    redis.call('HSET', KEYS[1], 'unreadable', data)
    redis.call('PEXPIRE', KEYS[1], 2592000000)
    return 'done'";
