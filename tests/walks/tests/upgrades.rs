//! A new version of a step takes over what an older one wrote: both are the real programs.

#![allow(clippy::unwrap_used)]

use harness::{Sandbox, Server, ServerCommand, Visit, binary};

fn step(package: &str) -> Server {
    Server::Program(ServerCommand::program(binary::of_package(package).unwrap()))
}

/// The text of a page after a heading.
fn after<'a>(page: &'a str, heading: &str) -> &'a str {
    page.split_once(heading).unwrap().1
}

#[test]
fn cart_of_the_older_shop_is_read() {
    let mut sandbox = Sandbox::open(&step("step-shop")).unwrap();
    let visitor = sandbox.visitor().unwrap();
    for product in ["tea", "cup", "tea"] {
        sandbox.send(visitor, "/cart", &[("product", product)]).unwrap();
    }
    sandbox.replace(&step("step-cart"), "the next step").unwrap();
    let page = sandbox.get(visitor, "/shop").unwrap();
    let cart = after(&page.body, "Your cart");
    assert_eq!(cart.matches("name=\"quantity\" value=\"2\"").count(), 1, "{cart}");
    assert_eq!(cart.matches("name=\"quantity\" value=\"1\"").count(), 1, "{cart}");
    assert!(cart.contains("Total: € 17.00"), "{cart}");
    sandbox.send(visitor, "/cart", &[("action", "remove"), ("product", "cup")]).unwrap();
    sandbox.kill_and_restart().unwrap();
    let page = sandbox.get(visitor, "/shop").unwrap();
    page.shows_once("Total: € 8.50", "").unwrap();
    insta::with_settings!({
        snapshot_path => "../upgrades/snapshots",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, { insta::assert_snapshot!("cart_of_the_older_shop_is_read", sandbox.recording) });
}

#[test]
fn count_and_messages_come_along_through_all_steps() {
    let mut sandbox = Sandbox::open(&step("step-sessions")).unwrap();
    let visitor = sandbox.visitor().unwrap();
    sandbox.get(visitor, "/").unwrap().shows_count(1, "").unwrap();
    let steps = ["step-guestbook", "step-flash", "step-shop", "step-cart", "step-csrf"];
    for (package, count) in steps.into_iter().zip(2..) {
        sandbox.replace(&step(package), package).unwrap();
        if package == "step-flash" {
            let form = Visit::post_form("/sign", &[("note", "Hello")]);
            sandbox.visit(visitor, form).unwrap().has_status(303, "").unwrap();
            sandbox.replace(&step("step-shop"), "step-shop").unwrap();
        }
        let page = sandbox.get(visitor, "/").unwrap();
        page.shows_count(count, "").unwrap();
        assert_eq!(page.body.contains("Your note was added."), package == "step-flash");
    }
}

/// Back again: the older shop cannot read the cart, says so, and has not lost it.
#[test]
fn cart_of_the_newer_shop_is_not_lost_to_the_older() {
    let mut sandbox = Sandbox::open(&step("step-cart")).unwrap();
    let visitor = sandbox.visitor().unwrap();
    sandbox.send(visitor, "/cart", &[("action", "add"), ("product", "tea")]).unwrap();
    sandbox.replace(&step("step-shop"), "the step before").unwrap();
    sandbox.get(visitor, "/shop").unwrap().has_status(503, "").unwrap();
    sandbox.get(visitor, "/").unwrap().shows_count(1, "").unwrap();
    sandbox.replace(&step("step-cart"), "the step").unwrap();
    sandbox.get(visitor, "/shop").unwrap().shows_once("Total: € 4.25", "").unwrap();
}
