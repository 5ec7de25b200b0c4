// ANCHOR: page
use crate::cart::Cart;
use crate::catalogue::{Catalogue, Cents, Product};
use crate::csrf;
use crate::flash::Message;
use crate::form::CsrfForm;
use crate::views::TutorialViews;
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect};
use serde::Deserialize;
use step_serve::Failure;

/// The shop, and the visitor's cart.
#[derive(Template, WebTemplate)]
#[template(path = "shop.html")]
pub struct ShopPage {
    pub products: Vec<Product>,
    pub cart: Cart,
    pub total: Cents,
    pub token: String,
    pub messages: Vec<Message>,
}
// ANCHOR_END: page

/// What a button sends: text, because a visitor can send any.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct CartForm {
    pub action: String,
    pub product: String,
    pub quantity: String,
}

impl TutorialViews {
    // ANCHOR: view
    pub async fn shop(mut self, catalogue: State<Catalogue>) -> Result<ShopPage, Failure> {
        let (products, cart) = (catalogue.products().await?, self.cart().await?);
        let prices = products.iter().map(|product| product.price.times(cart.quantity(&product.id)));
        let total = Cents(prices.map(|price| price.0).sum());
        let token = csrf::token(&self.session).await?;
        Ok(ShopPage { products, cart, total, token, messages: self.messages().await? })
    }

    pub async fn change_cart(
        self,
        catalogue: State<Catalogue>,
        CsrfForm(form): CsrfForm<CartForm>,
    ) -> Result<Redirect, Failure> {
        // ANCHOR_END: view
        let products = catalogue.products().await?;
        let known = products.iter().any(|product| product.id == form.product);
        let mut cart = self.cart().await?;
        let quantity = match form.action.as_str() {
            "add" => cart.quantity(&form.product) + 1,
            _ => form.quantity.parse().unwrap_or_default(),
        };
        match form.action.as_str() {
            "empty" => cart = Cart::from_ids(Vec::new()),
            _ if !known => self.warn("There is no such product: choose one in the shop.").await?,
            "remove" => cart.remove(&form.product),
            "add" | "change" if (1..=99).contains(&quantity) => cart.set(form.product, quantity),
            _ => self.warn("A quantity is a whole number from 1 to 99.").await?,
        }
        cart.save(&self.session).await?;
        Ok(Redirect::to("/shop"))
    }

    /// The session's cart. One that cannot be read is no reason to fail: an empty one takes its
    /// place, and the visitor gets a message.
    async fn cart(&self) -> Result<Cart, Failure> {
        if let Some(cart) = Cart::load(&self.session).await? {
            return Ok(cart);
        }
        self.warn("Your cart could not be read: please fill it again.").await?;
        let empty = Cart::from_ids(Vec::new());
        empty.save(&self.session).await?;
        Ok(empty)
    }

    async fn warn(&self, text: &str) -> Result<(), Failure> {
        Ok(self.flash.flash(Message::new("warn", text), "warn", false).await?)
    }
}

/// The style sheet of every page, the same for all visitors.
pub async fn style() -> impl IntoResponse {
    let headers = [("content-type", "text/css; charset=utf-8"), ("cache-control", "max-age=3600")];
    (headers, include_str!("../static/shop.css"))
}
