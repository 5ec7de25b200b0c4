//! The counter in a session: shared by both views, alive after a restart.

use crate::{Original, Section, Walk, promise, section};
use harness::{NotKept, Outcome, Sandbox, Visit, Visitor};

const COUNTER: Section = section("02_sessions", "The counter");
const STORE: Section = section("02_sessions", "The store");
const LAYER: Section = section("02_sessions", "The layer");
const EXERCISES: Section = section("02_sessions", "Exercises");
const COPIES: Section = section("02_sessions", "No copies");
const DUPLICATES: Section = section("02_sessions", "Two cookies");

/// Where the original differs by design. The test on Pyramid checks that each line is true.
const NO_DATE: Original = Original::Differs("its cookie has no Max-Age and goes with the browser");
const FEW_ATTRIBUTES: Original = Original::Differs("its cookie is neither HttpOnly nor Secure");
const READABLE: Original = Original::Differs("its cookie is the signed but readable session");
const NO_HEADERS: Original = Original::Differs("its pages may be kept in a cache");
const PREFETCH_COUNTS: Original = Original::Differs("a prefetch counts as a visit");
const ANY_SPACE: Original =
    Original::Differs("it drops a no-break space from a cookie's name, and takes the last cookie");
const LAST_WINS: Original = Original::Differs("of two session cookies it takes the last");

const SHOWS_A_COUNT: &str = "the page has another title and shows a count, as the original does";

pub(super) static WALK: Walk = Walk {
    slug: "sessions",
    before: Some("view_classes"),
    also_keeps: &[],
    replaces: &[
        ("view_classes::home_view_is_at_the_root", SHOWS_A_COUNT),
        ("view_classes::hello_view_is_at_howdy", SHOWS_A_COUNT),
        ("view_classes::nobody_is_remembered", "the session remembers"),
    ],
    form_pages: &[],
    promises: &[
        promise("count_rises_on_reload", COUNTER, Original::Keeps, count_rises_on_reload),
        promise("count_is_shared_by_both_urls", COUNTER, Original::Keeps, count_is_shared),
        promise("visitors_have_separate_counts", COUNTER, Original::Keeps, separate_counts),
        promise("pages_are_the_originals", COUNTER, Original::Keeps, pages_are_the_originals),
        promise("count_survives_restart", STORE, Original::Keeps, survives_restart),
        promise("count_survives_kill_and_restart", STORE, Original::Keeps, survives_kill),
        promise("count_survives_the_browsers_restart", LAYER, NO_DATE, survives_browser),
        promise("cookie_has_its_attributes", LAYER, FEW_ATTRIBUTES, cookie_attributes),
        promise("cookie_says_nothing", LAYER, READABLE, cookie_says_nothing),
        promise("req_01_tampered_cookie_is_anonymous", LAYER, Original::Keeps, tampered),
        promise("req_01_truncated_cookie_is_anonymous", LAYER, Original::Keeps, truncated),
        promise("req_01_foreign_cookie_is_anonymous", LAYER, Original::Keeps, foreign),
        promise("req_01_garbage_cookie_is_anonymous", LAYER, Original::Keeps, garbage),
        promise("duplicate_cookies_are_ignored", DUPLICATES, LAST_WINS, duplicates),
        promise("cookie_spelled_another_way_is_ignored", DUPLICATES, ANY_SPACE, another_spelling),
        promise(
            "other_cookies_do_not_hide_the_sessions",
            DUPLICATES,
            Original::Keeps,
            other_cookies,
        ),
        promise("cookies_may_come_in_several_lines", DUPLICATES, Original::Keeps, several_lines),
        promise("page_is_kept_in_no_cache", COPIES, NO_HEADERS, kept_in_no_cache),
        promise("prefetch_is_refused_and_changes_nothing", COPIES, PREFETCH_COUNTS, prefetch),
        promise("req_02_cookies_differ_from_visitor_to_visitor", LAYER, Original::Keeps, differ),
        promise("req_66_no_cookie_until_one_is_needed", LAYER, Original::Keeps, no_cookie_unneeded),
    ],
    exercises: &[
        promise("head", EXERCISES, Original::Differs("its HEAD counts"), head_does_not_count),
        promise("forget", EXERCISES, Original::Differs("it has no such page"), forget_me),
    ],
};

const NEW_EACH_TIME: &str = "the session is new on every request, because the cookie was not set, was refused or is not read; or the new count is not saved in the session";
const NOT_KEPT: &str = "the session is kept in memory, or signed with a secret that changes at each start: keep both in STATE_DIR";
const NOT_ANONYMOUS: &str = "the program trusts the cookie without checking its signature";

