use super::Finding;
use crate::mistake::Mistake;
use crate::repository::Repository;
use serde::Deserialize;
use toml::Spanned;

const FILE: &str = "book/exemptions.toml";

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    #[serde(default)]
    exempt: Vec<Exemption>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exemption {
    check: Spanned<String>,
    file: String,
    /// Without it the whole file is meant.
    text: Option<String>,
    why: String,
}

impl Exemption {
    fn excuses(&self, finding: &Finding) -> bool {
        self.check.get_ref() == finding.check
            && self.file == finding.mistake.file
            && self.text.as_ref().is_none_or(|text| text.trim() == finding.text)
    }
}

/// The mistakes among the findings, without those that `book/exemptions.toml` excuses and with the
/// exemptions that excuse nothing or give no reason.
pub fn exempted(repository: &Repository, findings: Vec<Finding>) -> Result<Vec<Mistake>, String> {
    let text = if repository.path(FILE).exists() { repository.read(FILE)? } else { String::new() };
    let list: List =
        toml::from_str(&text).map_err(|error| format!("cannot read {FILE}: {error}"))?;
    let mut mistakes = Vec::new();
    for exemption in &list.exempt {
        let line = text[..exemption.check.span().start].lines().count().max(1);
        if exemption.why.trim().is_empty() {
            mistakes.push(Mistake::new(
                FILE,
                line,
                "this exemption has no reason: write its `why`",
            ));
        }
        if !findings.iter().any(|finding| exemption.excuses(finding)) {
            let what = "nothing needs this exemption any more: delete it";
            mistakes.push(Mistake::new(FILE, line, what));
        }
    }
    let excused = |finding: &Finding| list.exempt.iter().any(|entry| entry.excuses(finding));
    let left = findings.into_iter().filter(|finding| !excused(finding));
    mistakes.extend(left.map(|finding| finding.mistake));
    mistakes.sort();
    mistakes.dedup();
    Ok(mistakes)
}
