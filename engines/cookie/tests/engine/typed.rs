//! The data as one type.

use crate::json::cookie_with;
use crate::support::{Visitor, formats, sent, text};
use cookie_engine::{Error, Options};
use serde::{Deserialize, Serialize};

// ANCHOR: cart
#[derive(Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
struct Cart {
    items: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    voucher: Option<String>,
}
// ANCHOR_END: cart

#[test]
fn typed_data_shares_the_session_with_what_it_does_not_name() {
    for (name, options) in formats() {
        let mut session = Visitor::new(&options).open_new();
        session.update(|data| data.flash("kept", "")).unwrap();
        // ANCHOR: update_as
        let put = session.update_as(|cart: &mut Cart| {
            cart.items.push("tea".to_owned());
            cart.voucher = Some("ten".to_owned());
            Ok(())
        });
        put.unwrap();
        let cart: Cart = session.read_as().unwrap();
        // ANCHOR_END: update_as
        assert_eq!(cart, Cart { items: vec!["tea".into()], voucher: Some("ten".into()) }, "{name}");
        let taken = session.update_as(|cart: &mut Cart| Ok(cart.voucher.take()));
        assert_eq!(taken.unwrap().as_deref(), Some("ten"));
        assert_eq!(text(&session), r#"{"_f_":["kept"],"items":["tea"]}"#, "{name}");
    }
}

#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
struct Prices {
    price: f64,
    count: u64,
}

#[test]
fn typed_update_leaves_other_fields_byte_for_byte() {
    let visitor = Visitor::new(&Options::pyramid());
    let value = cookie_with(r#"{"price": 1.50e1, "count": 1}"#);
    let mut session = visitor.open(&value);
    let counted = session.update_as(|prices: &mut Prices| {
        prices.count += 1;
        Ok(prices.price)
    });
    assert_eq!(counted.unwrap(), 15.0);
    assert_eq!(text(&session), r#"{"price":1.50e1,"count":2}"#);
    let mut session = visitor.open(&sent(&session).unwrap());
    session.update_as(|_: &mut Prices| Ok(())).unwrap();
    assert_eq!(sent(&session), None);
}

#[test]
fn typed_data_that_does_not_fit_is_an_error_and_stays() {
    let mut session = Visitor::new(&Options::sealed()).open_new();
    session.update(|data| data.insert("items", 7)).unwrap();
    assert!(matches!(session.read_as::<Cart>(), Err(Error::Deserialize { key: None, .. })));
    let changed = session.update_as(|_: &mut Cart| Ok(()));
    assert!(matches!(changed, Err(Error::Deserialize { key: None, .. })));
    assert_eq!(text(&session), r#"{"items":7}"#);
}

#[test]
fn type_that_is_not_a_map_is_an_error() {
    #[derive(Deserialize, Default)]
    #[serde(from = "serde::de::IgnoredAny")]
    struct Seven;
    impl From<serde::de::IgnoredAny> for Seven {
        fn from(_: serde::de::IgnoredAny) -> Self {
            Self
        }
    }
    impl Serialize for Seven {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_u64(7)
        }
    }
    let mut session = Visitor::new(&Options::sealed()).open_new();
    let changed = session.update_as(|_: &mut Seven| Ok(()));
    assert!(matches!(changed, Err(Error::Serialize { key: None, .. })), "{changed:?}");
}