fn page(name: &str, count: u64) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n    <title>Quick Tutorial: {name}</title>\n\
         </head>\n<body>\n<h1>Hi {name}</h1>\n<p>Count: {count}</p>\n</body>\n</html>\n"
    )
}

fn pages_are_the_originals(sandbox: &mut Sandbox) -> Outcome {
    let first = sandbox.visitor()?;
    let second = sandbox.visitor()?;
    let meaning = "the template differs from the original's, or the count does not start at 1";
    sandbox.get(first, "/")?.is_page(&page("Home View", 1), meaning)?;
    sandbox.get(second, "/howdy")?.is_page(&page("Hello View", 1), meaning)
}

fn count_rises_on_reload(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    sandbox.get(visitor, "/")?.shows_count(1, "a visitor without a cookie starts at 1")?;
    sandbox.get(visitor, "/")?.shows_count(2, NEW_EACH_TIME)?;
    sandbox.get(visitor, "/")?.shows_count(3, NEW_EACH_TIME)
}

fn count_is_shared(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let meaning = "each view has its own count: let both use the counter of the view class";
    sandbox.get(visitor, "/")?.shows_count(1, NEW_EACH_TIME)?;
    sandbox.get(visitor, "/howdy")?.shows_count(2, meaning)?;
    sandbox.get(visitor, "/")?.shows_count(3, meaning)
}

fn separate_counts(sandbox: &mut Sandbox) -> Outcome {
    let meaning = "the count belongs to the program instead of the session";
    let first = sandbox.visitor()?;
    let second = sandbox.visitor()?;
    sandbox.get(first, "/")?.shows_count(1, NEW_EACH_TIME)?;
    sandbox.get(first, "/")?.shows_count(2, NEW_EACH_TIME)?;
    sandbox.get(second, "/")?.shows_count(1, meaning)?;
    sandbox.get(first, "/")?.shows_count(3, meaning)
}

fn survives_restart(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    sandbox.get(visitor, "/")?.shows_count(1, NEW_EACH_TIME)?;
    sandbox.restart()?;
    sandbox.get(visitor, "/")?.shows_count(2, NOT_KEPT)
}

fn survives_kill(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    sandbox.get(visitor, "/")?.shows_count(1, NEW_EACH_TIME)?;
    sandbox.kill_and_restart()?;
    sandbox.get(visitor, "/howdy")?.shows_count(2, NOT_KEPT)
}

fn survives_browser(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    sandbox.get(visitor, "/")?.shows_count(1, NEW_EACH_TIME)?;
    sandbox.reopen_browser(visitor)?;
    let meaning = "the cookie has no Max-Age: the browser forgot it when it quit";
    sandbox.get(visitor, "/")?.shows_count(2, meaning)
}

fn cookie_attributes(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let answer = sandbox.get(visitor, "/")?;
    let header = answer.only_cookie("no session was created, or more than one cookie is sent")?;
    let attributes: Vec<String> =
        header.split("; ").skip(1).map(|attribute| attribute.to_ascii_lowercase()).collect();
    for wanted in ["httponly", "secure", "samesite=lax", "path=/"] {
        if !attributes.iter().any(|attribute| attribute == wanted) {
            let meaning = "the session layer's cookie settings were changed";
            return Err(answer.broken(
                &format!("a cookie with {wanted}"),
                attributes.join("; "),
                meaning,
            ));
        }
    }
    Ok(())
}

fn cookie_says_nothing(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let first = sandbox.get(visitor, "/")?;
    let second = sandbox.get(visitor, "/")?;
    let meaning = "the cookie holds the session itself: put an id into the cookie and the session into a store";
    let before = cookie_pair(&first)?;
    let after = cookie_pair(&second)?;
    if before == after {
        return Ok(());
    }
    Err(second.broken("the same cookie, whatever the count is", "another cookie".into(), meaning))
}

/// The `NAME=VALUE` of the answer's only cookie.
fn cookie_pair(answer: &harness::Answer) -> Result<String, NotKept> {
    let header = answer.only_cookie("no session was created, or more than one cookie is sent")?;
    Ok(header.split(';').next().unwrap_or_default().to_owned())
}

/// A visitor's cookie after one visit, as `NAME=VALUE`.
fn cookie_of(sandbox: &mut Sandbox, visitor: Visitor) -> Result<String, NotKept> {
    let answer = sandbox.get(visitor, "/")?;
    answer.shows_count(1, NEW_EACH_TIME)?;
    cookie_pair(&answer)
}

