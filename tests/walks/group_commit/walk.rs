//! Being written.

use crate::Walk;

pub(super) static WALK: Walk = Walk {
    slug: "group_commit",
    before: Some("migration"),
    also_keeps: &[],
    replaces: &[],
    form_pages: &[],
    promises: &[],
    exercises: &[],
};
