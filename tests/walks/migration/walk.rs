//! Being written.

use crate::Walk;

pub(super) static WALK: Walk = Walk {
    slug: "migration",
    before: Some("survive"),
    also_keeps: &[],
    replaces: &[],
    form_pages: &[],
    promises: &[],
    exercises: &[],
};
