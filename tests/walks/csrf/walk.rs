//! CSRF: a form is accepted only from the session's own pages, by a token and by what the browser says.

use crate::{Original, Section, Walk, promise, section};
use harness::{Answer, NotKept, Outcome, Sandbox, Visit, Visitor};

const FORMS: Section = section("04c_csrf", "The forms");
const TOKEN: Section = section("04c_csrf", "The token");
const SITE: Section = section("04c_csrf", "What the browser says");
const REFUSAL: Section = section("04c_csrf", "The refusal");

const AGAIN: Section = section("04c_csrf", "A form that can be sent again");
const EXERCISES: Section = section("04c_csrf", "Exercises");

const NEW: Original = Original::Differs("it has no forms");

const NEEDS_A_SESSION: &str = "a page with a form keeps its token in the session";

pub(super) static WALK: Walk = Walk {
    slug: "csrf",
    before: Some("cart"),
    also_keeps: &[],
    replaces: &[
        ("guestbook::req_66_guest_book_needs_no_session", NEEDS_A_SESSION),
        ("guestbook::guest_book_may_be_prefetched", NEEDS_A_SESSION),
        ("flash::page_without_messages_touches_no_session", NEEDS_A_SESSION),
        ("shop::req_66_looking_around_needs_no_session", NEEDS_A_SESSION),
    ],
    form_pages: &[("/sign", "/guestbook"), ("/cart", "/shop")],
    promises: &[
        promise("every_form_has_the_token", FORMS, NEW, every_form),
        promise("own_token_is_accepted", TOKEN, NEW, own_token),
        promise("form_survives_kill_and_restart", TOKEN, NEW, before_a_restart),
        promise("form_of_the_other_tab_is_accepted", TOKEN, NEW, other_tab),
        promise("page_with_a_token_is_neither_kept_nor_prefetched", TOKEN, NEW, neither_kept),
        promise("refused_note_can_be_sent_again", FORMS, NEW, sent_again),
        promise("req_57_form_without_a_token_is_refused", TOKEN, NEW, no_token),
        promise("req_57_token_of_another_session_is_refused", TOKEN, NEW, foreign_token),
        promise("req_57_token_of_an_ended_session_is_refused", TOKEN, NEW, old_token),
        promise("req_57_changed_token_is_refused", TOKEN, NEW, changed_token),
        promise("tokens_differ_from_session_to_session", TOKEN, NEW, tokens_differ),
        promise("form_of_another_origin_is_refused", SITE, NEW, other_site),
        promise("form_is_accepted_under_no_referrer", SITE, NEW, no_referrer),
        promise("form_is_accepted_behind_a_proxy", SITE, NEW, behind_a_proxy),
        promise("form_without_origin_headers_is_accepted", SITE, NEW, says_nothing),
        promise("refusal_says_what_to_do", REFUSAL, NEW, says_what_to_do),
        promise("expired_form_comes_back_filled_in", AGAIN, NEW, expired),
        promise("form_of_a_tab_opened_at_once_can_be_sent_again", AGAIN, NEW, two_tabs),
        promise("req_50_visitor_without_cookies_gets_an_explanation", AGAIN, NEW, no_cookies),
        promise("too_large_form_is_refused", REFUSAL, NEW, vast_form),
        promise("other_content_types_are_refused", REFUSAL, NEW, content_types),
        promise("head_makes_no_token", TOKEN, NEW, head_makes_no_token),
    ],
    exercises: &[
        promise("header", EXERCISES, NEW, token_in_a_header),
        promise("forget", EXERCISES, NEW, forget_me),
    ],
};

const NO_TOKEN: &str = "the form has no hidden field csrf_token";
const BELIEVED: &str =
    "the form was accepted without checking its token, so a page on any other site can send it";
const NOT_BOUND: &str = "any session's token is accepted: compare it with the one in this session";
const REFUSED: &str = "the session's own form is refused";
const CHANGED: &str = "a refused form changed the cart";

/// The token in the forms that this visitor gets.
fn token(sandbox: &mut Sandbox, visitor: Visitor) -> Result<String, NotKept> {
    Ok(sandbox.get(visitor, "/shop")?.field("csrf_token", NO_TOKEN)?.to_owned())
}

