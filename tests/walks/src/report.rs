use crate::{Promise, Walk};
use harness::{Event, NotKept, Outcome, Recording, Server};
use std::fmt;
use std::panic::resume_unwind;
use std::thread;

/// The outcome of a walk, promise by promise, as a learner reads it.
pub struct Report {
    walk: &'static Walk,
    /// Each promise with what became of it, in the walk's order.
    pub outcomes: Vec<(&'static Promise, Outcome)>,
    /// What happened before the first promise broke.
    led_to_it: Option<Recording>,
}

/// How many promises are tried at once: most of their time, programs start or walks wait.
const AT_ONCE: usize = 4;

impl Report {
    /// Tries promises of a walk, some at once, each on a program with its own state. `progress` gets
    /// each promise's line, in their order.
    pub fn run(
        walk: &'static Walk,
        promises: impl IntoIterator<Item = &'static Promise>,
        server: &Server,
        mut progress: impl FnMut(&str),
    ) -> Self {
        let server = &walk.equipped(server);
        let mut outcomes = Vec::new();
        let mut led_to_it = None;
        let promises: Vec<_> = promises.into_iter().collect();
        for some in promises.chunks(at_once(server)) {
            for (promise, (recording, outcome)) in some.iter().zip(try_all(some, server)) {
                if led_to_it.is_none() && matches!(outcome, Err(NotKept::Broken(_))) {
                    led_to_it = Some(recording);
                }
                progress(&line(promise, &outcome));
                outcomes.push((*promise, outcome));
            }
        }
        Self { walk, outcomes, led_to_it }
    }

    /// The promises that the program broke.
    pub fn broken(&self) -> Vec<&'static str> {
        let broken = |outcome: &Outcome| matches!(outcome, Err(NotKept::Broken(_)));
        self.outcomes.iter().filter(|(_, o)| broken(o)).map(|(promise, _)| promise.name).collect()
    }

    /// Each promise's line.
    pub fn lines(&self) -> String {
        let lines: Vec<_> = self.outcomes.iter().map(|(p, outcome)| line(p, outcome)).collect();
        lines.join("\n")
    }

    /// What led to the broken promise, one line for each event but the last, which is shown whole.
    fn before_it(&self) -> String {
        let events = self.led_to_it.as_ref().map_or(&[][..], |recording| &recording.events);
        let (_, before) = events.split_last().unwrap_or((&Event::Note(String::new()), &[]));
        let lines = before.iter().map(|event| match event {
            Event::Note(note) => format!("before:   {note}\n"),
            Event::Exchange(exchange) => {
                let request = exchange.request.lines().next().unwrap_or_default();
                let request = request.trim_end_matches(" HTTP/1.1");
                let status = exchange.answer.lines().next().unwrap_or_default();
                let status = status.trim_start_matches("HTTP/1.1 ");
                format!("before:   {}: {request}, answered {status}\n", exchange.visitor)
            }
        });
        let lines: String = lines.collect();
        if lines.is_empty() { lines } else { format!("{lines}\n") }
    }

    fn count(&self, is: impl Fn(&Outcome) -> bool) -> usize {
        self.outcomes.iter().filter(|(_, outcome)| is(outcome)).count()
    }
}

/// A server that is running already is one for all promises, and a person restarts it.
fn at_once(server: &Server) -> usize {
    match server {
        Server::Program(_) => AT_ONCE,
        Server::Running { .. } => 1,
    }
}

fn try_all(promises: &[&'static Promise], server: &Server) -> Vec<(Recording, Outcome)> {
    thread::scope(|scope| {
        let tries: Vec<_> =
            promises.iter().map(|promise| scope.spawn(move || promise.try_on(server))).collect();
        let tried = tries.into_iter().map(|tried| match tried.join() {
            Ok(tried) => tried,
            Err(panic) => resume_unwind(panic),
        });
        tried.collect()
    })
}

fn line(promise: &Promise, outcome: &Outcome) -> String {
    let name = promise.name;
    match outcome {
        Ok(()) => format!("  kept      {name}"),
        Err(NotKept::Broken(_)) => format!("  BROKEN    {name}"),
        Err(NotKept::Skipped(why)) => format!("  skipped   {name} ({why})"),
    }
}

/// What follows the lines: the totals, and the details of the first broken promise.
impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let kept = self.count(|outcome| outcome.is_ok());
        let skipped = self.count(|outcome| matches!(outcome, Err(NotKept::Skipped(_))));
        let broken = self.outcomes.len() - kept - skipped;
        write!(formatter, "{}: {kept} kept, {broken} broken", self.walk.slug)?;
        if skipped > 0 {
            write!(formatter, ", {skipped} skipped")?;
        }
        writeln!(formatter)?;
        for (promise, outcome) in &self.outcomes {
            if let Err(not_kept @ NotKept::Broken(_)) = outcome {
                writeln!(formatter, "\nThe first broken promise is {}:\n", promise.name)?;
                write!(formatter, "{}", self.before_it())?;
                writeln!(formatter, "{not_kept}")?;
                return writeln!(formatter, "read:     {}", promise.section);
            }
        }
        Ok(())
    }
}
