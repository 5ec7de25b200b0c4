//! A message that a form leaves in the cookie: shown once, or refused because it doesn't fit.

use crate::{Original, Section, Walk, promise, section};
use harness::{Answer, Event, NotKept, Outcome, Sandbox, Visit, Visitor};

const TOKEN: Section = section("05b2_messages", "The token");
const SITES: Section = section("05b2_messages", "Forms of other sites");
const SIZE: Section = section("05b2_messages", "Too large for a cookie");
const ONCE: Section = section("05b2_messages", "Shown once");
const KEEP: Section = section("05b2_messages", "A message that fits, and one that doesn't");
const WRONG: Section = section("05b2_messages", "What is still wrong");
const EXERCISES: Section = section("05b2_messages", "Exercises");

const NEW: Original = Original::Differs("it has no form");

pub(super) static WALK: Walk = Walk {
    slug: "messages",
    before: Some("session_layer"),
    also_keeps: &[],
    replaces: &[],
    form_pages: &[],
    promises: &[
        promise("message_is_shown_once", ONCE, NEW, shown_once),
        promise("messages_wait_for_a_page_that_shows_them", ONCE, NEW, wait_in_order),
        promise("message_survives_kill_and_restart", ONCE, NEW, survives_kill),
        promise("message_is_escaped", ONCE, NEW, escaped),
        promise("form_without_its_token_comes_back_filled_in", TOKEN, NEW, no_token),
        promise("req_57_token_of_another_session_is_refused", TOKEN, NEW, foreign_token),
        promise("form_of_the_other_tab_is_accepted", TOKEN, NEW, other_tab),
        promise("page_that_only_reads_sets_no_cookie", TOKEN, NEW, only_reads),
        promise("head_makes_no_token", TOKEN, NEW, head),
        promise("form_of_another_site_makes_no_session", SITES, NEW, other_site),
        promise("too_long_message_comes_back_filled_in", SIZE, NEW, too_long),
        promise("req_43_full_cookie_fails_no_page", KEEP, NEW, just_fits),
        promise("old_cookie_shows_the_message_again", WRONG, NEW, shown_again),
    ],
    exercises: &[
        promise("letters", EXERCISES, NEW, letters),
        promise("waiting", EXERCISES, NEW, waiting),
    ],
};

const NO_TOKEN: &str = "the form has no hidden field csrf_token";
const REFUSED: &str = "the session's own form is refused";
const BELIEVED: &str = "the form was accepted without comparing its token with the session's, so a page of any site can send it";
const TYPED_AGAIN: &str = "the visitor has to type it again: send the form back filled in";
const NOT_TAKEN: &str =
    "the message was not kept in the session, or the page doesn't take it out of there";
const NEW_EACH_TIME: &str =
    "the session is new on every request: its cookie was not set, was refused or is not read";
const CHANGED: &str = "a form that was refused changed the session";

fn page(name: &str, count: u64) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n    <title>Quick Tutorial: {name}</title>\n\
         </head>\n<body>\n<h1>Hi {name}</h1>\n<p>Count: {count}</p>\n</body>\n</html>\n"
    )
}

fn shown(message: &str) -> String {
    format!("<p role=\"status\">{message}</p>")
}

/// The token of the form that this visitor gets.
fn token(sandbox: &mut Sandbox, visitor: Visitor) -> Result<String, NotKept> {
    let form = sandbox.get(visitor, "/sign")?;
    form.has_status(200, "GET /sign shows the form")?;
    Ok(form.field("csrf_token", NO_TOKEN)?.to_owned())
}

fn form<'a>(token: &str, message: &str) -> Visit<'a> {
    Visit::post_form("/sign", &[("csrf_token", token), ("message", message)])
}

/// Leaves a message with the token of the page that the form is on.
fn leave(sandbox: &mut Sandbox, visitor: Visitor, message: &str) -> Result<Answer, NotKept> {
    let token = token(sandbox, visitor)?;
    let answer = sandbox.visit(visitor, form(&token, message))?;
    answer.has_status(303, REFUSED)?;
    Ok(answer)
}

fn shown_once(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let answer = leave(sandbox, visitor, "Hello")?;
    sandbox.follow(visitor, &answer)?.shows_once(&shown("Hello"), NOT_TAKEN)?;
    let meaning = "the page reads the message without taking it out of the session";
    sandbox.get(visitor, "/")?.is_page(&page("Home View", 2), meaning)
}

