//! Being written.

use crate::Walk;

pub(super) static WALK: Walk = Walk {
    slug: "session_layer",
    before: Some("signed_cookie"),
    also_keeps: &[],
    replaces: &[],
    form_pages: &[],
    promises: &[],
    exercises: &[],
};