/// A visit with this `Cookie` header starts a new session and leaves the visitor's own alone.
fn is_anonymous(sandbox: &mut Sandbox, visitor: Visitor, header: &str, label: &str) -> Outcome {
    let stranger = sandbox.visitor()?;
    let answer = sandbox.visit(stranger, Visit::get("/").with_cookie(header, label))?;
    answer.shows_count(1, NOT_ANONYMOUS)?;
    sandbox.get(visitor, "/")?.shows_count(2, "a bad cookie damaged the session that it resembles")
}

fn tampered(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let mut cookie = cookie_of(sandbox, visitor)?;
    // In the middle, because a lenient base64 decoder may ignore a change of the last character.
    let middle = cookie.len() / 2;
    let changed = if &cookie[middle..=middle] == "A" { "B" } else { "A" };
    cookie.replace_range(middle..=middle, changed);
    is_anonymous(sandbox, visitor, &cookie, "[the cookie of visitor 1, one character changed]")
}

fn truncated(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let cookie = cookie_of(sandbox, visitor)?;
    let half = &cookie[..cookie.len() / 2];
    is_anonymous(sandbox, visitor, half, "[the first half of the cookie of visitor 1]")
}

fn foreign(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    cookie_of(sandbox, visitor)?;
    let mut elsewhere = sandbox.elsewhere()?;
    let foreigner = elsewhere.visitor()?;
    let cookie = cookie_of(&mut elsewhere, foreigner)?;
    is_anonymous(sandbox, visitor, &cookie, "[a cookie of the same program with another secret]")
}

fn garbage(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let cookie = cookie_of(sandbox, visitor)?;
    let name = cookie.split('=').next().unwrap_or_default();
    let stranger = sandbox.visitor()?;
    for value in ["", "x", "=", "'; DROP TABLE sessions; --", "%00", "\"", "<script>", "🍪"] {
        let label = format!("{name}={value}");
        let answer = sandbox.visit(stranger, Visit::get("/").with_cookie(&label, &label))?;
        answer.shows_count(1, NOT_ANONYMOUS)?;
    }
    let long = format!("{name}={}", "x".repeat(10_000));
    let label = format!("{name}=[10 000 times x]");
    let answer = sandbox.visit(stranger, Visit::get("/").with_cookie(&long, &label))?;
    answer.shows_count(1, NOT_ANONYMOUS)
}

fn duplicates(sandbox: &mut Sandbox) -> Outcome {
    let first = sandbox.visitor()?;
    let second = sandbox.visitor()?;
    let cookies = [cookie_of(sandbox, first)?, cookie_of(sandbox, second)?];
    let label = "[the cookie of visitor 1]; [the cookie of visitor 2]";
    let stranger = sandbox.visitor()?;
    let answer =
        sandbox.visit(stranger, Visit::get("/").with_cookie(&cookies.join("; "), label))?;
    let meaning = "the program picked one of two session cookies: their order means nothing, so it can trust neither";
    answer.shows_count(1, meaning)?;
    sandbox.get(first, "/")?.shows_count(2, meaning)?;
    sandbox.get(second, "/")?.shows_count(2, meaning)
}

/// Names that a library takes for the session's cookie if it decodes or trims names.
fn another_spelling(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let attacker = sandbox.visitor()?;
    let mut own = cookie_of(sandbox, visitor)?;
    let planted = cookie_of(sandbox, attacker)?;
    sandbox.get(attacker, "/")?.shows_count(2, NEW_EACH_TIME)?;
    let (name, value) = planted.split_once('=').unwrap_or((&planted, ""));
    let (first, rest) = name.split_at(1);
    let meaning = "the program decodes or trims cookie names, so a neighbouring site can put its own session in front of the visitor's";
    let code = first.as_bytes()[0];
    let spellings = [
        format!("%{code:02x}{rest}"),
        format!("%{code:02X}{rest}"),
        format!("{name}%20"),
        format!("\u{a0}{name}"),
    ];
    for (spelling, count) in spellings.into_iter().zip(2..) {
        let cookies = format!("{own}; {spelling}={value}");
        let label = format!("[the cookie of visitor 1]; {spelling}=[the value of visitor 2]");
        let answer = sandbox.visit(visitor, Visit::get("/").with_cookie(&cookies, &label))?;
        answer.shows_count(count, meaning)?;
        if answer.set_cookies.iter().any(|header| header.starts_with(&planted)) {
            let came = "the cookie of visitor 2".to_owned();
            return Err(answer.broken("no other cookie", came, meaning));
        }
        own = cookie_pair(&answer)?;
    }
    sandbox.get(attacker, "/")?.shows_count(3, meaning)
}