fn wait_in_order(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    leave(sandbox, visitor, "First")?;
    leave(sandbox, visitor, "Second")?;
    let meaning = "the page with the form took the messages and didn't show them";
    sandbox.get(visitor, "/sign")?.shows_no("First", "the page with the form shows messages")?;
    let both = format!("{}\n{}\n<h1>", shown("First"), shown("Second"));
    sandbox.get(visitor, "/howdy")?.shows_once(&both, meaning)?;
    sandbox.get(visitor, "/")?.is_page(&page("Home View", 2), NOT_TAKEN)
}

fn survives_kill(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let token = token(sandbox, visitor)?;
    sandbox.kill_and_restart()?;
    let meaning = "the token is kept in memory: keep it in the session";
    sandbox.visit(visitor, form(&token, "Hello"))?.has_status(303, meaning)?;
    sandbox.kill_and_restart()?;
    sandbox.get(visitor, "/")?.shows_once(&shown("Hello"), "the message is kept in memory")
}

fn escaped(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let answer = leave(sandbox, visitor, "<script>alert(1)</script> & \"é\"")?;
    let meaning = "the message becomes part of the page's HTML: let the template escape it";
    let page = sandbox.follow(visitor, &answer)?;
    page.shows_no("<script>", meaning)?;
    page.shows("alert(1)", NOT_TAKEN)?;
    page.shows("é", "the message was changed on its way through the cookie")
}

/// The page has the form with this message in it. Returns its token.
fn filled_in<'a>(answer: &'a Answer, message: &str) -> Result<&'a str, NotKept> {
    answer.shows_once("role=\"alert\"", "the page doesn't say what is wrong with the form")?;
    answer.shows_once(&format!("name=\"message\" value=\"{message}\""), TYPED_AGAIN)?;
    answer.field("csrf_token", "the form that comes back has no token, so it is refused again")
}

fn no_token(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    sandbox.get(visitor, "/")?.shows_count(1, NEW_EACH_TIME)?;
    let text = "An hour of work";
    let bare = Visit::post_form("/sign", &[("message", text)]);
    let answer = sandbox.visit(visitor, bare)?;
    answer.has_status(403, BELIEVED)?;
    let token = filled_in(&answer, text)?.to_owned();
    sandbox.get(visitor, "/howdy")?.is_page(&page("Hello View", 2), CHANGED)?;
    let answer = sandbox.visit(visitor, form(&token, text))?;
    sandbox.follow(visitor, &answer)?.shows_once(&shown(text), TYPED_AGAIN)?;

    let stranger = sandbox.visitor()?;
    let answer = sandbox.visit(stranger, form("", "\"><b>"))?;
    answer.has_status(403, "a session without a token accepts an empty one")?;
    answer.shows_no("<b>", "what was sent becomes part of the page: let the template escape it")
}

fn foreign_token(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let stranger = sandbox.visitor()?;
    let own = token(sandbox, visitor)?;
    let foreign = token(sandbox, stranger)?;
    let changed = format!("{}{}", &own[1..], &own[..1]);
    for (token, label) in [
        (foreign, "[the token of visitor 2, and a message]"),
        (own[..32].to_owned(), "[half of the token, and a message]"),
        (changed, "[the token, its first digit moved to the end, and a message]"),
    ] {
        let answer = sandbox.visit(visitor, form(&token, "Hello").shown_as(label))?;
        answer.has_status(403, "compare the token with the one in this session, and all of it")?;
    }
    sandbox.get(visitor, "/")?.is_page(&page("Home View", 1), CHANGED)
}

fn other_tab(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let first = token(sandbox, visitor)?;
    token(sandbox, visitor)?;
    let meaning = "each page makes a new token, so a visitor with two tabs can use only one";
    sandbox.visit(visitor, form(&first, "Hello"))?.has_status(303, meaning)
}

fn only_reads(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let answer = sandbox.get(visitor, "/sign")?;
    answer.only_cookie("the page keeps its token in the session, so it sets the cookie")?;
    answer.has_header("cache-control: no-store", "a cache may keep a page that shows a token")?;
    answer.has_header("vary: Cookie", "a cache may show one visitor's token to another")?;
    let answer = sandbox.get(visitor, "/sign")?;
    answer.sets_no_cookie("the page only reads the token, but sets the cookie again")
}

fn head(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let answer = sandbox.visit(visitor, Visit::head("/sign"))?;
    answer.has_status(200, "HEAD is refused, but it should get the same headers as GET")?;
    answer.sets_no_cookie("HEAD made a session for a token that no form will send")
}

