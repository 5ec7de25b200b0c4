use crate::change::Change;
use crate::html;
use crate::repository::{Repository, Step};
use std::collections::BTreeSet;

/// `{{#step STEP}}`: what the step costs and brings, counted.
pub fn header(repository: &Repository, folder: &str) -> Result<String, String> {
    let (step, before) = repository.step(folder)?;
    let (added, removed) = Change::between(repository, &step, before.as_ref())?.counts();
    let mut new = dependencies(repository, &step)?;
    let lines = match &before {
        None => format!("{added}"),
        Some(before) => {
            let old = dependencies(repository, before)?;
            new.retain(|name| !old.contains(name));
            let number = html::escape(before.number());
            format!("{added} added, {removed} removed since step {number}")
        }
    };
    let names: Vec<_> =
        new.iter().map(|name| format!("<code>{}</code>", html::escape(name))).collect();
    let names = if names.is_empty() { "none".into() } else { names.join(", ") };
    let survives = if survives_restart(repository, &step)? { "yes" } else { "no" };
    Ok(format!(
        "<dl class=\"step\">\n\
         <div><dt>Step</dt><dd><span class=\"path\">steps/{}</span></dd></div>\n\
         <div><dt>Lines</dt><dd>{lines}</dd></div>\n\
         <div><dt>New dependencies</dt><dd>{names}</dd></div>\n\
         <div><dt>Survives a restart</dt><dd>{survives}</dd></div>\n\
         </dl>",
        html::escape(folder)
    ))
}

/// A step survives a restart when a recording shows that it kept such a promise, or that a step did
/// which it descends from: it keeps what those promised.
fn survives_restart(repository: &Repository, step: &Step) -> Result<bool, String> {
    const NAMES: [&str; 4] =
        ["survives_restart", "survive_restart", "survives_kill", "survive_kill"];
    let is_recorded = |step: &Step| {
        let recorded = repository.recorded(step.slug());
        recorded.iter().any(|promise| NAMES.iter().any(|name| promise.contains(name)))
    };
    Ok(repository.descent(step)?.iter().any(is_recorded))
}

fn dependencies(repository: &Repository, step: &Step) -> Result<BTreeSet<String>, String> {
    let file = format!("steps/{}/Cargo.toml", step.folder);
    let manifest: toml::Table = repository
        .read(&file)?
        .parse()
        .map_err(|error| format!("cannot read {file} ({error}): correct it"))?;
    let table = manifest.get("dependencies").and_then(toml::Value::as_table);
    Ok(table.map(|table| table.keys().cloned().collect()).unwrap_or_default())
}