fn add_tea<'a>(token: &str) -> Visit<'a> {
    Visit::post_form("/cart", &[("action", "add"), ("product", "tea"), ("csrf_token", token)])
}

/// A visitor with a token and one tea in the cart.
fn with_tea(sandbox: &mut Sandbox) -> Result<(Visitor, String), NotKept> {
    let visitor = sandbox.visitor()?;
    let token = token(sandbox, visitor)?;
    let answer = sandbox.visit(visitor, add_tea(&token))?;
    answer.has_status(303, REFUSED)?;
    Ok((visitor, token))
}

fn has_teas(sandbox: &mut Sandbox, visitor: Visitor, teas: u32, meaning: &str) -> Outcome {
    let page = sandbox.get(visitor, "/shop")?;
    page.has_status(200, meaning)?;
    page.shows_once(&format!("name=\"quantity\" value=\"{teas}\""), meaning)
}

fn is_forbidden(answer: &Answer, meaning: &str) -> Outcome {
    answer.has_status(403, meaning)?;
    answer.shows("<h1>Nothing was changed</h1>", "the refusal is not an HTML page")
}

fn every_form(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, _) = with_tea(sandbox)?;
    for path in ["/shop", "/guestbook"] {
        let page = sandbox.get(visitor, path)?;
        let count = |text| page.body.matches(text).count();
        let forms = count("method=\"post\"");
        let tokens = count("name=\"csrf_token\"");
        if forms == 0 || forms != tokens {
            let came = format!("{tokens} in {forms} forms");
            return Err(page.broken("a field csrf_token in each form", came, NO_TOKEN));
        }
    }
    Ok(())
}

fn own_token(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, token) = with_tea(sandbox)?;
    let answer = sandbox.visit(visitor, add_tea(&token))?;
    sandbox.follow(visitor, &answer)?;
    has_teas(sandbox, visitor, 2, "the token works for one form only")?;
    let note = [("note", "Hello"), ("csrf_token", &token)];
    let page = sandbox.send(visitor, "/sign", &note)?;
    page.shows_once("Your note was added.", REFUSED)
}

fn before_a_restart(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let token = token(sandbox, visitor)?;
    sandbox.kill_and_restart()?;
    let answer = sandbox.visit(visitor, add_tea(&token))?;
    answer.has_status(303, "the token is kept in memory: keep it in the session")?;
    has_teas(sandbox, visitor, 1, CHANGED)
}

fn other_tab(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, first) = with_tea(sandbox)?;
    token(sandbox, visitor)?;
    sandbox.get(visitor, "/guestbook")?;
    let meaning =
        "each page makes a new token, so a visitor with two tabs can use only the later one";
    sandbox.visit(visitor, add_tea(&first))?.has_status(303, meaning)
}

fn sent_again(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let token = token(sandbox, visitor)?;
    let fields = [("note", ""), ("csrf_token", &token)];
    let page = sandbox.visit(visitor, Visit::post_form("/sign", &fields))?;
    page.has_status(422, REFUSED)?;
    let meaning = "the page that shows the mistake has a form without the token";
    let again = page.field("csrf_token", meaning)?;
    if again != token {
        let came = "a form with another".to_owned();
        return Err(page.broken("a form with the session's token", came, meaning));
    }
    sandbox.send(visitor, "/sign", &[("note", "Hello"), ("csrf_token", again)])?;
    sandbox.get(visitor, "/guestbook")?.shows_once("<li>Hello</li>", meaning)
}

fn neither_kept(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let meaning = "a page that holds a session's token is treated like one that holds none: wrap its \
         route in uncached::page too";
    for path in ["/guestbook", "/shop", "/"] {
        sandbox.get(visitor, path)?.has_header("cache-control: no-store", meaning)?;
        let visit = Visit::get(path).with_header("sec-purpose", "prefetch");
        sandbox.visit(visitor, visit)?.has_status(503, meaning)?;
    }
    Ok(())
}

