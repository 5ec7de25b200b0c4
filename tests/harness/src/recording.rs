use std::fmt;
use std::str::FromStr;

/// What happened in a walk, in order. Its text is what the snapshots hold: see [`Event`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recording {
    /// What happened, first things first.
    pub events: Vec<Event>,
}

/// One thing that happened. In a recording's text it begins with a line `== WHAT`.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A request and its answer.
    Exchange(Exchange),
    /// Something else, such as `the program is killed and started again`.
    Note(String),
}

/// A request and its answer, volatile parts replaced: a cookie's value is `[NAME 1]` for the first
/// value seen of that name, `[NAME 2]` for the second; the headers `date` and `server` are left out.
#[derive(Clone, Debug, PartialEq)]
pub struct Exchange {
    /// Who made the request, such as `visitor 1`.
    pub visitor: String,
    /// The request's line, headers that tell something, and body.
    pub request: String,
    /// The answer's line, its headers in the order of their names, and its body.
    pub answer: String,
}

impl fmt::Display for Exchange {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "== {}\n{}\n\n{}\n", self.visitor, self.request, self.answer)
    }
}

impl fmt::Display for Recording {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        for (number, event) in self.events.iter().enumerate() {
            if number > 0 {
                writeln!(formatter)?;
            }
            match event {
                Event::Exchange(exchange) => write!(formatter, "{exchange}")?,
                Event::Note(note) => writeln!(formatter, "== {note}")?,
            }
        }
        Ok(())
    }
}

impl FromStr for Recording {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = format!("\n{}", text.trim_end());
        let events = parts.split("\n== ").skip(1).map(event).collect::<Result<_, _>>()?;
        Ok(Self { events })
    }
}

fn event(text: &str) -> Result<Event, String> {
    let text = text.trim_end();
    let Some((visitor, messages)) = text.split_once('\n') else {
        return Ok(Event::Note(text.to_owned()));
    };
    let (request, answer) = messages
        .split_once("\n\nHTTP/1.1 ")
        .ok_or_else(|| format!("an exchange of {visitor} has no answer"))?;
    Ok(Event::Exchange(Exchange {
        visitor: visitor.to_owned(),
        request: request.to_owned(),
        answer: format!("HTTP/1.1 {answer}"),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_reads_back_as_the_same_recording() {
        let exchange = Exchange {
            visitor: "visitor 1".into(),
            request: "GET / HTTP/1.1\ncookie: id=[id 1]".into(),
            answer: "HTTP/1.1 200 OK\ncontent-type: text/plain\n\nHello\n\nthere".into(),
        };
        let events = vec![
            Event::Exchange(exchange.clone()),
            Event::Note("the program is killed and started again".into()),
            Event::Exchange(exchange),
        ];
        let recording = Recording { events };
        assert_eq!(recording.to_string().parse(), Ok(recording));
    }

    #[test]
    fn exchange_without_an_answer_is_an_error() {
        assert!("== visitor 1\nGET / HTTP/1.1".parse::<Recording>().is_err());
    }
}
