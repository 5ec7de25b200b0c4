//! Being written.

use crate::Walk;

pub(super) static WALK: Walk = Walk {
    slug: "store_contract",
    before: Some("limits"),
    also_keeps: &[],
    replaces: &[],
    form_pages: &[],
    promises: &[],
    exercises: &[],
};
