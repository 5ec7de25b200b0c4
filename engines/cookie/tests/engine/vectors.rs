//! Cookies that real Pyramid 2.1 made.

use crate::support::{Visitor, sent};
use step_cookie_engine::{Options, Ring, Secret};

const FIRST: &str = "nKzrrdzDs9hiJhwTEMwyv7w_JWuiN_arC9rS4XKHN8QBPV58rSdWsGVHNkHT3v3XaLrJ3HiNMCnOs9dFKSKl5\
     VsxNzM1Njg5NjAwLCAxNzM1Njg5NjAwLjI1LCB7ImNvdW50ZXIiOiAxfV0";
const SECOND: &str = "BIQiQoHPiLYevohVT0ybskeqxtDlSZyJ7mPrHgpytvdb47M78mpMou5rCeei6RvGkJKi5xGHOiU2O3M0c25Xf\
     VsxNzM1Njg5NjEwLCAxNzM1Njg5NjAwLjI1LCB7ImNvdW50ZXIiOiAyfV0";

fn tutorial() -> Visitor {
    Visitor::with_ring(&Options::pyramid(), &Ring::new(Secret::weak("itsaseekreet")))
}

#[test]
fn cookie_is_pyramids_byte_for_byte() {
    assert_eq!(tutorial().at(1_735_689_600.25).counting(1), FIRST);
}

#[test]
fn cookie_of_pyramid_counts_on_as_in_pyramid() {
    let visitor = tutorial();
    let mut session = visitor.at(1_735_689_610.75).open(FIRST);
    assert_eq!(session.created(), 1_735_689_600.25);
    session.update(|state| state.insert("counter", 2)).unwrap();
    assert_eq!(sent(&session).unwrap(), SECOND);
}
