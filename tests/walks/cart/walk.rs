//! The cart as a type: quantities, totals, and forms that hold anything.

use crate::{Original, Section, Walk, promise, section};
use harness::{Answer, NotKept, Outcome, Sandbox, Visit, Visitor};

const TYPE: Section = section("04b_cart", "The type");
const FORMS: Section = section("04b_cart", "The forms");
const MONEY: Section = section("04b_cart", "Money");

const EXERCISES: Section = section("04b_cart", "Exercises");

const NEW: Original = Original::Differs("it names the shopping cart, and builds none");

const ACTION: &str = "a form says in its field `action` what to do with the product";

pub(super) static WALK: Walk = Walk {
    slug: "cart",
    before: Some("shop"),
    also_keeps: &[],
    replaces: &[
        ("shop::product_is_put_into_the_cart", ACTION),
        ("shop::second_product_joins_the_first", ACTION),
        ("shop::cart_survives_restart", ACTION),
        ("shop::cart_survives_kill", ACTION),
        ("shop::visitors_have_separate_carts", ACTION),
        ("shop::unknown_product_is_refused", ACTION),
        ("shop::filling_the_cart_does_not_count", ACTION),
    ],
    form_pages: &[],
    promises: &[
        promise("same_product_again_makes_two", TYPE, NEW, makes_two),
        promise("quantity_is_changed", FORMS, NEW, quantity_is_changed),
        promise("product_is_removed", FORMS, NEW, product_is_removed),
        promise("cart_is_emptied", FORMS, NEW, cart_is_emptied),
        promise("total_is_exact", MONEY, NEW, total_is_exact),
        promise("price_in_the_form_means_nothing", MONEY, NEW, price_in_the_form),
        promise("cart_survives_restart", TYPE, NEW, survives_restart),
        promise("cart_survives_kill", TYPE, NEW, survives_kill),
        promise("two_tabs_fill_one_cart", TYPE, NEW, two_tabs),
        promise("two_session_cookies_are_ignored", TYPE, NEW, two_carts),
        promise("bad_quantity_is_refused", FORMS, NEW, bad_quantity),
        promise("hundredth_of_a_product_is_refused", FORMS, NEW, hundredth),
        promise("unknown_product_changes_nothing", FORMS, NEW, unknown_product),
        promise("form_with_parts_missing_changes_nothing", FORMS, NEW, parts_missing),
        promise("get_and_head_change_nothing", FORMS, NEW, get_changes_nothing),
        promise("filling_the_cart_does_not_count", TYPE, NEW, does_not_count),
    ],
    exercises: &[promise("later", EXERCISES, NEW, save_for_later)],
};

const NOT_KEPT: &str = "the cart is kept in memory: the session's store is in STATE_DIR";
const NOT_SAVED: &str = "the cart was changed, but not saved: `get` returns a copy";
const CHANGED: &str = "a form that was refused changed the cart: check it before the change";
const SILENT: &str = "the page doesn't say why nothing changed";

const WHOLE: &str = "A quantity is a whole number from 1 to 99.";
const NO_SUCH: &str = "There is no such product";

fn send(sandbox: &mut Sandbox, visitor: Visitor, action: &[&str]) -> Result<Answer, NotKept> {
    let names = ["action", "product", "quantity"];
    let fields: Vec<_> = names.into_iter().zip(action.iter().copied()).collect();
    sandbox.send(visitor, "/cart", &fields)
}

/// The cart on the page is this: a line a product with quantity and price, and the total.
fn holds(page: &Answer, expected: &[&str], meaning: &str) -> Outcome {
    page.has_status(200, meaning)?;
    let (_, cart) = page.body.split_once("<h2>Your cart</h2>").unwrap_or_default();
    let mut shown: Vec<String> = Vec::new();
    for line in cart.lines() {
        if let Some(product) = line.strip_prefix("<li><span>") {
            shown.push(product.replace("</span>", ":"));
        } else if let Some((_, quantity)) = line.split_once("name=\"quantity\" value=\"") {
            let quantity = quantity.split('"').next().unwrap_or_default();
            if let Some(product) = shown.last_mut() {
                product.insert_str(0, &format!("{quantity} × "));
            }
        } else if let Some(total) = line.strip_prefix("<p>Total: ") {
            shown.push(total.replace("</p>", " in all"));
        } else if line.contains("cart is empty") {
            shown.push("nothing".to_owned());
        }
    }
    if shown == expected {
        return Ok(());
    }
    Err(page.broken(&expected.join("\n"), shown.join("\n"), meaning))
}

