//! Being written.

use crate::Walk;

pub(super) static WALK: Walk = Walk {
    slug: "limits",
    before: Some("gone"),
    also_keeps: &[],
    replaces: &[],
    form_pages: &[],
    promises: &[],
    exercises: &[],
};
