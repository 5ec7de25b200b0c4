//! Being written.

use crate::Walk;

pub(super) static WALK: Walk = Walk {
    slug: "atom",
    before: Some("server_side"),
    also_keeps: &[],
    replaces: &[],
    form_pages: &[],
    promises: &[],
    exercises: &[],
};
