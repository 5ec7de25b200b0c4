//! Being written.

use crate::Walk;

pub(super) static WALK: Walk = Walk {
    slug: "signed_cookie",
    before: Some("view_classes"),
    also_keeps: &["sessions"],
    replaces: &[],
    form_pages: &[],
    promises: &[],
    exercises: &[],
};
