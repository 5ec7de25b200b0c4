use super::{Promise, Walk};
use crate::harness::{Outcome, Subject, Unkept};
use std::fmt;

/// A walk's outcome, promise by promise, as a learner reads it.
pub struct Report {
    walk: &'static Walk,
    /// Each promise with what became of it, in the walk's order.
    pub outcomes: Vec<(&'static Promise, Outcome)>,
}

impl Report {
    /// Tries promises of a walk, or exercises. `progress` gets each promise's line as soon as it is known.
    pub fn of(
        walk: &'static Walk,
        promises: &'static [Promise],
        subject: &Subject,
        mut progress: impl FnMut(&str),
    ) -> Self {
        let mut outcomes = Vec::new();
        for promise in promises {
            let outcome = promise.try_on(subject).1;
            progress(&line(promise, &outcome));
            outcomes.push((promise, outcome));
        }
        Self { walk, outcomes }
    }

    /// The promises that the program broke.
    pub fn broken(&self) -> Vec<&'static str> {
        let broken = |outcome: &Outcome| matches!(outcome, Err(Unkept::Broken(_)));
        self.outcomes.iter().filter(|(_, o)| broken(o)).map(|(promise, _)| promise.name).collect()
    }

    /// Each promise's line.
    pub fn lines(&self) -> String {
        let lines: Vec<_> = self.outcomes.iter().map(|(p, outcome)| line(p, outcome)).collect();
        lines.join("\n")
    }

    fn count(&self, is: impl Fn(&Outcome) -> bool) -> usize {
        self.outcomes.iter().filter(|(_, outcome)| is(outcome)).count()
    }
}

fn line(promise: &Promise, outcome: &Outcome) -> String {
    let name = promise.name;
    match outcome {
        Ok(()) => format!("  kept      {name}"),
        Err(Unkept::Broken(_)) => format!("  BROKEN    {name}"),
        Err(Unkept::Untested(why)) => format!("  untested  {name} ({why})"),
    }
}

/// What comes after the lines: the sum, and all there is to know of the first broken promise.
impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let kept = self.count(|outcome| outcome.is_ok());
        let untested = self.count(|outcome| matches!(outcome, Err(Unkept::Untested(_))));
        let broken = self.outcomes.len() - kept - untested;
        write!(formatter, "{}: {kept} kept, {broken} broken", self.walk.slug)?;
        if untested > 0 {
            write!(formatter, ", {untested} untested")?;
        }
        writeln!(formatter)?;
        for (promise, outcome) in &self.outcomes {
            if let Err(unkept @ Unkept::Broken(_)) = outcome {
                let (page, fragment) = promise.section.split_once(".html#").unwrap_or_default();
                writeln!(formatter, "\nThe first that broke is {}:\n\n{unkept}", promise.name)?;
                return writeln!(
                    formatter,
                    "read:     book/src/{page}.md, section {}",
                    fragment.replace('-', " ")
                );
            }
        }
        Ok(())
    }
}