/// With `SameSite=Lax` the browser leaves the cookie out, but keeps the one that the answer sets.
fn other_site(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    sandbox.get(visitor, "/")?.shows_count(1, NEW_EACH_TIME)?;
    let token = token(sandbox, visitor)?;
    let meaning = "another site's form made a session, and its cookie takes the place of the visitor's own: look at Sec-Fetch-Site first";
    let visit = form("", "Hello").with_header("sec-fetch-site", "cross-site");
    let answer = sandbox.visit(visitor, visit.with_cookie("other=1", "[no session cookie]"))?;
    answer.has_status(403, BELIEVED)?;
    answer.sets_no_cookie(meaning)?;
    answer.shows("use the form on this site", "the refusal doesn't say what to do")?;
    let visit = form(&token, "Hello").with_header("sec-fetch-site", "same-site");
    sandbox.visit(visitor, visit)?.has_status(403, meaning)?;
    sandbox.get(visitor, "/")?.is_page(&page("Home View", 2), meaning)?;
    let link = Visit::get("/").with_header("sec-fetch-site", "cross-site");
    sandbox.visit(visitor, link)?.shows_count(3, "a link on another site leads nowhere")?;
    let visit = form(&token, "Hello").without_header("sec-fetch-site");
    sandbox.visit(visitor, visit)?.has_status(303, "old browsers don't send Sec-Fetch-Site")
}

/// In the events from this one on, shows a label in place of a long message.
fn shorten(sandbox: &mut Sandbox, from: usize, message: &str, label: &str) {
    for event in &mut sandbox.recording.events[from..] {
        if let Event::Exchange(exchange) = event {
            exchange.request = exchange.request.replace(message, label);
            exchange.answer = exchange.answer.replace(message, label);
        }
    }
}

fn too_long(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    sandbox.get(visitor, "/")?.shows_count(1, NEW_EACH_TIME)?;
    let token = token(sandbox, visitor)?;
    let message = "x".repeat(4000);
    let answer = sandbox.visit(visitor, form(&token, &message))?;
    shorten(sandbox, 2, &message, "[4000 times x]");
    let meaning = "the program sent a cookie over 4096 octets, or failed instead of saying that the message is too long";
    answer.has_status(422, meaning)?;
    answer.sets_no_cookie(CHANGED)?;
    filled_in(&answer, &message)?;
    sandbox.get(visitor, "/howdy")?.is_page(&page("Hello View", 2), CHANGED)?;
    let answer = sandbox.visit(visitor, form(&token, "Shorter"))?;
    sandbox.follow(visitor, &answer)?.shows_once(&shown("Shorter"), NOT_TAKEN)
}

/// A session whose cookie the walk sends itself, so that it can begin from there again and again.
struct Start {
    visitor: Visitor,
    cookie: String,
    token: String,
    count: u64,
}

const COUNTED: &str = "[the cookie]";
const WITH_MESSAGE: &str = "[the cookie with the message]";

impl Start {
    /// A session that was counted this often.
    fn after(sandbox: &mut Sandbox, count: u64) -> Result<Self, NotKept> {
        let visitor = sandbox.visitor()?;
        for count in 1..=count {
            sandbox.get(visitor, "/")?.shows_count(count, NEW_EACH_TIME)?;
        }
        let form = sandbox.get(visitor, "/sign")?;
        let token = form.field("csrf_token", NO_TOKEN)?.to_owned();
        let cookie = form.cookie_pair(NEW_EACH_TIME)?.to_owned();
        Ok(Self { visitor, cookie, token, count })
    }

    /// Leaves a message of this length. If it is taken, the next two pages work.
    fn takes(&self, sandbox: &mut Sandbox, length: usize) -> Result<bool, NotKept> {
        let message = "x".repeat(length);
        let label = format!("[the token, and a message of {length} letters]");
        let visit = form(&self.token, &message).shown_as(&label);
        let answer = sandbox.visit(self.visitor, visit.with_cookie(&self.cookie, COUNTED))?;
        if answer.status == 422 {
            return Ok(false);
        }
        answer.has_status(303, "a message that is too long is answered with 422")?;
        let with_message = answer.cookie_pair(NEW_EACH_TIME)?.to_owned();
        let visit = Visit::get("/").with_cookie(&with_message, WITH_MESSAGE);
        let answer = sandbox.visit(self.visitor, visit)?;
        let meaning = "the message fits, and the page that shows it can't be saved: take the messages and raise the count in one update";
        answer.has_status(200, meaning)?;
        answer.shows_once(&shown(&message), NOT_TAKEN)?;
        answer.shows_count(self.count + 1, meaning)?;
        let answer = sandbox.get(self.visitor, "/howdy")?;
        answer.is_page(&page("Hello View", self.count + 2), NOT_TAKEN)?;
        Ok(true)
    }

