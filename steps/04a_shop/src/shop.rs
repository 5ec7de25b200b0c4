// ANCHOR: page
use crate::catalogue::{Catalogue, Product};
use crate::flash::Message;
use crate::views::TutorialViews;
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Form, State};
use axum::response::{IntoResponse, Redirect};
use serde::Deserialize;
use step_serve::Failure;

/// The shop, and what is in the visitor's cart.
#[derive(Template, WebTemplate)]
#[template(path = "shop.html")]
pub struct ShopPage {
    pub products: Vec<Product>,
    pub cart: Vec<String>,
    pub messages: Vec<Message>,
}
// ANCHOR_END: page

// ANCHOR: view
/// What the button beside a product sends.
#[derive(Deserialize)]
pub struct CartForm {
    pub product: String,
}

impl TutorialViews {
    pub async fn shop(mut self, catalogue: State<Catalogue>) -> Result<ShopPage, Failure> {
        let products = catalogue.products().await?;
        let cart = self.session.get("cart").await?.unwrap_or_default();
        Ok(ShopPage { products, cart, messages: self.messages().await? })
    }
    // ANCHOR_END: view

    // ANCHOR: change
    pub async fn change_cart(
        self,
        catalogue: State<Catalogue>,
        Form(form): Form<CartForm>,
    ) -> Result<Redirect, Failure> {
        if catalogue.products().await?.iter().any(|product| product.id == form.product) {
            let mut cart: Vec<String> = self.session.get("cart").await?.unwrap_or_default();
            cart.push(form.product);
            self.session.insert("cart", cart).await?;
        } else {
            let message = Message::new("warn", "There is no such product: nothing was added.");
            self.flash.flash(message, "warn", false).await?;
        }
        Ok(Redirect::to("/shop"))
    }
}
// ANCHOR_END: change

// ANCHOR: style
/// The style sheet of every page, the same for all visitors.
pub async fn style() -> impl IntoResponse {
    let headers = [("content-type", "text/css; charset=utf-8"), ("cache-control", "max-age=3600")];
    (headers, include_str!("../static/shop.css"))
}
// ANCHOR_END: style
