//! The stories: what a visitor does, and what happens then.

use crate::site::{Answer, Site};
use std::thread;
use std::time::Duration;

/// How many requests of one visitor are under way at once.
pub const AT_ONCE: u64 = 50;

/// A visitor has [`AT_ONCE`] requests under way at once, each of which adds 1 to the count. All of them
/// are answered with 200. Returns how many were counted.
///
/// They ask for the slow page, so that all of them have read the count before the first one saves.
pub fn parallel_increments(site: &Site) -> u64 {
    let cookie = site.begin();
    let count_before = 1;
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                let answer = site.get("/slow?wait=1000", &cookie);
                assert_eq!(answer.status, 200, "{answer:?}");
            });
        }
    });
    let counted_last = 1;
    site.get("/", &cookie).count.unwrap() - count_before - counted_last
}

/// What came of a logout while another request was under way.
#[derive(Debug)]
pub struct Logout {
    /// The cookie of the session that was ended.
    pub old_cookie: String,
    /// The answer to the request that began before the logout and ended after it.
    pub slow: Answer,
    /// What the old cookie shows after the logout, and before the slow answer.
    pub before: Answer,
    /// What the old cookie shows after the slow answer.
    pub after: Answer,
}

/// A slow page has read the session when its visitor logs out, and counts afterwards.
pub fn slow_request_over_a_logout(site: &Site) -> Logout {
    let old_cookie = site.begin();
    thread::scope(|scope| {
        let slow = scope.spawn(|| site.get("/slow?wait=2500", &old_cookie));
        thread::sleep(Duration::from_secs(1));
        let answer = site.post("/logout", &old_cookie);
        assert_eq!(answer.status, 303, "{answer:?}");
        let before = site.get("/", &old_cookie);
        let slow = slow.join().unwrap();
        let after = site.get("/", &old_cookie);
        Logout { old_cookie: old_cookie.clone(), slow, before, after }
    })
}

/// A visitor logs out. Returns the `Set-Cookie` header that asks the browser to remove the cookie.
pub fn removal_at_logout(site: &Site) -> String {
    let cookie = site.begin();
    assert!(cookie.starts_with("__Host-"), "the cookie is {cookie}");
    let answer = site.post("/logout", &cookie);
    assert_eq!(answer.status, 303, "{answer:?}");
    answer.set_cookie.expect("the answer to a logout removes the cookie")
}

/// What came of a page that failed after it had changed the id.
#[derive(Debug)]
pub struct FailedRotation {
    pub old_cookie: String,
    /// The failure.
    pub failed: Answer,
    /// What the visitor's next page shows. The browser sends the cookie of the failure if there was
    /// one, and the old one otherwise.
    pub next: Answer,
}

/// A page gives a session whose count is 1 a new id, and then fails with a 5xx.
pub fn failing_answer_after_a_rotation(site: &Site) -> FailedRotation {
    let old_cookie = site.begin();
    let failed = site.post("/rotate-and-fail", &old_cookie);
    assert!(failed.status >= 500, "{failed:?}");
    let cookie = failed.cookie().unwrap_or_else(|| old_cookie.clone());
    let next = site.get("/", &cookie);
    FailedRotation { old_cookie, failed, next }
}

/// In how many seconds the session of the story ends. The other sessions live 20 minutes unused.
pub const LIMIT: u64 = 4;

/// What came of a session that was to end in [`LIMIT`] seconds.
#[derive(Debug)]
pub struct Limited {
    pub old_cookie: String,
    /// The next page, which changes the session while it is alive.
    pub next: Answer,
    /// A page after the session's end.
    pub after: Answer,
}

/// A page lets one session end in [`LIMIT`] seconds, and another page counts.
pub fn limit_of_one_session(site: &Site) -> Limited {
    let old_cookie = site.begin();
    let limited = site.post(&format!("/limit?seconds={LIMIT}"), &old_cookie);
    assert_eq!(limited.status, 303, "{limited:?}");
    let next = site.get("/", &old_cookie);
    assert_eq!(next.count, Some(2), "{next:?}");
    thread::sleep(Duration::from_secs(LIMIT + 1));
    let after = site.get("/", &old_cookie);
    Limited { old_cookie, next, after }
}
