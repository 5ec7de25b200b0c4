/// What a chapter asks to be put in its place: a line `{{#NAME ARGUMENTS}}`.
#[derive(Debug, PartialEq)]
pub enum Directive {
    /// `{{#step STEP}}`
    Step(String),
    /// `{{#listing STEP/FILE [ANCHOR]}}`
    Listing(String, Option<String>),
    /// `{{#file PATH [ANCHOR] "CAPTION"}}`
    File(String, Option<String>, String),
    /// `{{#change STEP}}`
    Change(String),
    /// `{{#transcript WALK/PROMISE [FIRST-LAST]}}`
    Transcript(String, Option<String>),
    /// `{{#figure WALK/PROMISE "TITLE"}}`
    Figure(String, String),
    /// `{{#drawing NAME "CAPTION"}}`
    Drawing(String, String),
    /// `{{#failure WALK/NAME}}`
    Failure(String),
    /// `{{#output NAME}}`
    Output(String),
}

const USES: [(&str, &str); 9] = [
    ("step", "{{#step STEP}}"),
    ("listing", "{{#listing STEP/FILE ANCHOR}}"),
    ("file", "{{#file PATH ANCHOR \"CAPTION\"}}"),
    ("change", "{{#change STEP}}"),
    ("transcript", "{{#transcript WALK/PROMISE FIRST-LAST}}"),
    ("figure", "{{#figure WALK/PROMISE \"TITLE\"}}"),
    ("drawing", "{{#drawing NAME \"CAPTION\"}}"),
    ("failure", "{{#failure WALK/NAME}}"),
    ("output", "{{#output NAME}}"),
];

impl Directive {
    /// Reads a line of a chapter; none when it holds no directive.
    pub fn read(line: &str) -> Option<Result<Self, String>> {
        line.contains("{{#").then(|| read(line.trim()))
    }
}

fn read(line: &str) -> Result<Directive, String> {
    let inner = line.strip_prefix("{{#").and_then(|rest| rest.strip_suffix("}}"));
    let Some(inner) = inner.filter(|inner| !inner.contains("{{") && !inner.contains("}}")) else {
        return Err("a directive shares its line: put it alone on a line, `{{#NAME ...}}`".into());
    };
    let (kind, rest) = inner.split_once(' ').unwrap_or((inner, ""));
    let Some((_, usage)) = USES.iter().find(|(known, _)| *known == kind) else {
        let known = USES.map(|(name, _)| name).join(", ");
        return Err(format!("there is no directive `{kind}`: use one of {known}"));
    };
    let (rest, title) = match rest.split_once('"') {
        Some((rest, title)) => (rest, Some(title.strip_suffix('"'))),
        None => (rest, None),
    };
    let words: Vec<String> = rest.split_whitespace().map(str::to_owned).collect();
    let read = match (kind, <[String; 1]>::try_from(words.clone()), title) {
        ("step", Ok([step]), None) => Some(Directive::Step(step)),
        ("change", Ok([step]), None) => Some(Directive::Change(step)),
        ("failure", Ok([name]), None) => Some(Directive::Failure(name)),
        ("output", Ok([name]), None) => Some(Directive::Output(name)),
        (_, Ok([name]), Some(Some(title))) if !title.trim().is_empty() => match kind {
            "file" => Some(Directive::File(name, None, title.to_owned())),
            "figure" => Some(Directive::Figure(name, title.to_owned())),
            "drawing" => Some(Directive::Drawing(name, title.to_owned())),
            _ => None,
        },
        ("file", _, Some(Some(title))) if words.len() == 2 && !title.trim().is_empty() => {
            let anchor = words.get(1).cloned();
            Some(Directive::File(words[0].clone(), anchor, title.to_owned()))
        }
        ("listing" | "transcript", _, None) => one_or_two(kind, words),
        _ => None,
    };
    read.ok_or_else(|| {
        format!("the directive `{kind}` is not complete or says too much: write {usage}")
    })
}

fn one_or_two(name: &str, words: Vec<String>) -> Option<Directive> {
    let mut words = words.into_iter();
    let first = words.next()?;
    let second = words.next();
    if words.next().is_some() {
        return None;
    }
    Some(match name {
        "listing" => Directive::Listing(first, second),
        _ => Directive::Transcript(first, second),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(line: &str) -> String {
        Directive::read(line).unwrap().unwrap_err()
    }

    #[test]
    fn directives_are_read() {
        let read = |line| Directive::read(line).unwrap().unwrap();
        let a = "02_sessions/src/views.rs".to_owned();
        let b = "counter".to_owned();
        assert_eq!(
            read("{{#listing 02_sessions/src/views.rs counter}}"),
            Directive::Listing(a, Some(b))
        );
        assert_eq!(
            read("  {{#figure sessions/a \"Who says what\"}}"),
            Directive::Figure("sessions/a".into(), "Who says what".into())
        );
        assert_eq!(
            read("{{#file tests/a.html \"your/a.html\"}}"),
            Directive::File("tests/a.html".into(), None, "your/a.html".into())
        );
        assert_eq!(
            read("{{#file tests/a.rs part \"your/a.rs\"}}"),
            Directive::File("tests/a.rs".into(), Some("part".into()), "your/a.rs".into())
        );
        assert_eq!(
            read("{{#drawing speed \"How fast\"}}"),
            Directive::Drawing("speed".into(), "How fast".into())
        );
        assert_eq!(read("{{#transcript a/b}}"), Directive::Transcript("a/b".into(), None));
        assert!(Directive::read("a line with {{ name }}").is_none());
    }

    #[test]
    fn mistakes_say_what_to_write() {
        assert!(error("{{#include a.rs}}").contains("no directive `include`"));
        assert!(error("see {{#step 02_sessions}}").contains("alone on a line"));
        assert!(error("{{#step 02_sessions").contains("alone on a line"));
        assert!(error("{{#step a}} {{#step b}}").contains("alone on a line"));
        for line in [
            "{{#step}}",
            "{{#step a b}}",
            "{{#listing}}",
            "{{#listing a b c}}",
            "{{#figure sessions/a}}",
            "{{#figure sessions/a \"open}}",
            "{{#figure sessions/a \"\"}}",
            "{{#drawing speed}}",
            "{{#file tests/a.html}}",
            "{{#file tests/a.html b c \"d\"}}",
            "{{#output a \"b\"}}",
        ] {
            assert!(error(line).contains("write {{#"), "{line}");
        }
    }
}
