//! Cookies that real Pyramid 2.1 made, and one that the first sealed format made.

use crate::support::{Visitor, sent, time};
use cookie_engine::{Keyring, Options, Secret};

const FIRST: &str = "nKzrrdzDs9hiJhwTEMwyv7w_JWuiN_arC9rS4XKHN8QBPV58rSdWsGVHNkHT3v3XaLrJ3HiNMCnOs9dFKSKl5\
     VsxNzM1Njg5NjAwLCAxNzM1Njg5NjAwLjI1LCB7ImNvdW50ZXIiOiAxfV0";
const SECOND: &str = "BIQiQoHPiLYevohVT0ybskeqxtDlSZyJ7mPrHgpytvdb47M78mpMou5rCeei6RvGkJKi5xGHOiU2O3M0c25Xf\
     VsxNzM1Njg5NjEwLCAxNzM1Njg5NjAwLjI1LCB7ImNvdW50ZXIiOiAyfV0";

fn tutorial() -> Visitor {
    Visitor::with_keyring(&Options::pyramid(), &Keyring::new(Secret::weak("itsaseekreet")))
}

#[test]
fn cookie_is_pyramids_byte_for_byte() {
    assert_eq!(tutorial().at(1_735_689_600.25).counting(1), FIRST);
}

#[test]
fn cookie_of_pyramid_counts_on_as_in_pyramid() {
    let visitor = tutorial();
    let mut session = visitor.at(1_735_689_610.75).open(FIRST);
    assert_eq!(session.created(), time(1_735_689_600.25));
    session.update(|data| data.insert("counter", 2)).unwrap();
    assert_eq!(sent(&session).unwrap(), SECOND);
}

#[test]
fn sealed_cookie_of_an_earlier_build_still_opens() {
    let value = "AU1emgDHB-bo5SweSzq2Iugyv7ibHKhdmNYRPilSpxnrtI4CSrl7zNfD54Q9CByWni_uwvUsd_fh73CRjseImDb50DA";
    assert_eq!(Visitor::new(&Options::sealed()).count(value), Some(7));
}