    /// Like `takes`, and the recording stays as it was.
    fn takes_unseen(&self, sandbox: &mut Sandbox, length: usize) -> Result<bool, NotKept> {
        let before = sandbox.recording.events.len();
        let taken = self.takes(sandbox, length)?;
        sandbox.recording.events.truncate(before);
        Ok(taken)
    }

    /// The longest message that is taken, by halving.
    fn longest(&self, sandbox: &mut Sandbox) -> Result<usize, NotKept> {
        let mut taken = 0;
        let mut refused = 4096;
        while refused - taken > 1 {
            let length = usize::midpoint(taken, refused);
            if self.takes_unseen(sandbox, length)? {
                taken = length;
            } else {
                refused = length;
            }
        }
        Ok(taken)
    }
}

/// The count needs room too. It appears, or gets one digit more, on the page that takes the message.
fn just_fits(sandbox: &mut Sandbox) -> Outcome {
    for count in [0, 9] {
        let before = sandbox.recording.events.len();
        let start = Start::after(sandbox, count)?;
        sandbox.recording.events.truncate(before);
        let longest = start.longest(sandbox)?;
        let shortest = longest.saturating_sub(24).max(1);
        for length in shortest..longest + 4 {
            start.takes_unseen(sandbox, length)?;
        }
        let tried = format!(
            "after {count} visits, messages of {shortest} to {} letters: each is either shown or refused",
            longest + 3
        );
        sandbox.recording.events.push(Event::Note(tried));
        start.takes(sandbox, longest)?;
        let label = format!("[{longest} times x]");
        shorten(sandbox, before, &"x".repeat(longest), &label);
    }
    Ok(())
}

/// What is still wrong: the browser keeps the session, and so it can go back to an old one.
fn shown_again(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let answer = leave(sandbox, visitor, "Hello")?;
    let kept = answer.cookie_pair(NEW_EACH_TIME)?.to_owned();
    sandbox.follow(visitor, &answer)?.shows_once(&shown("Hello"), NOT_TAKEN)?;
    let meaning = "a store on the server would remember, but here there isn't one";
    let again =
        Visit::get("/").with_cookie(&kept, "[the cookie from before the message was shown]");
    sandbox.visit(visitor, again)?.shows_once(&shown("Hello"), meaning)
}

fn letters(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let token = token(sandbox, visitor)?;
    for letter in ["x", "é", "語"] {
        let fits = letter.repeat(200);
        let visit = form(&token, &fits).shown_as("[a message of 200 letters]");
        let meaning = "a message of 200 letters is refused: count its letters and not its bytes";
        sandbox.visit(visitor, visit)?.has_status(303, meaning)?;
        sandbox.get(visitor, "/")?.shows_once(&shown(&fits), NOT_TAKEN)?;
        let over = letter.repeat(201);
        let visit = form(&token, &over).shown_as("[a message of 201 letters]");
        let answer = sandbox.visit(visitor, visit)?;
        answer.has_status(422, "a message of 201 letters is accepted")?;
        answer.shows("at most 200 letters", "the page doesn't say how long a message may be")?;
        filled_in(&answer, &over)?;
    }
    Ok(())
}

fn waiting(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let token = token(sandbox, visitor)?;
    let long = "x".repeat(2000);
    let visit = || form(&token, &long).shown_as("[the token, and a message of 2000 letters]");
    sandbox.visit(visitor, visit())?.has_status(303, REFUSED)?;
    let answer = sandbox.visit(visitor, visit())?;
    answer.has_status(422, "two messages of 2000 letters are more than a cookie holds")?;
    let meaning = "the message would fit if the others were read, and the page doesn't say so";
    answer.shows("read your other messages first", meaning)?;
    answer.shows("<a href=\"/\">", "there is no link to the page with the messages")?;
    filled_in(&answer, &long)?;
    sandbox.get(visitor, "/")?.shows_once(&shown(&long), CHANGED)?;
    sandbox.visit(visitor, visit())?.has_status(303, REFUSED)?;
    let vast = "x".repeat(4000);
    let answer = sandbox.visit(visitor, form(&token, &vast).shown_as("[4000 letters]"))?;
    answer.has_status(422, "4000 letters are more than a cookie holds")?;
    let meaning = "the message never fits, so it doesn't help to read the others";
    answer.shows_no("other messages", meaning)
}
