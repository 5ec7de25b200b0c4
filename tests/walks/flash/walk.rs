//! Messages that one page leaves for the next, shown once.

use crate::{Original, Section, Walk, promise, section};
use harness::{Answer, Failure, NotKept, Outcome, Sandbox, Visit, Visitor};
use std::time::Duration;

const ONCE: Section = section("03b_flash", "Shown once");
const QUEUES: Section = section("03b_flash", "Queues");
const NOW: Section = section("03b_flash", "This page alone");
const HEAD: Section = section("03b_flash", "HEAD");
const CLICKS: Section = section("03b_flash", "A double click");
const BACK: Section = section("03b_flash", "Back");
const EXERCISES: Section = section("03b_flash", "Exercises");

const NEW: Original = Original::Differs("it names flash messages, and shows none");

pub(super) static WALK: Walk = Walk {
    slug: "flash",
    before: Some("guestbook"),
    also_keeps: &[],
    replaces: &[],
    form_pages: &[],
    promises: &[
        promise("message_is_shown_once", ONCE, NEW, shown_once),
        promise("message_is_announced_to_screen_readers", ONCE, NEW, announced),
        promise("message_survives_restart", ONCE, NEW, survives_restart),
        promise("message_survives_kill", ONCE, NEW, survives_kill),
        promise("message_survives_the_browsers_restart", ONCE, NEW, survives_browser),
        promise("message_is_shown_in_one_of_two_tabs", ONCE, NEW, one_of_two_tabs),
        promise("message_is_kept_when_redirected_again", ONCE, NEW, redirected_again),
        promise("message_is_shown_to_its_visitor_only", ONCE, NEW, to_its_visitor_only),
        promise("messages_wait_in_order", QUEUES, NEW, wait_in_order),
        promise("repeated_note_gets_one_message", QUEUES, NEW, one_message),
        promise("double_click_gets_the_same_message", CLICKS, NEW, double_click),
        promise("note_never_goes_without_its_message", CLICKS, NEW, note_and_message),
        promise("page_with_messages_is_kept_in_no_cache", BACK, NEW, kept_in_no_cache),
        promise("prefetch_takes_no_message", BACK, NEW, prefetch),
        promise("message_of_this_page_is_not_on_the_next", NOW, NEW, this_page_alone),
        promise("page_without_messages_touches_no_session", QUEUES, NEW, touches_no_session),
        promise("head_takes_no_message", HEAD, NEW, head_takes_none),
        promise("head_does_not_count", HEAD, NEW, head_does_not_count),
    ],
    exercises: &[
        promise("danger", EXERCISES, NEW, danger),
        promise("three", EXERCISES, NEW, three),
    ],
};

const ADDED: &str = "Your note was added.";
const REFUSED: &str = "Your note was not added.";

const NOT_TOLD: &str = "no message was left in the session, or the page does not take it";
const NOT_TAKEN: &str = "the page reads the message without taking it out of the session";
const NOT_KEPT: &str = "the message is kept in memory: the session's store is in STATE_DIR";

fn sign(sandbox: &mut Sandbox, visitor: Visitor, note: &str) -> Result<Answer, NotKept> {
    sandbox.visit(visitor, Visit::post_form("/sign", &[("note", note)]))
}

fn shown_once(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let answer = sign(sandbox, visitor, "Hello")?;
    sandbox.follow(visitor, &answer)?.shows_once(ADDED, NOT_TOLD)?;
    sandbox.get(visitor, "/")?.shows_no(ADDED, NOT_TAKEN)?;
    sandbox.get(visitor, "/howdy")?.shows_no(ADDED, NOT_TAKEN)
}

fn announced(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let answer = sign(sandbox, visitor, "Hello")?;
    let message = format!("<p role=\"status\" class=\"info\">{ADDED}</p>");
    let meaning = "without role=\"status\" a screen reader doesn't announce it";
    sandbox.follow(visitor, &answer)?.shows_once(&message, meaning)
}

fn survives_restart(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let answer = sign(sandbox, visitor, "Hello")?;
    sandbox.restart()?;
    sandbox.follow(visitor, &answer)?.shows_once(ADDED, NOT_KEPT)?;
    sandbox.restart()?;
    sandbox.get(visitor, "/")?.shows_no(ADDED, NOT_TAKEN)
}

fn survives_kill(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let answer = sign(sandbox, visitor, "Hello")?;
    sandbox.kill_and_restart()?;
    sandbox.follow(visitor, &answer)?.shows_once(ADDED, NOT_KEPT)?;
    sandbox.kill_and_restart()?;
    sandbox.get(visitor, "/")?.shows_no(ADDED, NOT_TAKEN)
}

fn survives_browser(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    sign(sandbox, visitor, "Hello")?;
    sandbox.reopen_browser(visitor)?;
    let meaning = "the cookie has no Max-Age: the browser forgot it when it quit";
    sandbox.get(visitor, "/")?.shows_once(ADDED, meaning)
}

