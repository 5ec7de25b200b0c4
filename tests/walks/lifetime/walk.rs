//! Being written.

use crate::Walk;

pub(super) static WALK: Walk = Walk {
    slug: "lifetime",
    before: Some("messages"),
    also_keeps: &[],
    replaces: &[],
    form_pages: &[],
    promises: &[],
    exercises: &[],
};
