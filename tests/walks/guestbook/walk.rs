//! A form that is posted, checked and answered with a redirect.

use crate::{Original, Section, Walk, promise, section};
use harness::{Outcome, Sandbox, Visit, Visitor};

const FORM: Section = section("03a_guestbook", "The form");
const REDIRECT: Section = section("03a_guestbook", "POST, redirect, GET");
const CHECK: Section = section("03a_guestbook", "The check");
const TABLE: Section = section("03a_guestbook", "The table");
const EXERCISES: Section = section("03a_guestbook", "Exercises");

const NEW: Original = Original::Differs("it has no guest book");

pub(super) static WALK: Walk = Walk {
    slug: "guestbook",
    before: Some("outages"),
    also_keeps: &[],
    replaces: &[("sessions::pages_are_the_originals", "the pages link to the guest book")],
    form_pages: &[],
    promises: &[
        promise("form_is_on_the_page", FORM, NEW, form_is_on_the_page),
        promise("note_is_added", REDIRECT, NEW, note_is_added),
        promise("reload_after_signing_adds_nothing", REDIRECT, NEW, reload_adds_nothing),
        promise("same_note_sent_twice_is_added_once", REDIRECT, NEW, added_once),
        promise("get_and_head_add_nothing", REDIRECT, NEW, get_adds_nothing),
        promise("empty_note_is_refused_next_to_the_field", CHECK, NEW, empty_note),
        promise("long_note_is_refused_and_kept_in_the_form", CHECK, NEW, long_note),
        promise("form_without_its_field_is_refused", CHECK, NEW, no_field),
        promise("note_is_text_and_not_markup", FORM, NEW, markup),
        promise("notes_survive_restart", TABLE, NEW, survive_restart),
        promise("notes_survive_kill", TABLE, NEW, survive_kill),
        promise("req_66_guest_book_needs_no_session", FORM, NEW, needs_no_session),
        promise("guest_book_may_be_prefetched", REDIRECT, NEW, may_be_prefetched),
        promise("signing_does_not_count", FORM, NEW, signing_does_not_count),
    ],
    exercises: &[
        promise("one_line", EXERCISES, NEW, one_line),
        promise("not_a_form", EXERCISES, NEW, not_a_form),
    ],
};

const NOTE: &str = "Here by the first train";
const LOST: &str = "the note was not saved, or only in memory: keep notes in STATE_DIR";
const NO_FORM: &str = "there is no guest book: it needs its own route and page";
const TWICE: &str =
    "the note was saved twice: answer the POST with 303, and let the table refuse the same note";

fn form_is_on_the_page(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    sandbox.get(visitor, "/")?.shows("href=\"/guestbook\"", "no link leads to the guest book")?;
    let page = sandbox.get(visitor, "/guestbook")?;
    page.has_status(200, NO_FORM)?;
    page.shows("<form method=\"post\" action=\"/sign\">", "the form does not post to /sign")?;
    page.shows("<label for=\"note\">", "the field has no label for screen readers")
}

fn note_is_added(sandbox: &mut Sandbox) -> Outcome {
    let writer = sandbox.visitor()?;
    let reader = sandbox.visitor()?;
    sandbox.send(writer, "/sign", &[("note", NOTE)])?.has_status(200, "/ is not there")?;
    sandbox.get(reader, "/guestbook")?.shows_once(NOTE, LOST)
}

fn reload_adds_nothing(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let answer = sandbox.visit(visitor, Visit::post_form("/sign", &[("note", NOTE)]))?;
    for _ in 0..3 {
        sandbox.follow(visitor, &answer)?.has_status(200, "/ is not there")?;
    }
    sandbox.get(visitor, "/guestbook")?.shows_once(NOTE, TWICE)
}

fn added_once(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    sandbox.send(visitor, "/sign", &[("note", NOTE)])?;
    sandbox.send(visitor, "/sign", &[("note", NOTE)])?;
    sandbox.get(visitor, "/guestbook")?.shows_once(NOTE, TWICE)
}

fn get_adds_nothing(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let meaning = "a link or an image on any site could sign: only a POST may write";
    sandbox.get(visitor, "/sign?note=By+a+link")?.has_status(303, NO_FORM)?;
    let head = sandbox.visit(visitor, Visit::head("/sign?note=By+a+link"))?;
    head.has_status(303, NO_FORM)?;
    sandbox.get(visitor, "/guestbook")?.shows_no("By a link", meaning)
}

const SHOWN_WHERE: &str = "the form comes back without a word next to the field";

fn refused(
    sandbox: &mut Sandbox,
    visitor: Visitor,
    fields: &[(&str, &str)],
    error: &str,
) -> Outcome {
    let answer = sandbox.visit(visitor, Visit::post_form("/sign", fields))?;
    answer.has_status(422, "the note was accepted: check it before you save it")?;
    answer.shows("aria-describedby=\"error\"", SHOWN_WHERE)?;
    answer.shows(error, SHOWN_WHERE)?;
    sandbox.get(visitor, "/guestbook")?.shows_no("<li>", "a refused note was saved anyway")
}

