//! Two views, one struct, one template.

use crate::{Original, Section, Walk, promise, section};
use harness::{Outcome, Sandbox};

const TEMPLATE: Section = section("01_view_classes", "The template");
const VIEWS: Section = section("01_view_classes", "The views");
const APP: Section = section("01_view_classes", "The app");
const WRONG: Section = section("01_view_classes", "What is still wrong");
const EXERCISES: Section = section("01_view_classes", "Exercises");

const TWO_VIEWS: Original = Original::Differs("it has two views");

pub(super) static WALK: Walk = Walk {
    slug: "view_classes",
    before: None,
    also_keeps: &[],
    replaces: &[],
    form_pages: &[],
    promises: &[
        promise("home_view_is_at_the_root", TEMPLATE, Original::Keeps, home_view_is_at_the_root),
        promise("hello_view_is_at_howdy", VIEWS, Original::Keeps, hello_view_is_at_howdy),
        promise("other_paths_are_not_found", APP, Original::Keeps, other_paths_are_not_found),
        promise("nobody_is_remembered", WRONG, Original::Keeps, nobody_is_remembered),
    ],
    exercises: &[
        promise("goodbye", EXERCISES, TWO_VIEWS, goodbye_view),
        promise("named", EXERCISES, TWO_VIEWS, visitors_name_is_text),
    ],
};

fn page(name: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n    <title>Quick Tour: {name}</title>\n\
         </head>\n<body>\n<h1>Hi {name}</h1>\n</body>\n</html>\n"
    )
}

fn home_view_is_at_the_root(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    sandbox
        .get(visitor, "/")?
        .is_page(&page("Home View"), "the template differs, or the view has another name")
}

fn hello_view_is_at_howdy(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let answer = sandbox.get(visitor, "/howdy")?;
    answer
        .is_page(&page("Hello View"), "/howdy has no route, or its view has the other view's name")
}

fn other_paths_are_not_found(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let answer = sandbox.get(visitor, "/nowhere")?;
    answer.has_status(404, "a fallback route or a wildcard answers every path")
}

fn nobody_is_remembered(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let first = sandbox.get(visitor, "/")?;
    first.sets_no_cookie("this step has no session yet; the next one adds it")?;
    let second = sandbox.get(visitor, "/")?;
    second.is_page(
        &first.body,
        "the page changes from visit to visit, so the program remembers something",
    )
}

fn goodbye_view(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let answer = sandbox.get(visitor, "/goodbye")?;
    answer.is_page(&page("Goodbye View"), "/goodbye has no route, or its view has another name")
}

fn visitors_name_is_text(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let answer = sandbox.get(visitor, "/hi/Ada")?;
    answer.is_page(&page("Ada"), "/hi/{name} has no route, or its page has another name")?;
    let answer = sandbox.get(visitor, "/hi/%3Cb%3E")?;
    answer
        .shows_no("<b>", "the name goes into the page unescaped, so anyone can put HTML there")?;
    answer.shows("Hi &", "the name is missing: escape it instead of leaving it out")
}