fn no_token(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, _) = with_tea(sandbox)?;
    let form = Visit::post_form("/cart", &[("action", "empty")]);
    is_forbidden(&sandbox.visit(visitor, form)?, BELIEVED)?;
    let form = Visit::post_form("/sign", &[("note", "Hello")]);
    is_forbidden(&sandbox.visit(visitor, form)?, BELIEVED)?;
    sandbox.get(visitor, "/guestbook")?.shows_no("Hello", BELIEVED)?;
    let stranger = sandbox.visitor()?;
    let answer = sandbox.visit(stranger, add_tea(""))?;
    is_forbidden(&answer, "a session without a token accepts an empty one")?;
    has_teas(sandbox, visitor, 1, CHANGED)
}

fn foreign_token(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, _) = with_tea(sandbox)?;
    let (_, foreign) = with_tea(sandbox)?;
    is_forbidden(&sandbox.visit(visitor, add_tea(&foreign))?, NOT_BOUND)?;
    has_teas(sandbox, visitor, 1, CHANGED)
}

fn old_token(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, token) = with_tea(sandbox)?;
    let stranger = sandbox.visitor()?;
    let without = add_tea(&token).with_cookie("other=1", "[no session cookie]");
    is_forbidden(&sandbox.visit(stranger, without)?, NOT_BOUND)?;
    let gone = add_tea(&token).with_cookie("id=1", "[a cookie of no session]");
    is_forbidden(&sandbox.visit(stranger, gone)?, NOT_BOUND)?;
    has_teas(sandbox, visitor, 1, CHANGED)
}

fn changed_token(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, token) = with_tea(sandbox)?;
    let (first, rest) = token.split_at(1);
    let other = if first == "0" { "1" } else { "0" };
    let changed = [format!("{other}{rest}"), rest.to_owned(), format!("{token}0"), "".to_owned()];
    for changed in changed {
        let answer = sandbox.visit(visitor, add_tea(&changed).shown_as("[the token, changed]"))?;
        is_forbidden(&answer, "only part of the token is compared")?;
    }
    has_teas(sandbox, visitor, 1, CHANGED)
}

fn tokens_differ(sandbox: &mut Sandbox) -> Outcome {
    let first = sandbox.visitor()?;
    let second = sandbox.visitor()?;
    let one = token(sandbox, first)?;
    let page = sandbox.get(second, "/shop")?;
    if page.field("csrf_token", NO_TOKEN)? == one {
        let came = "the token of visitor 1".to_owned();
        return Err(page.broken("another token", came, "the token is a constant"));
    }
    Ok(())
}

fn other_site(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, token) = with_tea(sandbox)?;
    let meaning = "the browser says that another site sent the form, but the program doesn't check";
    for site in ["cross-site", "same-site"] {
        let visit = add_tea(&token)
            .with_header("origin", "https://evil.example")
            .with_header("sec-fetch-site", site);
        is_forbidden(&sandbox.visit(visitor, visit)?, meaning)?;
    }
    for origin in ["https://evil.example", "http://localhost:1", "null", ""] {
        let visit = add_tea(&token).without_header("sec-fetch-site").with_header("origin", origin);
        is_forbidden(&sandbox.visit(visitor, visit)?, meaning)?;
    }
    has_teas(sandbox, visitor, 1, CHANGED)
}

/// Browsers then send `Origin: null` with a page's own form.
fn no_referrer(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, token) = with_tea(sandbox)?;
    let meaning = "Sec-Fetch-Site says that the form comes from this site, but the program trusts Origin instead, which a Referrer-Policy sets to null";
    let visit = add_tea(&token).with_header("origin", "null");
    sandbox.visit(visitor, visit)?.has_status(303, meaning)?;
    let visit = add_tea(&token).with_header("sec-fetch-site", "none").with_header("origin", "null");
    sandbox.visit(visitor, visit)?.has_status(303, meaning)?;
    has_teas(sandbox, visitor, 3, CHANGED)
}

