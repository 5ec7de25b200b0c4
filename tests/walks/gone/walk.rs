//! Being written.

use crate::Walk;

pub(super) static WALK: Walk = Walk {
    slug: "gone",
    before: Some("atom"),
    also_keeps: &[],
    replaces: &[],
    form_pages: &[],
    promises: &[],
    exercises: &[],
};
