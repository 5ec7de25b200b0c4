//! The ring of keys, whatever they are for.

use cookie_engine::{Keyring, Opened};

#[test]
fn req_67_newest_key_makes_and_every_key_opens() {
    let keyring = Keyring::new(3).with_fallback(2).with_fallback(1);
    let open = |wanted| keyring.open(|key| (*key == wanted).then_some(*key));
    assert_eq!(*keyring.newest(), 3);
    assert_eq!(open(3), Some(Opened { value: 3, by_newest: true }));
    assert_eq!(open(2), Some(Opened { value: 2, by_newest: false }));
    assert_eq!(open(1), Some(Opened { value: 1, by_newest: false }));
    assert_eq!(open(0), None);
}
