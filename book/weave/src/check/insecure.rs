use super::Finding;
use crate::mistake::Mistake;
use crate::repository::{Repository, Step};

const WORD: &str = "INSECURE";

/// A line marked `INSECURE until step-NAME: why` is neither in NAME nor in a step that descends from it.
pub fn insecure(repository: &Repository) -> Result<Vec<Finding>, String> {
    let mut findings = Vec::new();
    for step in repository.steps()? {
        let descent = repository.descent(&step)?;
        for file in repository.files(&step)? {
            let path = format!("steps/{}/{file}", step.folder);
            for (line, text) in repository.read(&path)?.lines().enumerate() {
                if let Some(what) = outlived(text, &descent) {
                    let mistake = Mistake::new(&path, line + 1, what);
                    findings.push(Finding::new("insecure", mistake, text));
                }
            }
        }
    }
    Ok(findings)
}

/// What is wrong with a marker on this line of a step that descends from these.
fn outlived(line: &str, descent: &[Step]) -> Option<String> {
    let (_, marker) = line.split_once(WORD)?;
    let named = marker.strip_prefix(" until step-").and_then(|rest| rest.split_once(": "));
    let Some((name, _)) = named.filter(|(name, why)| !name.contains(' ') && !why.trim().is_empty())
    else {
        return Some(format!("this marker cannot be read: write `{WORD} until step-NAME: why`"));
    };
    let secure_from = descent.iter().find(|step| step.slug().replace('_', "-") == name)?;
    let folder = &secure_from.folder;
    Some(format!(
        "this was meant to be insecure until {folder}, which exists now: make it secure here"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str) -> Option<String> {
        let steps = ["01_a", "02_two_words"].map(|folder| Step { folder: folder.into() });
        outlived(line, &steps)
    }

    #[test]
    fn marker_of_an_existing_step_is_found() {
        assert!(found("x // INSECURE until step-two-words: no tokens").is_some());
        assert!(found("x // INSECURE until step-a: no tokens").is_some());
        assert!(found("x // INSECURE until step-login: no tokens").is_none());
        assert!(found("a line").is_none());
    }

    #[test]
    fn marker_without_a_step_or_a_reason_is_found() {
        for line in ["// INSECURE", "// INSECURE until step-login", "// INSECURE until later: x"] {
            assert!(found(line).unwrap().contains("cannot be read"), "{line}");
        }
    }
}