const ONE_TEA: [&str; 2] = ["1 × Black tea, 100 g: € 4.25", "€ 4.25 in all"];
const TWO_TEAS: [&str; 2] = ["2 × Black tea, 100 g: € 8.50", "€ 8.50 in all"];

fn makes_two(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let first = "what the button sends is not saved in the session";
    holds(&send(sandbox, visitor, &["add", "tea"])?, &ONE_TEA, first)?;
    holds(&send(sandbox, visitor, &["add", "tea"])?, &TWO_TEAS, NOT_SAVED)?;
    holds(&sandbox.get(visitor, "/shop")?, &TWO_TEAS, "looking at the cart changed it")
}

fn quantity_is_changed(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    send(sandbox, visitor, &["add", "tea"])?;
    let changed = send(sandbox, visitor, &["change", "tea", "99"])?;
    holds(&changed, &["99 × Black tea, 100 g: € 420.75", "€ 420.75 in all"], NOT_SAVED)?;
    holds(&send(sandbox, visitor, &["change", "tea", "2"])?, &TWO_TEAS, NOT_SAVED)
}

fn product_is_removed(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    send(sandbox, visitor, &["add", "tea"])?;
    send(sandbox, visitor, &["add", "cup"])?;
    holds(&send(sandbox, visitor, &["remove", "cup"])?, &ONE_TEA, NOT_SAVED)?;
    let again = send(sandbox, visitor, &["remove", "cup"])?;
    holds(&again, &ONE_TEA, "removing a product that is not there removed another one")?;
    holds(&send(sandbox, visitor, &["remove", "tea"])?, &["nothing"], NOT_SAVED)
}

fn cart_is_emptied(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    send(sandbox, visitor, &["add", "tea"])?;
    send(sandbox, visitor, &["add", "cup"])?;
    holds(&send(sandbox, visitor, &["empty"])?, &["nothing"], NOT_SAVED)?;
    holds(&send(sandbox, visitor, &["add", "tea"])?, &ONE_TEA, "the emptied cart came back")
}

fn total_is_exact(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    send(sandbox, visitor, &["change", "kettle", "3"])?;
    send(sandbox, visitor, &["change", "cup", "1"])?;
    let page = send(sandbox, visitor, &["change", "tea", "7"])?;
    let expected = [
        "7 × Black tea, 100 g: € 29.75",
        "1 × Cup with a handle: € 8.50",
        "3 × Kettle for a litre: € 119.70",
        "€ 157.95 in all",
    ];
    holds(&page, &expected, "money is calculated in fractions: calculate in whole cents")
}

fn price_in_the_form(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let names = ["price", "cents", "total", "name"];
    let mut fields = vec![("action", "add"), ("product", "tea")];
    fields.extend(names.map(|name| (name, "1")));
    let page = sandbox.send(visitor, "/cart", &fields)?;
    let meaning =
        "the price comes from the form, which the visitor can change: take it from the catalogue";
    holds(&page, &ONE_TEA, meaning)
}

fn add_tea<'a>() -> Visit<'a> {
    Visit::post_form("/cart", &[("action", "add"), ("product", "tea")])
}

fn survives_restart(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    send(sandbox, visitor, &["add", "tea"])?;
    let answer = sandbox.visit(visitor, add_tea())?;
    sandbox.restart()?;
    holds(&sandbox.follow(visitor, &answer)?, &TWO_TEAS, NOT_KEPT)
}

fn survives_kill(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    send(sandbox, visitor, &["add", "tea"])?;
    let answer = sandbox.visit(visitor, add_tea())?;
    sandbox.kill_and_restart()?;
    holds(&sandbox.follow(visitor, &answer)?, &TWO_TEAS, NOT_KEPT)
}

/// One tab after the other: tabs that send at the same time are the store engine's promise.
fn two_tabs(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    sandbox.get(visitor, "/shop")?;
    sandbox.get(visitor, "/shop")?;
    send(sandbox, visitor, &["add", "tea"])?;
    let meaning = "the form holds the whole cart as the tab knew it: let it say only what changes";
    holds(&send(sandbox, visitor, &["add", "tea"])?, &TWO_TEAS, meaning)
}

fn two_carts(sandbox: &mut Sandbox) -> Outcome {
    let meaning =
        "the program picked one of two session cookies, but it cannot know which one is meant";
    let mut cookies = Vec::new();
    let visitors = [sandbox.visitor()?, sandbox.visitor()?];
    for visitor in visitors {
        let answer = sandbox.visit(visitor, add_tea())?;
        let header = answer.only_cookie("no session was made, or more than one cookie is sent")?;
        cookies.push(header.split(';').next().unwrap_or_default().to_owned());
    }
    let stranger = sandbox.visitor()?;
    let both = cookies.join("; ");
    let label = "[the cookie of visitor 1]; [the cookie of visitor 2]";
    let visit = Visit::get("/shop").with_cookie(&both, label);
    holds(&sandbox.visit(stranger, visit)?, &["nothing"], meaning)?;
    sandbox.visit(stranger, add_tea().with_cookie(&both, label))?;
    for visitor in visitors {
        holds(&sandbox.get(visitor, "/shop")?, &ONE_TEA, meaning)?;
    }
    Ok(())
}

