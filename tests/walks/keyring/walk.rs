//! Being written.

use crate::Walk;

pub(super) static WALK: Walk = Walk {
    slug: "keyring",
    before: Some("lifetime"),
    also_keeps: &[],
    replaces: &[],
    form_pages: &[],
    promises: &[],
    exercises: &[],
};