/// One tab after the other: tabs that load at the same time are the store engine's promise.
fn one_of_two_tabs(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    sandbox.get(visitor, "/")?.shows_no(ADDED, "a message is shown before there is any")?;
    sandbox.get(visitor, "/howdy")?.shows_no(ADDED, "a message is shown before there is any")?;
    sign(sandbox, visitor, "Hello")?;
    sandbox.get(visitor, "/howdy")?.shows_once(ADDED, NOT_TOLD)?;
    sandbox.get(visitor, "/")?.shows_no(ADDED, NOT_TAKEN)
}

fn redirected_again(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    sign(sandbox, visitor, "Hello")?;
    let redirect = sandbox.get(visitor, "/sign")?;
    let page = sandbox.follow(visitor, &redirect)?;
    page.has_status(200, "the redirect points to no page")?;
    // The page at its end may show the message; if it does not, the next one does.
    if page.shows_once(ADDED, "").is_ok() {
        return Ok(());
    }
    let meaning = "a page took the message and did not show it: take it only where you show it";
    sandbox.get(visitor, "/")?.shows_once(ADDED, meaning)
}

fn to_its_visitor_only(sandbox: &mut Sandbox) -> Outcome {
    let writer = sandbox.visitor()?;
    let other = sandbox.visitor()?;
    let meaning = "the message belongs to the program instead of the session";
    sandbox.get(other, "/")?.shows_no(ADDED, meaning)?;
    sign(sandbox, writer, "Hello")?;
    sandbox.get(other, "/")?.shows_no(ADDED, meaning)?;
    sandbox.get(writer, "/")?.shows_once(ADDED, meaning)
}

fn wait_in_order(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    for note in ["Hello", "Good-bye"] {
        sign(sandbox, visitor, note)?;
    }
    // The page of the refusal takes what waits, and adds its own warning.
    let page = sign(sandbox, visitor, "")?;
    let shown: Vec<_> = page.body.lines().filter(|line| line.contains("role=")).collect();
    let line = |level, text| format!("<p role=\"status\" class=\"{level}\">{text}</p>");
    let expected = [line("info", ADDED), line("info", ADDED), line("warn", REFUSED)];
    if shown == expected {
        return Ok(());
    }
    let meaning =
        "a queue holds one message instead of a list, or the changed list was not inserted again";
    Err(page.broken(&expected.join("\n"), shown.join("\n"), meaning))
}

fn one_message(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    for _ in 0..4 {
        sign(sandbox, visitor, "Hello")?;
    }
    let meaning = "the same message waits more than once: check whether the queue has it already";
    let page = sandbox.get(visitor, "/")?;
    page.shows_once("role=\"status\"", meaning)?;
    page.shows_once(ADDED, meaning)?;
    sandbox.get(visitor, "/guestbook")?.shows_once("<li>Hello</li>", "the note was added again")
}

/// The browser drops the first answer of a double click and follows the second.
fn double_click(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    sandbox.get(visitor, "/")?;
    let meaning = "what the visitor reads depends on which of two equal forms is answered first";
    for number in 0..20 {
        let note = format!("Note {number}");
        sandbox.double_click(visitor, "/sign", &[("note", &note)])?;
        let page = sandbox.get(visitor, "/")?;
        let mut messages = page.body.lines().filter(|line| line.contains("role="));
        if messages.clone().next().is_none() || !messages.all(|line| line.contains(ADDED)) {
            let came = messages.collect::<Vec<_>>().join("\n");
            return Err(page.broken(&format!("messages that say {ADDED:?}"), came, meaning));
        }
    }
    Ok(())
}

/// Visitors who leave 0 to 5 ms after they sent the form, before its answer can reach them.
fn note_and_message(sandbox: &mut Sandbox) -> Outcome {
    const VISITORS: u64 = 20;
    let meaning = "the client left, its request was dropped halfway, and the note was added without its message: run each request to its end";
    let mut added = 0;
    for round in 0..10 {
        let mut visitors = Vec::new();
        for number in 0..VISITORS {
            let visitor = sandbox.visitor()?;
            let note = format!("Note {round}.{number}.");
            sandbox.get(visitor, "/")?;
            let form = Visit::post_form("/sign", &[("note", &note)]);
            let after = Duration::from_micros(number * 5_000 / VISITORS);
            sandbox.send_and_leave(visitor, form, after)?;
            visitors.push((visitor, note));
        }
        // A program that ends in good order has finished what it began.
        sandbox.restart()?;
        let reader = sandbox.visitor()?;
        let guestbook = sandbox.get(reader, "/guestbook")?;
        for (visitor, note) in visitors.iter().filter(|(_, note)| guestbook.body.contains(note)) {
            let page = sandbox.get(*visitor, "/")?;
            page.shows_once(ADDED, &format!("{meaning} ({note})"))?;
            added += 1;
        }
    }
    if added > 0 {
        return Ok(());
    }
    let came = "none of 200".to_owned();
    Err(Failure::outside("notes of visitors who left", came, "the forms do not arrive at all"))
}

