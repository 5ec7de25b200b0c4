//! What our engine does in the same stories: as step 06h has it, and as the library `store-engine`.

use crate::site::Site;
use crate::stories::{self, AT_ONCE, LIMIT};
use harness::why_refused;

/// Step 06h has no page that fails after a rotation and none that limits one session, so two of the
/// stories can't be told there.
mod step_group_commit {
    use super::*;

    fn site() -> Site {
        Site::start("step-group-commit")
    }

    #[test]
    #[ignore = "belongs to the tests of tower-sessions: run `just test-all`"]
    fn parallel_increments_all_count() {
        all_count(&site());
    }

    #[test]
    #[ignore = "belongs to the tests of tower-sessions: run `just test-all`"]
    fn slow_request_cannot_bring_an_ended_session_back() {
        session_stays_dead(&site());
    }

    #[test]
    #[ignore = "belongs to the tests of tower-sessions: run `just test-all`"]
    fn removal_at_logout_is_accepted_by_browsers() {
        removal_is_accepted(&site());
    }
}

mod store_engine {
    use super::*;

    fn site() -> Site {
        Site::start("framework-store-engine")
    }

    #[test]
    #[ignore = "visits a program that no step needs: run `just test-all`"]
    fn parallel_increments_all_count() {
        all_count(&site());
    }

    #[test]
    #[ignore = "visits a program that no step needs: run `just test-all`"]
    fn slow_request_cannot_bring_an_ended_session_back() {
        session_stays_dead(&site());
    }

    #[test]
    #[ignore = "visits a program that no step needs: run `just test-all`"]
    fn removal_at_logout_is_accepted_by_browsers() {
        removal_is_accepted(&site());
    }

    /// The new id is in the store when `rotate` returns, and the response sets its cookie whatever its
    /// status is.
    #[test]
    #[ignore = "visits a program that no step needs: run `just test-all`"]
    fn failing_answer_after_a_rotation_keeps_the_session() {
        let site = site();
        let rotation = stories::failing_answer_after_a_rotation(&site);
        println!("{}, a failure after a new id: {rotation:#?}", site.package);
        assert_eq!(rotation.failed.status, 503);
        let new_cookie = rotation.failed.cookie().expect("the failure has the new id");
        assert_ne!(new_cookie, rotation.old_cookie);
        assert_eq!(rotation.next.count, Some(2), "the session was lost");
        assert_eq!(site.get("/", &rotation.old_cookie).status, 409, "the old id opens it");
    }

    /// The program keeps the time in the session, because the engine has no limit for one session.
    #[test]
    #[ignore = "visits a program that no step needs: run `just test-all`"]
    fn limit_of_one_session_stays() {
        let site = site();
        let limited = stories::limit_of_one_session(&site);
        println!("{}, a session that ends in {LIMIT} seconds: {limited:#?}", site.package);
        assert_eq!(limited.after.count, Some(1), "the session has outlived its limit");
        let new_cookie = limited.after.cookie().expect("a new session has a cookie");
        assert_ne!(new_cookie, limited.old_cookie);
    }
}

fn all_count(site: &Site) {
    let counted = stories::parallel_increments(site);
    println!("{} counted {counted} of {AT_ONCE} increments", site.package);
    assert_eq!(counted, AT_ONCE);
}

fn session_stays_dead(site: &Site) {
    let logout = stories::slow_request_over_a_logout(site);
    println!("{}, a slow request over a logout: {logout:#?}", site.package);
    assert_eq!(logout.before.count, Some(1), "the logout ended nothing");
    assert_eq!((logout.slow.status, logout.slow.set_cookie), (409, None));
    assert_eq!(logout.after.count, Some(1), "the old cookie opens the session that was ended");
    let new_cookie = logout.after.cookie().expect("a new session has a cookie");
    assert_ne!(new_cookie, logout.old_cookie);
}

fn removal_is_accepted(site: &Site) {
    let removal = stories::removal_at_logout(site);
    println!("{} removes its cookie with: {removal}", site.package);
    for attribute in ["Max-Age=0", "Path=/", "Secure"] {
        assert!(removal.split("; ").any(|found| found == attribute), "{attribute}: {removal}");
    }
    assert_eq!(why_refused(&[removal]), None);
}
