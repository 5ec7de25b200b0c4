//! Being written.

use crate::Walk;

pub(super) static WALK: Walk = Walk {
    slug: "sealed",
    before: Some("keyring"),
    also_keeps: &[],
    replaces: &[],
    form_pages: &[],
    promises: &[],
    exercises: &[],
};