/// A proxy that ends TLS hides the scheme, and may pass on `Host` with the port.
fn behind_a_proxy(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, token) = with_tea(sandbox)?;
    let form = || add_tea(&token).without_header("sec-fetch-site");
    let meaning = "Origin and Host are compared as strings: either may leave out the default port, and host names are case-insensitive";
    let forms = [
        ("https://shop.example", "shop.example:443"),
        ("https://shop.example", "shop.example"),
        ("http://shop.example:80", "shop.example"),
        ("https://shop.example:8443", "SHOP.example:8443"),
    ];
    for (origin, host) in forms {
        let visit = form().with_header("origin", origin).with_header("host", host);
        sandbox.visit(visitor, visit)?.has_status(303, meaning)?;
    }
    for (origin, host) in [
        ("https://shop.example", "shop.example:8443"),
        ("https://evil.example", "shop.example:443"),
    ] {
        let visit = form().with_header("origin", origin).with_header("host", host);
        is_forbidden(&sandbox.visit(visitor, visit)?, "only part of the origin is compared")?;
    }
    has_teas(sandbox, visitor, 5, CHANGED)
}

fn says_nothing(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, token) = with_tea(sandbox)?;
    let visit = add_tea(&token).without_header("sec-fetch-site");
    sandbox.visit(visitor, visit)?.has_status(303, REFUSED)?;
    let visit = add_tea(&token).without_header("sec-fetch-site").without_header("origin");
    sandbox.visit(visitor, visit)?.has_status(303, "old browsers send neither header")?;
    has_teas(sandbox, visitor, 3, CHANGED)
}

fn says_what_to_do(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let visit = add_tea("old")
        .with_header("origin", "https://evil.example")
        .with_header("sec-fetch-site", "cross-site");
    let answer = sandbox.visit(visitor, visit)?;
    let meaning = "the refusal doesn't tell its reader what to do next";
    is_forbidden(&answer, BELIEVED)?;
    answer.sets_no_cookie("a form from another site created a session")?;
    answer.shows("use the form on this site", meaning)?;
    answer.shows("<a href=\"/shop\">", meaning)
}

/// The page has this form, ready to be sent again. Returns its new token.
fn filled_in<'a>(
    answer: &'a Answer,
    action: &str,
    fields: &[(&str, &str)],
) -> Result<&'a str, NotKept> {
    let meaning = "the visitor has to type it again: send the form back filled in";
    is_forbidden(answer, BELIEVED)?;
    answer.shows_once(&format!("<form method=\"post\" action=\"{action}\">"), meaning)?;
    answer.shows_once("<button", "the form has one button")?;
    for (name, value) in fields {
        answer.shows(&format!("name=\"{name}\" value=\"{value}\""), meaning)?;
    }
    answer.field("csrf_token", "the form that comes back has no valid token")
}

const OTHER: &str = "[a token of a session that has ended]";

fn expired(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let text = "An hour of work";
    let old = token(sandbox, visitor)?;
    // Its cookie comes with the form, but the session that it names has ended elsewhere.
    let fields = [("note", text), ("csrf_token", &old)];
    let form = Visit::post_form("/sign", &fields).shown_as(OTHER);
    let sent =
        sandbox.visit(visitor, form.with_cookie("id=ended", "id=[a session that has ended]"))?;
    let new = filled_in(&sent, "/sign", &[("note", text)])?;
    let page = sandbox.send(visitor, "/sign", &[("note", text), ("csrf_token", new)])?;
    page.shows_once("Your note was added.", REFUSED)?;
    sandbox.get(visitor, "/guestbook")?.shows_once(text, CHANGED)?;

    let stranger = sandbox.visitor()?;
    let fields =
        [("action", "add"), ("product", "tea"), ("csrf_token", &old), ("x", "\"><b>&amp;é")];
    let sent = sandbox.visit(stranger, Visit::post_form("/cart", &fields).shown_as(OTHER))?;
    sent.shows_no(
        "<b>",
        "what was sent becomes part of the page's HTML: let the template escape it",
    )?;
    let new = filled_in(&sent, "/cart", &[("action", "add"), ("product", "tea")])?;
    sandbox.send(
        stranger,
        "/cart",
        &[("action", "add"), ("product", "tea"), ("csrf_token", new)],
    )?;
    has_teas(sandbox, stranger, 1, CHANGED)
}

