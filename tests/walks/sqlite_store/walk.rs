//! Being written.

use crate::Walk;

pub(super) static WALK: Walk = Walk {
    slug: "sqlite_store",
    before: Some("store_contract"),
    also_keeps: &[],
    replaces: &[],
    form_pages: &[],
    promises: &[],
    exercises: &[],
};
