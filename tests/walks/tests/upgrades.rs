//! A new version of a step takes over what an older one wrote: both are the real programs.

#![allow(clippy::unwrap_used)]

use harness::{Launch, Stage, Subject, Visit, binary};

fn step(package: &str) -> Subject {
    Subject::Program(Launch::program(binary::of_package(package).unwrap()))
}

/// The text of a page after a heading.
fn after<'a>(page: &'a str, heading: &str) -> &'a str {
    page.split_once(heading).unwrap().1
}

#[test]
fn cart_of_the_older_shop_is_read() {
    let mut stage = Stage::open(&step("step-shop")).unwrap();
    let visitor = stage.visitor().unwrap();
    for product in ["tea", "cup", "tea"] {
        stage.send(visitor, "/cart", &[("product", product)]).unwrap();
    }
    stage.replace(&step("step-cart"), "the next step").unwrap();
    let page = stage.get(visitor, "/shop").unwrap();
    let cart = after(&page.body, "Your cart");
    assert_eq!(cart.matches("name=\"quantity\" value=\"2\"").count(), 1, "{cart}");
    assert_eq!(cart.matches("name=\"quantity\" value=\"1\"").count(), 1, "{cart}");
    assert!(cart.contains("Total: € 17.00"), "{cart}");
    stage.send(visitor, "/cart", &[("action", "remove"), ("product", "cup")]).unwrap();
    stage.kill_and_restart().unwrap();
    let page = stage.get(visitor, "/shop").unwrap();
    page.shows_once("Total: € 8.50", "").unwrap();
    insta::with_settings!({
        snapshot_path => "../upgrades/snapshots",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, { insta::assert_snapshot!("cart_of_the_older_shop_is_read", stage.recording) });
}

#[test]
fn count_and_messages_come_along_through_all_steps() {
    let mut stage = Stage::open(&step("step-sessions")).unwrap();
    let visitor = stage.visitor().unwrap();
    stage.get(visitor, "/").unwrap().shows_count(1, "").unwrap();
    let steps = ["step-guestbook", "step-flash", "step-shop", "step-cart", "step-csrf"];
    for (package, count) in steps.into_iter().zip(2..) {
        stage.replace(&step(package), package).unwrap();
        if package == "step-flash" {
            let form = Visit::post_form("/sign", &[("note", "Hello")]);
            stage.visit(visitor, form).unwrap().has_status(303, "").unwrap();
            stage.replace(&step("step-shop"), "step-shop").unwrap();
        }
        let page = stage.get(visitor, "/").unwrap();
        page.shows_count(count, "").unwrap();
        assert_eq!(page.body.contains("Your note was added."), package == "step-flash");
    }
}

/// Back again: the older shop cannot read the cart, says so, and has not lost it.
#[test]
fn cart_of_the_newer_shop_is_not_lost_to_the_older() {
    let mut stage = Stage::open(&step("step-cart")).unwrap();
    let visitor = stage.visitor().unwrap();
    stage.send(visitor, "/cart", &[("action", "add"), ("product", "tea")]).unwrap();
    stage.replace(&step("step-shop"), "the step before").unwrap();
    stage.get(visitor, "/shop").unwrap().has_status(503, "").unwrap();
    stage.get(visitor, "/").unwrap().shows_count(1, "").unwrap();
    stage.replace(&step("step-cart"), "the step").unwrap();
    stage.get(visitor, "/shop").unwrap().shows_once("Total: € 4.25", "").unwrap();
}