const STORED: &str =
    "a page with messages may be stored and shown again: send Cache-Control: no-store";

fn kept_in_no_cache(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let no_store = "cache-control: no-store";
    sign(sandbox, visitor, "Hello")?.has_header(no_store, STORED)?;
    sandbox.get(visitor, "/")?.has_header(no_store, STORED)?;
    sign(sandbox, visitor, "")?.has_header(no_store, STORED)
}

fn prefetch(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    sign(sandbox, visitor, "Hello")?;
    for path in ["/", "/howdy"] {
        let visit = Visit::get(path).with_header("sec-purpose", "prefetch;prerender");
        let meaning = "a page that the visitor hasn't asked for yet takes the message";
        sandbox.visit(visitor, visit)?.has_status(503, meaning)?;
    }
    let page = sandbox.get(visitor, "/")?;
    page.shows_once(ADDED, NOT_TOLD)?;
    page.shows_count(1, "a prefetch was counted")
}

fn this_page_alone(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    sign(sandbox, visitor, "")?
        .shows_once(REFUSED, "the page of the refusal doesn't show the message")?;
    let meaning = "the message went into the session: a page that is shown at once doesn't need it";
    sandbox.get(visitor, "/")?.shows_no(REFUSED, meaning)
}

fn touches_no_session(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let meaning = "a page without messages looked for one and wrote to the session";
    sandbox.get(visitor, "/guestbook")?.sets_no_cookie(meaning)?;
    let refusal = sign(sandbox, visitor, "")?;
    refusal.has_status(422, "an empty note was accepted")?;
    refusal.sets_no_cookie("taking from an empty queue wrote to the session")?;
    sandbox.get(visitor, "/")?;
    sandbox.get(visitor, "/guestbook")?.sets_no_cookie(meaning)?;
    let refusal = sign(sandbox, visitor, "")?;
    refusal.sets_no_cookie("taking from an empty queue wrote to the session")
}

const HEAD_WRITES: &str =
    "axum's `get` answers HEAD with the same view: don't save what that changes";

fn head_takes_none(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    sign(sandbox, visitor, "Hello")?;
    for path in ["/", "/howdy", "/guestbook"] {
        sandbox.visit(visitor, Visit::head(path))?.sets_no_cookie(HEAD_WRITES)?;
    }
    sandbox.get(visitor, "/")?.shows_once(ADDED, HEAD_WRITES)
}

fn head_does_not_count(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    sandbox.visit(visitor, Visit::head("/"))?.sets_no_cookie(HEAD_WRITES)?;
    sandbox.get(visitor, "/")?.shows_count(1, HEAD_WRITES)?;
    let head = sandbox.visit(visitor, Visit::head("/howdy"))?;
    head.has_status(200, "HEAD is refused, but it should get the same headers as GET")?;
    sandbox.get(visitor, "/")?.shows_count(2, HEAD_WRITES)
}

const DANGER: &str = "<p role=\"alert\" class=\"danger\">Your note has a link in it.</p>";

fn danger(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let answer = sign(sandbox, visitor, "See https://example.com")?;
    let first = sandbox.follow(visitor, &answer)?;
    first.shows_once(ADDED, "a note with a link is added like any other")?;
    first
        .shows_once(DANGER, "nothing warns the visitor: leave the message in the queue `danger`")?;
    let taken =
        "the page takes the message: show what `peek_flash` returns, and leave it in the queue";
    sandbox.get(visitor, "/howdy")?.shows_once(DANGER, taken)?;
    sandbox.restart()?;
    let page = sandbox.get(visitor, "/")?;
    page.shows_no(ADDED, NOT_TAKEN)?;
    page.shows_once(DANGER, taken)?;
    let meaning = "the page has no form that posts to /dismiss, so nothing dismisses the message";
    page.shows("<form method=\"post\" action=\"/dismiss\">", meaning)?;
    let dismissed = sandbox.visit(visitor, Visit::post_form("/dismiss", &[]))?;
    let page = sandbox.follow(visitor, &dismissed)?;
    page.shows_no(DANGER, "the message is still there: /dismiss takes it")?;
    page.shows_no("/dismiss", "the form is still there, with nothing to dismiss")
}

fn three(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    for note in ["One", "Two", "Three", "Four"] {
        sign(sandbox, visitor, note)?;
    }
    shows_times(&sandbox.get(visitor, "/")?, 3, "a page takes and shows three messages")?;
    sign(sandbox, visitor, "Five")?;
    let kept = "what was taken and not shown is lost: keep puts it back";
    shows_times(&sandbox.get(visitor, "/howdy")?, 2, kept)?;
    shows_times(&sandbox.get(visitor, "/")?, 0, "a message that was shown was put back, too")
}

fn shows_times(page: &Answer, times: usize, meaning: &str) -> Outcome {
    let came = page.body.matches(ADDED).count();
    if came == times {
        return Ok(());
    }
    let expected = format!("a page with {ADDED:?} {times} times");
    Err(page.broken(&expected, format!("a page with it {came} times"), meaning))
}