fn bad_quantity(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    send(sandbox, visitor, &["add", "tea"])?;
    let vast = "9".repeat(40);
    for quantity in ["0", "-1", "100", "1000000000", &vast, "1.5", "two", "", "0x2", "2; DROP"] {
        let page = send(sandbox, visitor, &["change", "tea", quantity])?;
        page.shows_once(WHOLE, SILENT)?;
        holds(&page, &ONE_TEA, CHANGED)?;
    }
    Ok(())
}

fn hundredth(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    send(sandbox, visitor, &["change", "tea", "99"])?;
    let page = send(sandbox, visitor, &["add", "tea"])?;
    page.shows_once(WHOLE, SILENT)?;
    let expected = ["99 × Black tea, 100 g: € 420.75", "€ 420.75 in all"];
    holds(&page, &expected, "a hundred clicks add up to what no form may say")
}

fn unknown_product(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    send(sandbox, visitor, &["add", "tea"])?;
    for action in ["add", "change", "remove"] {
        let page = send(sandbox, visitor, &[action, "<script>", "2"])?;
        page.shows_once(NO_SUCH, SILENT)?;
        page.shows_no("<script", "a visitor's text becomes part of the page's HTML")?;
        holds(&page, &ONE_TEA, CHANGED)?;
    }
    Ok(())
}

fn parts_missing(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    send(sandbox, visitor, &["add", "tea"])?;
    for fields in [&[][..], &["steal"], &["steal", "tea", "2"], &["", "tea"], &["change", "tea"]] {
        let page = send(sandbox, visitor, fields)?;
        page.shows("role=\"status\"", SILENT)?;
        holds(&page, &ONE_TEA, CHANGED)?;
    }
    Ok(())
}

fn get_changes_nothing(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    send(sandbox, visitor, &["add", "tea"])?;
    sandbox.get(visitor, "/cart?action=empty")?;
    sandbox.visit(visitor, Visit::head("/cart?action=empty"))?;
    let meaning = "a link on any site could change the cart: only a POST may";
    holds(&sandbox.get(visitor, "/shop")?, &ONE_TEA, meaning)
}

fn does_not_count(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    sandbox.get(visitor, "/")?.shows_count(1, "a visitor without a cookie starts at 1")?;
    holds(&send(sandbox, visitor, &["add", "tea"])?, &ONE_TEA, NOT_SAVED)?;
    sandbox.get(visitor, "/")?.shows_count(2, "the shop counted, or forgot the count")
}

const LATER: &str = "<h2>Saved for later</h2>";

/// The page in two: down to what is saved for later, and that.
fn parted(mut page: Answer) -> Result<(Answer, String), NotKept> {
    let Some(heading) = page.body.find(LATER) else {
        let came = "no such heading".to_owned();
        return Err(page.broken(LATER, came, "nothing on the page says what was saved"));
    };
    let later = page.body.split_off(heading);
    Ok((page, later))
}

fn save_for_later(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let page = send(sandbox, visitor, &["add", "tea"])?;
    page.shows_no(LATER, "nothing is saved yet: leave the heading out")?;
    send(sandbox, visitor, &["change", "cup", "3"])?;
    let (page, later) = parted(send(sandbox, visitor, &["later", "cup"])?)?;
    holds(&page, &ONE_TEA, "what is saved for later still counts in the cart")?;
    let meaning = "what is saved for later is shown with its name and quantity, as `3 × Cup`";
    if !later.contains("3 × Cup with a handle") {
        return Err(page.broken("3 × Cup with a handle", later, meaning));
    }
    sandbox.kill_and_restart()?;
    let (page, _) = parted(sandbox.get(visitor, "/shop")?)?;
    holds(&page, &ONE_TEA, NOT_KEPT)?;
    let page = send(sandbox, visitor, &["back", "cup"])?;
    page.shows_no(LATER, "what came back into the cart is still saved for later")?;
    let both = ["1 × Black tea, 100 g: € 4.25", "3 × Cup with a handle: € 25.50", "€ 29.75 in all"];
    holds(&page, &both, "what comes back comes back with its quantity")?;
    let page = send(sandbox, visitor, &["back", "kettle"])?;
    holds(&page, &both, "something came back that was never saved")
}
