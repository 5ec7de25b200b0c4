//! What tower-sessions 0.15 does with its SQLite store. The program is as careful as its interface lets
//! it be: `tests/frameworks/tower_sessions`.

use crate::site::Site;
use crate::stories::{self, AT_ONCE, LIMIT};
use harness::why_refused;

fn site() -> Site {
    Site::start("framework-tower-sessions")
}

/// Each request reads the record once, changes its copy, and writes all of it at its end.
#[test]
#[ignore = "visits a program that no step needs: run `just test-all`"]
fn parallel_increments_are_lost() {
    let counted = stories::parallel_increments(&site());
    println!("tower-sessions counted {counted} of {AT_ONCE} increments");
    assert!(counted < AT_ONCE, "all {AT_ONCE} increments were counted");
}

/// The store's `save` inserts what is not there, so a request that has read the session before the
/// logout writes it back.
#[test]
#[ignore = "visits a program that no step needs: run `just test-all`"]
fn slow_request_brings_an_ended_session_back() {
    let logout = stories::slow_request_over_a_logout(&site());
    println!("tower-sessions, a slow request over a logout: {logout:#?}");
    assert_eq!(logout.before.count, Some(1), "the logout ended nothing");
    assert_eq!((logout.slow.status, logout.slow.count), (200, Some(2)), "it counts no more");
    assert_eq!(logout.slow.cookie().as_ref(), Some(&logout.old_cookie));
    assert_eq!(logout.after.count, Some(3), "the old cookie opens nothing");
}

/// A browser ignores a `Set-Cookie` header whose cookie is called `__Host-…` and lacks `Secure` (RFC
/// 6265bis sections 4.1.3.2 and 5.7). That holds for a removal too, because it is a cookie like the
/// others, with a date that has passed. So the browser keeps the old one.
#[test]
#[ignore = "visits a program that no step needs: run `just test-all`"]
fn removal_at_logout_is_refused_by_browsers() {
    let removal = stories::removal_at_logout(&site());
    println!("tower-sessions removes its cookie with: {removal}");
    assert!(removal.contains("; Max-Age=0") && removal.contains("; Path=/"), "{removal}");
    assert!(!removal.contains("Secure"), "{removal}");
    let why = why_refused(&[removal]).expect("a browser refuses it");
    assert!(why.contains("`__Host-` asks for Secure"), "{why}");
}

/// `cycle_id` deletes the old row at once. The new one is made when the answer is sent, unless the
/// answer is a 5xx.
#[test]
#[ignore = "visits a program that no step needs: run `just test-all`"]
fn failing_answer_after_a_rotation_loses_the_session() {
    let rotation = stories::failing_answer_after_a_rotation(&site());
    println!("tower-sessions, a failure after cycle_id: {rotation:#?}");
    assert_eq!(rotation.failed.status, 503);
    assert_eq!(rotation.failed.set_cookie, None);
    assert_eq!(rotation.next.count, Some(1), "the session goes on now");
    assert_ne!(rotation.next.cookie(), Some(rotation.old_cookie));
}

/// `set_expiry` lasts for one request, because the record keeps no more than a date. The next request
/// begins with the expiry of the layer, and its write replaces the date.
#[test]
#[ignore = "visits a program that no step needs: run `just test-all`"]
fn limit_of_one_session_is_forgotten_at_its_next_write() {
    let limited = stories::limit_of_one_session(&site());
    println!("tower-sessions, a session that ends in {LIMIT} seconds: {limited:#?}");
    assert_eq!(limited.next.max_age(), Some(20 * 60));
    assert_eq!(limited.after.count, Some(3), "the session ends in time now");
    assert_eq!(limited.after.cookie(), Some(limited.old_cookie));
}
