//! Being written.

use crate::Walk;

pub(super) static WALK: Walk = Walk {
    slug: "server_side",
    before: Some("session_layer"),
    also_keeps: &[],
    replaces: &[],
    form_pages: &[],
    promises: &[],
    exercises: &[],
};
