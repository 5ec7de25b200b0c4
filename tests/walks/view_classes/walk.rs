//! Two views, one struct, one template.

use crate::{Original, Promise, Walk};
use harness::{Outcome, Sandbox};

pub(super) static WALK: Walk = Walk {
    slug: "view_classes",
    before: None,
    replaces: &[],
    form_pages: &[],
    promises: &[
        Promise {
            name: "home_view_is_at_the_root",
            section: "01_view_classes.html#the-views",
            original: Original::Keeps,
            walk: home_view_is_at_the_root,
        },
        Promise {
            name: "hello_view_is_at_howdy",
            section: "01_view_classes.html#the-views",
            original: Original::Keeps,
            walk: hello_view_is_at_howdy,
        },
        Promise {
            name: "other_paths_are_not_found",
            section: "01_view_classes.html#the-app",
            original: Original::Keeps,
            walk: other_paths_are_not_found,
        },
        Promise {
            name: "nobody_is_remembered",
            section: "01_view_classes.html#what-is-still-wrong",
            original: Original::Keeps,
            walk: nobody_is_remembered,
        },
    ],
    exercises: &[
        Promise {
            name: "goodbye",
            section: "01_view_classes.html#exercises",
            original: Original::Differs("it has two views"),
            walk: goodbye_view,
        },
        Promise {
            name: "named",
            section: "01_view_classes.html#exercises",
            original: Original::Differs("it has two views"),
            walk: visitors_name_is_text,
        },
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
        .is_page(&page("Home View"), "the template or the view's name differs")
}

fn hello_view_is_at_howdy(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let answer = sandbox.get(visitor, "/howdy")?;
    answer.is_page(&page("Hello View"), "/howdy has no route, or its view has the other's name")
}

fn other_paths_are_not_found(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let answer = sandbox.get(visitor, "/nowhere")?;
    answer.has_status(404, "a fallback route or a wildcard answers every path")
}

fn nobody_is_remembered(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let first = sandbox.get(visitor, "/")?;
    first.sets_no_cookie("this step has no session yet: that is the next one")?;
    let second = sandbox.get(visitor, "/")?;
    second.is_page(&first.body, "the page changes from visit to visit: something is kept")
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
    answer.shows_no("<b>", "the name goes into the page as it is: anyone can write HTML there")?;
    answer.shows("Hi &", "the name is left out: escape it instead")
}
