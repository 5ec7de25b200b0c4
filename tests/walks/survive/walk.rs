//! Being written.

use crate::Walk;

pub(super) static WALK: Walk = Walk {
    slug: "survive",
    before: Some("sqlite_store"),
    also_keeps: &[],
    replaces: &[],
    form_pages: &[],
    promises: &[],
    exercises: &[],
};