fn empty_note(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    refused(sandbox, visitor, &[("note", "")], "Write something first.")?;
    refused(sandbox, visitor, &[("note", " \t\r\n")], "Write something first.")
}

fn long_note(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    // 81 letters of two bytes each: the limit is what a visitor can count.
    let note = "ä".repeat(81);
    refused(sandbox, visitor, &[("note", &note)], "80 characters")?;
    let answer = sandbox.visit(visitor, Visit::post_form("/sign", &[("note", &note)]))?;
    answer.shows(&format!("value=\"{note}\""), "the visitor has to write the note again")?;
    let longest = "ä".repeat(80);
    sandbox.send(visitor, "/sign", &[("note", &longest)])?;
    let meaning = "80 letters are refused: count characters instead of bytes";
    sandbox.get(visitor, "/guestbook")?.shows_once(&longest, meaning)
}

fn no_field(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    refused(sandbox, visitor, &[("text", NOTE)], "Write something first.")
}

fn markup(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let meaning = "a visitor's text becomes part of the page's HTML: let the template escape it";
    let note = "<script>alert(1)</script>";
    sandbox.send(visitor, "/sign", &[("note", note)])?;
    sandbox.get(visitor, "/guestbook")?.shows_no("<script", meaning)?;
    let long = format!("\"><script>{}", "x".repeat(80));
    let answer = sandbox.visit(visitor, Visit::post_form("/sign", &[("note", &long)]))?;
    answer.has_status(422, "a note of more than 80 characters was accepted")?;
    answer.shows_no("<script", meaning)
}

fn survive_restart(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let answer = sandbox.visit(visitor, Visit::post_form("/sign", &[("note", NOTE)]))?;
    sandbox.restart()?;
    sandbox.follow(visitor, &answer)?.has_status(200, "/ is not there")?;
    sandbox.get(visitor, "/guestbook")?.shows_once(NOTE, LOST)
}

fn survive_kill(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let answer = sandbox.visit(visitor, Visit::post_form("/sign", &[("note", NOTE)]))?;
    sandbox.kill_and_restart()?;
    sandbox.follow(visitor, &answer)?.has_status(200, "/ is not there")?;
    sandbox.get(visitor, "/guestbook")?.shows_once(NOTE, LOST)
}

fn needs_no_session(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let meaning = "the guest book uses the session, which it doesn't need";
    for _ in 0..2 {
        let page = sandbox.get(visitor, "/guestbook")?;
        page.has_status(200, NO_FORM)?;
        page.sets_no_cookie(meaning)?;
        sandbox.get(visitor, "/")?;
    }
    Ok(())
}

fn may_be_prefetched(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let visit = Visit::get("/guestbook").with_header("sec-purpose", "prefetch");
    let meaning =
        "a page that changes nothing is refused: refuse only pages that change the session";
    sandbox.visit(visitor, visit)?.has_status(200, meaning)
}

fn signing_does_not_count(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    sandbox.get(visitor, "/")?.shows_count(1, "a visitor without a cookie starts at 1")?;
    let answer = sandbox.send(visitor, "/sign", &[("note", NOTE)])?;
    answer.shows_count(2, "the POST counted as a visit, or its answer lost the session")
}

fn one_line(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let meaning = "white space is saved as it came: join the words with one space each";
    sandbox.send(visitor, "/sign", &[("note", "Here  by\r\n the\tfirst   train")])?;
    sandbox.get(visitor, "/guestbook")?.shows_once(NOTE, meaning)?;
    sandbox.send(visitor, "/sign", &[("note", NOTE)])?;
    sandbox.get(visitor, "/guestbook")?.shows_once(NOTE, meaning)?;
    let wide = format!("A{}Z", " ".repeat(100));
    sandbox.send(visitor, "/sign", &[("note", &wide)])?;
    let meaning = "the characters are counted before the spaces are joined";
    sandbox.get(visitor, "/guestbook")?.shows_once("<li>A Z</li>", meaning)
}

fn not_a_form(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let json = Visit::post("/sign", "application/json", r#"{"note":"Hello"}"#.to_owned());
    let answer = sandbox.visit(visitor, json)?;
    answer.has_status(415, "keep the status of the extractor's rejection")?;
    let meaning = "the visitor gets one line of text: take the rejection, and answer with the page";
    answer.shows("<form method=\"post\" action=\"/sign\">", meaning)?;
    answer.shows("<strong id=\"error\">", SHOWN_WHERE)?;
    let meaning = "a body that is not a form was saved as a note";
    sandbox.get(visitor, "/guestbook")?.shows_no("<li>", meaning)?;
    sandbox.send(visitor, "/sign", &[("note", NOTE)])?;
    sandbox.get(visitor, "/guestbook")?.shows_once(NOTE, "the form itself is refused now")
}
