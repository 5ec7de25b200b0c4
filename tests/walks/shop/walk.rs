//! Products in a table, and the ids of those in the cart in the session.

use crate::{Original, Section, Walk, promise, section};
use harness::{Answer, Outcome, Sandbox, Visit};

const TABLE: Section = section("04a_shop", "The catalogue");
const CART: Section = section("04a_shop", "A list in the session");
const EXERCISES: Section = section("04a_shop", "Exercises");
const STYLE: Section = section("04a_shop", "The style");

const NEW: Original = Original::Differs("it names the shopping cart, and builds none");

pub(super) static WALK: Walk = Walk {
    slug: "shop",
    before: Some("flash"),
    also_keeps: &[],
    replaces: &[],
    form_pages: &[],
    promises: &[
        promise("products_have_names_and_prices", TABLE, NEW, names_and_prices),
        promise("product_is_put_into_the_cart", CART, NEW, put_into_the_cart),
        promise("second_product_joins_the_first", CART, NEW, joins_the_first),
        promise("cart_survives_restart", CART, NEW, survives_restart),
        promise("cart_survives_kill", CART, NEW, survives_kill),
        promise("visitors_have_separate_carts", CART, NEW, separate_carts),
        promise("unknown_product_is_refused", CART, NEW, unknown_product),
        promise("get_and_head_add_nothing", CART, NEW, get_adds_nothing),
        promise("filling_the_cart_does_not_count", CART, NEW, does_not_count),
        promise("req_66_looking_around_needs_no_session", CART, NEW, looking_around),
        promise("req_56_style_touches_no_session", STYLE, NEW, style_touches_no_session),
    ],
    exercises: &[promise("full", EXERCISES, NEW, full_cart)],
};

const NO_SHOP: &str = "there is no shop: it needs its own route and page";
const NOT_SAVED: &str =
    "the list was read from the session and changed, but not inserted again: `get` returns a copy";
const NOT_KEPT: &str = "the cart is kept in memory: the session's store is in STATE_DIR";

const TEA: &str = "Black tea, 100 g € 4.25";
const CUP: &str = "Cup with a handle € 8.50";

/// The cart on the page is this, a line a product.
fn holds(page: &Answer, expected: &[&str], meaning: &str) -> Outcome {
    page.has_status(200, meaning)?;
    let (_, cart) = page.body.split_once("<h2>Your cart</h2>").unwrap_or_default();
    let lines = cart.lines().filter_map(|line| line.strip_prefix("<li><span>"));
    let shown: Vec<_> =
        lines.map(|line| line.replace("</span>", "").replace("</li>", "")).collect();
    if shown == expected {
        return Ok(());
    }
    let shown = if shown.is_empty() { "no products".to_owned() } else { shown.join("\n") };
    Err(page.broken(&expected.join("\n"), shown, meaning))
}

fn names_and_prices(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let page = sandbox.get(visitor, "/shop")?;
    page.has_status(200, NO_SHOP)?;
    for line in ["Black tea, 100 g</span> € 4.25", "Kettle for a litre</span> € 39.90"] {
        page.shows(line, "the price differs from the catalogue, or the cents lost a zero")?;
    }
    page.shows("Your cart is empty.", "the cart is not empty before anything was put into it")
}

fn put_into_the_cart(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let page = sandbox.send(visitor, "/cart", &[("product", "tea")])?;
    holds(&page, &[TEA], "what the button sends is not saved in the session")
}

fn joins_the_first(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    sandbox.send(visitor, "/cart", &[("product", "tea")])?;
    let page = sandbox.send(visitor, "/cart", &[("product", "cup")])?;
    holds(&page, &[TEA, CUP], NOT_SAVED)?;
    let page = sandbox.send(visitor, "/cart", &[("product", "tea")])?;
    holds(&page, &[TEA, TEA, CUP], NOT_SAVED)?;
    holds(&sandbox.get(visitor, "/shop")?, &[TEA, TEA, CUP], "looking at the cart changed it")
}

fn survives_restart(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let form = Visit::post_form("/cart", &[("product", "tea")]);
    let answer = sandbox.visit(visitor, form)?;
    sandbox.restart()?;
    holds(&sandbox.follow(visitor, &answer)?, &[TEA], NOT_KEPT)
}

fn survives_kill(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let form = Visit::post_form("/cart", &[("product", "tea")]);
    let answer = sandbox.visit(visitor, form)?;
    sandbox.kill_and_restart()?;
    holds(&sandbox.follow(visitor, &answer)?, &[TEA], NOT_KEPT)
}

fn separate_carts(sandbox: &mut Sandbox) -> Outcome {
    let first = sandbox.visitor()?;
    let second = sandbox.visitor()?;
    let meaning = "the cart belongs to the program instead of the session";
    sandbox.send(first, "/cart", &[("product", "tea")])?;
    holds(&sandbox.send(second, "/cart", &[("product", "cup")])?, &[CUP], meaning)?;
    holds(&sandbox.get(first, "/shop")?, &[TEA], meaning)
}

fn unknown_product(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    sandbox.send(visitor, "/cart", &[("product", "tea")])?;
    for product in ["teapot", "", "TEA", "tea ", "' OR 1=1 --", "<script>"] {
        let page = sandbox.send(visitor, "/cart", &[("product", product)])?;
        page.shows_once("There is no such product", "a wrong product is ignored without a word")?;
        page.shows_no("<script", "a visitor's text becomes part of the page's HTML")?;
        holds(&page, &[TEA], "an id that is not in the catalogue got into the cart")?;
    }
    Ok(())
}

fn get_adds_nothing(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let meaning = "a link on any site could fill the cart: only a POST may change it";
    sandbox.get(visitor, "/cart?product=tea")?;
    sandbox.visit(visitor, Visit::head("/cart?product=tea"))?;
    let page = sandbox.get(visitor, "/shop")?;
    page.has_status(200, NO_SHOP)?;
    holds(&page, &[], meaning)
}

fn does_not_count(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    sandbox.get(visitor, "/")?.shows_count(1, "a visitor without a cookie starts at 1")?;
    holds(&sandbox.send(visitor, "/cart", &[("product", "tea")])?, &[TEA], NO_SHOP)?;
    sandbox.get(visitor, "/")?.shows_count(2, "the shop counted, or forgot the count")
}

fn looking_around(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    for _ in 0..2 {
        let page = sandbox.get(visitor, "/shop")?;
        page.has_status(200, NO_SHOP)?;
        page.sets_no_cookie("an empty cart is stored before anything was put into it")?;
    }
    Ok(())
}

fn style_touches_no_session(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    sandbox.get(visitor, "/")?;
    let page = sandbox.get(visitor, "/shop")?;
    page.shows("<link rel=\"stylesheet\" href=\"/shop.css\">", "no page asks for the style")?;
    let style = sandbox.get(visitor, "/shop.css")?;
    style.has_status(200, "the style has no route")?;
    style.sets_no_cookie("the style is behind the session layer, or counts")
}

fn full_cart(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let mut expected = Vec::new();
    for _ in 0..20 {
        expected.push(CUP);
        let page = sandbox.send(visitor, "/cart", &[("product", "cup")])?;
        holds(&page, &expected, "the cart is full before 20 products are in it")?;
    }
    let page = sandbox.send(visitor, "/cart", &[("product", "tea")])?;
    holds(&page, &expected, "the list grows with each click, and so does the session")?;
    page.shows_once("Your cart is full", "nothing says why the product was not added")?;
    let page = sandbox.send(visitor, "/cart", &[("product", "teapot")])?;
    page.shows_once("There is no such product", "a full cart hides a wrong product")
}