/// Two pages are loaded before the first cookie is set: each makes a session, and one of them wins.
fn two_tabs(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let other = sandbox.visitor()?;
    let lost = token(sandbox, other)?;
    token(sandbox, visitor)?;
    let sent = sandbox.visit(visitor, add_tea(&lost))?;
    let new = filled_in(&sent, "/cart", &[("action", "add"), ("product", "tea")])?;
    sandbox.visit(visitor, add_tea(new))?.has_status(303, REFUSED)?;
    has_teas(sandbox, visitor, 1, CHANGED)
}

fn no_cookies(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let token = token(sandbox, visitor)?;
    let meaning =
        "a visitor without cookies gets the same form again and again: say that forms need cookies";
    for _ in 0..2 {
        let visit = add_tea(&token).with_cookie("lang=en", "lang=en");
        let answer = sandbox.visit(visitor, visit)?;
        is_forbidden(&answer, BELIEVED)?;
        answer.shows("allow cookies", meaning)?;
    }
    Ok(())
}

fn vast_form(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, token) = with_tea(sandbox)?;
    let vast = "x".repeat(1_000_000);
    let fields = [("action", "add"), ("product", &vast), ("csrf_token", &token)];
    let visit = Visit::post_form("/cart", &fields).shown_as("[a form of 1 000 000 octets]");
    let answer = sandbox.visit(visitor, visit)?;
    answer.has_status(413, "the form is read, however large it is")?;
    answer.shows("16 KiB", "the refusal doesn't say what the limit is")?;
    has_teas(sandbox, visitor, 1, CHANGED)
}

fn content_types(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, token) = with_tea(sandbox)?;
    for content_type in ["text/plain", "application/json", "multipart/form-data; boundary=x", ""] {
        let form = format!("action=add&product=tea&csrf_token={token}");
        let visit = Visit::post("/cart", content_type, form);
        let answer = sandbox.visit(visitor, visit)?;
        answer.has_status(415, "the body is read as a form, whatever its content type is")?;
        answer.shows("This is not a form", "the refusal doesn't say what is wrong")?;
    }
    has_teas(sandbox, visitor, 1, CHANGED)
}

fn head_makes_no_token(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let head = sandbox.visit(visitor, Visit::head("/shop"))?;
    head.has_status(200, "HEAD is refused, but it should get the same headers as GET")?;
    head.sets_no_cookie("HEAD created a session for a token that no form will send")?;
    token(sandbox, visitor)?;
    Ok(())
}

fn token_in_a_header(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, token) = with_tea(sandbox)?;
    let (_, foreign) = with_tea(sandbox)?;
    let form = || Visit::post_form("/cart", &[("action", "add"), ("product", "tea")]);
    let visit = form().with_header("x-csrf-token", &token);
    sandbox.visit(visitor, visit)?.has_status(303, "the header is not checked")?;
    has_teas(sandbox, visitor, 2, "the form was accepted, but changed nothing")?;
    let visit = form().with_header("x-csrf-token", &foreign);
    is_forbidden(&sandbox.visit(visitor, visit)?, NOT_BOUND)?;
    let visit = add_tea(&token).with_header("x-csrf-token", &foreign);
    is_forbidden(&sandbox.visit(visitor, visit)?, "a valid token hides a wrong one")?;
    is_forbidden(&sandbox.visit(visitor, form())?, BELIEVED)?;
    has_teas(sandbox, visitor, 2, CHANGED)
}

fn forget_me(sandbox: &mut Sandbox) -> Outcome {
    let (visitor, token) = with_tea(sandbox)?;
    let without = Visit::post_form("/forget", &[]);
    is_forbidden(&sandbox.visit(visitor, without)?, BELIEVED)?;
    has_teas(sandbox, visitor, 1, "a form without the token ended the session")?;
    let page = sandbox.send(visitor, "/forget", &[("csrf_token", &token)])?;
    page.shows("Your cart is empty.", "the session is still there: end it, and redirect to /shop")?;
    let meaning = "the new session has the token of the old one";
    if page.field("csrf_token", NO_TOKEN)? == token {
        return Err(page.broken("another token", "the same".to_owned(), meaning));
    }
    is_forbidden(&sandbox.visit(visitor, add_tea(&token))?, meaning)
}