fn other_cookies(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let mut own = cookie_of(sandbox, visitor)?;
    let meaning = "another program's cookie hides the session's: ignore only cookies with the same name, or with a name that cannot be read";
    let others: [&[u8]; 6] =
        [b"lang=de; lang=en", b"; ; a=1;", b"name=Jos\xE9", b"%=1; a b=2", b"flag", b"\xFF\xFE=1"];
    for (other, count) in others.into_iter().zip(2..) {
        let label = format!("{}; [the cookie of visitor 1]", other.escape_ascii());
        let cookies = [other, b"; ", own.as_bytes()].concat();
        let answer = sandbox.visit(visitor, Visit::get("/").with_cookie(&cookies, &label))?;
        answer.shows_count(count, meaning)?;
        own = cookie_pair(&answer)?;
    }
    Ok(())
}

/// HTTP/2 may send each cookie in a separate line (RFC 9113 section 8.2.3).
fn several_lines(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let own = cookie_of(sandbox, visitor)?;
    let visit = Visit::get("/").with_cookie("lang=de", "lang=de");
    let visit = visit.with_cookie(&own, "[the cookie of visitor 1]");
    sandbox.visit(visitor, visit)?.shows_count(2, "only the first Cookie line is read")
}

const STORED: &str = "a page that shows a session has no Cache-Control: no-store, so a cache or a browser may show it again after the session has ended";

fn kept_in_no_cache(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    for path in ["/", "/howdy", "/"] {
        sandbox.get(visitor, path)?.has_header("cache-control: no-store", STORED)?;
    }
    Ok(())
}

fn prefetch(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    sandbox.get(visitor, "/")?.shows_count(1, NEW_EACH_TIME)?;
    let meaning = "a page that the visitor hasn't asked for yet counts as a visit: refuse it with 503, and the browser loads it when the visitor really comes";
    for (name, value) in [
        ("sec-purpose", "prefetch"),
        ("sec-purpose", "prefetch;prerender"),
        ("sec-purpose", "prefetch;anonymous-client-ip"),
        ("sec-purpose", "Prefetch ; prerender"),
        ("purpose", "prefetch"),
    ] {
        let answer = sandbox.visit(visitor, Visit::get("/howdy").with_header(name, value))?;
        answer.has_status(503, meaning)?;
        answer.has_header("cache-control: no-store", "a cache may store the refusal")?;
        answer.sets_no_cookie(meaning)?;
    }
    let other = Visit::get("/").with_header("sec-purpose", "x;prefetch");
    sandbox.visit(visitor, other)?.shows_count(2, meaning)
}

fn differ(sandbox: &mut Sandbox) -> Outcome {
    let first = sandbox.visitor()?;
    let second = sandbox.visitor()?;
    let one = cookie_of(sandbox, first)?;
    let answer = sandbox.get(second, "/")?;
    if cookie_pair(&answer)? == one {
        let meaning = "the id is a constant instead of a random number";
        return Err(answer.broken("another cookie", "the cookie of visitor 1".into(), meaning));
    }
    Ok(())
}

fn no_cookie_unneeded(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let answer = sandbox.get(visitor, "/nowhere")?;
    answer.has_status(404, "a fallback route or a wildcard answers every path")?;
    answer.sets_no_cookie("a session is created before any view asks for one")
}

fn head_does_not_count(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let meaning = "the view that counts also answers HEAD: route HEAD to a view that doesn't";
    sandbox.get(visitor, "/")?.shows_count(1, NEW_EACH_TIME)?;
    for path in ["/", "/howdy"] {
        let answer = sandbox.visit(visitor, Visit::head(path))?;
        answer.has_status(200, "HEAD is not answered at all")?;
        answer
            .has_header("content-type: text/html; charset=utf-8", "HEAD has GET's content type")?;
    }
    sandbox.get(visitor, "/")?.shows_count(2, meaning)
}

fn forget_me(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let cookie = cookie_of(sandbox, visitor)?;
    let answer = sandbox.visit(visitor, Visit::post_form("/forget", &[]))?;
    answer.has_status(303, "POST /forget ends the session and redirects to /")?;
    if sandbox.has_cookies(visitor) {
        let meaning = "the browser still has the cookie and sends it with every request: `flush` \
             removes the record and the cookie, `delete` only the record";
        let came = "an answer after which the browser keeps it".to_owned();
        return Err(answer.broken("an answer that removes the cookie", came, meaning));
    }
    sandbox.follow(visitor, &answer)?.shows_count(1, "the session is still there: end it")?;
    let stranger = sandbox.visitor()?;
    let label = "[the cookie that visitor 1 had]";
    let answer = sandbox.visit(stranger, Visit::get("/").with_cookie(&cookie, label))?;
    let meaning = "the record is still in the store, so anyone who kept the cookie can use it";
    answer.shows_count(1, meaning)
}
