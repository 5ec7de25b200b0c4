use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tower_sessions::{Session, session::Error};

/// How the cart is written. Version 1, in the step before, was a list of ids.
const VERSION: u8 = 2;

/// What the session holds of a cart. Names and prices are in the catalogue.
#[derive(Deserialize, Serialize)]
pub struct Cart {
    version: u8,
    quantities: BTreeMap<String, u32>,
}

impl Cart {
    /// A cart with each of these products as often as it is named.
    pub fn from_ids(products: Vec<String>) -> Self {
        let mut quantities = BTreeMap::new();
        for product in products {
            *quantities.entry(product).or_default() += 1;
        }
        Self { version: VERSION, quantities }
    }

    /// The session's cart, in either version, or `None` if what it holds cannot be read.
    pub async fn load(session: &Session) -> Result<Option<Self>, Error> {
        let Some(stored) = session.get_value("cart").await? else {
            return Ok(Some(Self::from_ids(Vec::new())));
        };
        if let Ok(products) = Vec::deserialize(&stored) {
            return Ok(Some(Self::from_ids(products)));
        }
        Ok(Self::deserialize(stored).ok().filter(|cart| cart.version == VERSION))
    }

    /// Writes the cart to the session. Until then a change is only in this copy.
    pub async fn save(&self, session: &Session) -> Result<(), Error> {
        session.insert("cart", self).await
    }

    pub fn quantity(&self, product: &str) -> u32 {
        self.quantities.get(product).copied().unwrap_or_default()
    }

    pub fn set(&mut self, product: String, quantity: u32) {
        self.quantities.insert(product, quantity);
    }

    pub fn remove(&mut self, product: &str) {
        self.quantities.remove(product);
    }
}
