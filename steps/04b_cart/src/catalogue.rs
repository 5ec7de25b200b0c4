use crate::store;
use std::{fmt, path::Path};
use step_serve::Error;
use tower_sessions_rusqlite_store::tokio_rusqlite::Connection;

/// An amount of money. Sums of whole numbers are exact.
pub struct Cents(pub u64);

/// Something to buy.
pub struct Product {
    pub id: String,
    pub name: String,
    pub price: Cents,
}

/// What there is to buy, and for how much: only this table says so.
#[derive(Clone)]
pub struct Catalogue(Connection);

impl Catalogue {
    pub async fn open(state_dir: &Path) -> Result<Self, Error> {
        let connection = store::connect(state_dir).await?;
        let tables = include_str!("catalogue.sql");
        connection.call(|connection| connection.execute_batch(tables)).await?;
        Ok(Self(connection))
    }

    pub async fn products(&self) -> Result<Vec<Product>, Error> {
        let select = "SELECT id, name, cents FROM products ORDER BY name";
        let products = self.0.call(move |connection| {
            connection.prepare(select)?.query_map([], read_product)?.collect()
        });
        Ok(products.await?)
    }
}

/// Reads a row of the table.
fn read_product(row: &rusqlite::Row) -> rusqlite::Result<Product> {
    let price = Cents(row.get::<_, u32>(2)?.into());
    Ok(Product { id: row.get(0)?, name: row.get(1)?, price })
}

// ANCHOR: times
impl Cents {
    pub fn times(&self, quantity: u32) -> Self {
        Self(self.0 * u64::from(quantity))
    }
}
// ANCHOR_END: times

impl fmt::Display for Cents {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "€ {}.{:02}", self.0 / 100, self.0 % 100)
    }
}
