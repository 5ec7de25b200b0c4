//! Finds the step that a reader means.

use harness::steps;
use walks::{Walk, all};

/// The walk of a step, by any of its names: `view_classes`, `view-classes`, `01_view_classes`, `01`,
/// `1`, `step-view-classes`, `my-view-classes`. The error suggests the step with the nearest name.
pub fn find_step(name: &str) -> Result<&'static Walk, String> {
    let name = name.trim_end_matches(['/', '\\']);
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name).to_ascii_lowercase();
    let plain = plain_name(&name);
    let is_meant =
        |walk: &&&Walk| walk.slug == plain || number(walk) == name.trim_start_matches('0');
    let walks = all();
    if let Some(walk) = walks.iter().find(is_meant) {
        return Ok(walk);
    }
    let near = |walk: &Walk| strsim::jaro_winkler(walk.slug, &plain);
    let nearest = walks.iter().max_by(|one, other| near(one).total_cmp(&near(other)));
    match nearest.filter(|walk| near(walk) > 0.8) {
        Some(walk) => Err(format!("there is no step `{name}`: did you mean `{}`?", walk.slug)),
        None => {
            let slugs: Vec<_> = walks.iter().map(|walk| walk.slug).collect();
            Err(format!("there is no step `{name}`: the steps are {}", slugs.join(", ")))
        }
    }
}

/// A name without what may stand before the slug: `step-`, `my-`, or a number.
fn plain_name(name: &str) -> String {
    let name = name.replace('-', "_");
    for prefix in ["step_", "my_"] {
        if let Some(slug) = name.strip_prefix(prefix) {
            return slug.to_owned();
        }
    }
    match name.split_once('_') {
        Some((number, slug)) if number.starts_with(|first: char| first.is_ascii_digit()) => {
            slug.to_owned()
        }
        _ => name,
    }
}

/// The number of a step without the zero before it, such as `3a`.
fn number(walk: &Walk) -> String {
    let folder = steps::folder(walk.slug).unwrap_or_default();
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let number = name.split('_').next().unwrap_or_default();
    number.trim_start_matches('0').to_owned()
}

/// The chapter of a step, as a path in the repository.
pub fn chapter(walk: &Walk) -> String {
    let folder = steps::folder(walk.slug).unwrap_or_default();
    format!("book/src/{}.md", folder.file_name().unwrap_or_default().to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_of_a_step_finds_it() {
        for name in [
            "view_classes",
            "view-classes",
            "View-Classes",
            "01_view_classes",
            "steps/01_view_classes/",
            "01",
            "1",
            "step-view-classes",
            "my-view-classes",
            "my/view_classes",
        ] {
            assert_eq!(find_step(name).map(|walk| walk.slug), Ok("view_classes"), "{name}");
        }
        assert_eq!(find_step("2").map(|walk| walk.slug), Ok("sessions"));
        assert_eq!(find_step("02b").map(|walk| walk.slug), Ok("outages"));
        assert_eq!(find_step("3a").map(|walk| walk.slug), Ok("guestbook"));
    }

    #[test]
    fn typo_is_answered_with_the_nearest_name() {
        for (name, meant) in [("sesions", "sessions"), ("view-clases", "view_classes")] {
            let error = find_step(name).err().unwrap_or_default();
            assert!(error.contains(&format!("did you mean `{meant}`?")), "{error}");
        }
        let error = find_step("xyz").err().unwrap_or_default();
        assert!(error.contains("the steps are view_classes, sessions"), "{error}");
        assert!(find_step("").is_err());
    }
}
