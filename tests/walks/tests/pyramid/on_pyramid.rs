//! The walks on the original: Pyramid keeps what it promises and differs where the walks say so.

use harness::{Needs, NotKept, Server, ServerCommand};
use walks::{Original, Walk, all};

fn pyramid(step: &str) -> Server {
    let words = match step {
        "view_classes" => vec![crate::python(), crate::app("app.py"), step.into()],
        "pyramid_cookie" => vec![crate::python(), crate::app("shared.py")],
        _ => vec![crate::python(), crate::app("app.py"), "sessions".into()],
    };
    Server::Program(ServerCommand { words, folder: None, grouped: false, needs: Needs::Nothing })
}

#[track_caller]
fn keeps_its_promises(slug: &str) {
    let walk: &Walk = all().into_iter().find(|walk| walk.slug == slug).unwrap();
    let server = pyramid(slug);
    for promise in walk.promises {
        let outcome = promise.try_on(&server).1;
        println!("{}: {:?} {}", promise.name, promise.original, outcome.is_ok());
        match (promise.original, outcome) {
            (Original::Keeps, Ok(())) | (Original::Differs(_), Err(NotKept::Broken(_))) => {}
            (Original::Keeps, Err(not_kept)) => panic!("{}:\n{not_kept}", promise.name),
            (Original::Differs(how), outcome) => {
                panic!("{}: said to differ ({how}), but {outcome:?}", promise.name)
            }
        }
    }
}

#[test]
#[ignore = "needs Pyramid: run `just test-pyramid`"]
fn the_original_takes_the_walk_of_view_classes() {
    keeps_its_promises("view_classes");
}

#[test]
#[ignore = "needs Pyramid: run `just test-pyramid`"]
fn the_original_takes_the_walk_of_sessions() {
    keeps_its_promises("sessions");
}

#[test]
#[ignore = "needs Pyramid: run `just test-pyramid`"]
fn the_original_takes_the_walk_of_pyramid_cookie() {
    keeps_its_promises("pyramid_cookie");
}

#[test]
#[ignore = "needs Pyramid: run `just test-pyramid`"]
fn the_original_takes_the_walks_of_a_cookie_engine() {
    for slug in ["signed_cookie", "session_layer", "messages", "lifetime", "keyring", "sealed"] {
        keeps_its_promises(slug);
    }
}

#[test]
#[ignore = "needs Pyramid: run `just test-pyramid`"]
fn the_original_takes_the_walks_of_a_store_engine() {
    for slug in ["server_side", "atom", "gone", "limits", "store_contract"] {
        keeps_its_promises(slug);
    }
}
