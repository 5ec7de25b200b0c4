//! Sequence figures: who sent what to whom, drawn from a recorded walk.

use crate::html::escape;
use crate::recorded::recording;
use crate::repository::Repository;
use harness::{Event, Exchange};

const FIRST_LANE: usize = 44;
const LANE_WIDTH: usize = 82;
const LABEL_LETTERS: usize = 35;
/// The width of a letter, in quarters: the text is set in a monospaced font of 12.5.
const LETTER_QUARTERS: usize = 31;
const LINE: usize = 17;
const HEAD: usize = 30;

/// `{{#figure WALK/PROMISE "TITLE"}}`: the walk as a picture and as a list; no other figure has this `id`.
pub fn figure(
    repository: &Repository,
    name: &str,
    title: &str,
    id: &str,
) -> Result<String, String> {
    let recording = recording(repository, name)?;
    let mut drawing = Drawing::new(&recording.events);
    let mut in_words = Vec::new();
    for event in &recording.events {
        match event {
            Event::Note(note) => {
                drawing.note(note);
                in_words.push(format!("{note}."));
            }
            Event::Exchange(exchange) => {
                let asked = request_labels(exchange);
                let answered = response_labels(exchange);
                drawing.arrow(&exchange.visitor, &asked, true);
                drawing.arrow(&exchange.visitor, &answered, false);
                let asked = asked.join(", ");
                let answered = answered.join(", ");
                in_words.push(format!("{}: {asked}. The program: {answered}.", exchange.visitor));
            }
        }
    }
    let title = escape(title);
    let items: String =
        in_words.iter().map(|item| format!("<li>{}</li>\n", escape(item))).collect();
    Ok(format!(
        "<figure class=\"sequence\">\n{}\n<figcaption>{title}\n<details><summary>The same in \
         words</summary>\n<ol>\n{items}</ol>\n</details></figcaption>\n</figure>",
        drawing.finish(id, &title)
    ))
}

fn request_labels(exchange: &Exchange) -> Vec<String> {
    let mut lines = exchange.request.lines().take_while(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default().trim_end_matches(" HTTP/1.1").to_owned();
    let cookies = lines.filter(|line| line.starts_with("cookie:")).map(str::to_owned);
    [first].into_iter().chain(cookies).collect()
}

fn response_labels(exchange: &Exchange) -> Vec<String> {
    let (head, body) = exchange.answer.split_once("\n\n").unwrap_or((&exchange.answer, ""));
    let mut lines = head.lines();
    let mut first = lines.next().unwrap_or_default().trim_start_matches("HTTP/1.1 ").to_owned();
    if let Some((_, count)) = body.split_once("Count: ") {
        let count: String = count.chars().take_while(char::is_ascii_digit).collect();
        first.push_str(&format!(", Count: {count}"));
    }
    let told = lines.filter_map(|line| match line.split_once(": ")?.0 {
        "set-cookie" => Some(line.split(';').next().unwrap_or(line).to_owned()),
        "location" => Some(line.to_owned()),
        _ => None,
    });
    [first].into_iter().chain(told).collect()
}

struct Drawing {
    visitors: Vec<String>,
    label_width: usize,
    body: String,
    height: usize,
}

impl Drawing {
    fn new(events: &[Event]) -> Self {
        let mut visitors: Vec<String> = Vec::new();
        let mut letters = 20;
        for event in events {
            let Event::Exchange(exchange) = event else { continue };
            if !visitors.contains(&exchange.visitor) {
                visitors.push(exchange.visitor.clone());
            }
            for label in request_labels(exchange).iter().chain(&response_labels(exchange)) {
                let lines = wrapped(label, LABEL_LETTERS);
                letters = lines.iter().map(|line| line.chars().count()).fold(letters, usize::max);
            }
        }
        let label_width = letters * LETTER_QUARTERS / 4 + 20;
        Self { visitors, label_width, body: String::new(), height: HEAD }
    }

    fn lane(&self, visitor: &str) -> usize {
        let index = self.visitors.iter().position(|other| other == visitor).unwrap_or(0);
        FIRST_LANE + index * LANE_WIDTH
    }

    fn labels(&self) -> usize {
        FIRST_LANE + (self.visitors.len() - 1) * LANE_WIDTH + 8
    }

    fn program(&self) -> usize {
        self.labels() + self.label_width
    }

    fn width(&self) -> usize {
        self.program() + 40
    }

    /// Labels, and under them an arrow from the visitor to the program, or back.
    fn arrow(&mut self, visitor: &str, labels: &[String], to_program: bool) {
        let lane = self.lane(visitor);
        let program = self.program();
        let x = self.labels();
        self.height += 8;
        for label in labels {
            let class = if label.contains("cookie:") { "label cookie" } else { "label" };
            for line in wrapped(label, LABEL_LETTERS) {
                self.height += LINE;
                self.text(x + 6, class, &line);
            }
        }
        self.height += 8;
        let y = self.height;
        let (from, to, back) =
            if to_program { (lane, program, program - 8) } else { (program, lane, lane + 8) };
        let class = if to_program { "arrow" } else { "arrow answer" };
        self.body.push_str(&format!(
            "<line class=\"{class}\" x1=\"{from}\" y1=\"{y}\" x2=\"{to}\" y2=\"{y}\"/>\n\
             <polygon class=\"tip\" points=\"{to},{y} {back},{} {back},{}\"/>\n",
            y - 5,
            y + 5
        ));
    }

    /// What happens between exchanges, drawn across.
    fn note(&mut self, note: &str) {
        let lines = wrapped(note, (self.width() - 30) * 4 / LETTER_QUARTERS);
        let height = lines.len() * LINE + 10;
        let top = self.height + 14;
        let width = self.width() - 8;
        self.body.push_str(&format!(
            "<rect class=\"note\" x=\"4\" y=\"{top}\" width=\"{width}\" height=\"{height}\"/>\n"
        ));
        self.height = top + 4;
        for line in lines {
            self.height += LINE;
            self.text(self.width() / 2, "label middle", &line);
        }
        self.height = top + height;
    }

    fn text(&mut self, x: usize, class: &str, text: &str) {
        let y = self.height - 4;
        let text = escape(text);
        self.body.push_str(&format!("<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{text}</text>\n"));
    }

    fn finish(mut self, id: &str, title: &str) -> String {
        let width = self.width();
        let bottom = self.height + 14;
        let shown = width * 13 / 10;
        let mut lanes = String::new();
        let visitors = self.visitors.iter().map(|visitor| (self.lane(visitor), visitor.as_str()));
        for (x, name) in visitors.chain([(self.program(), "program")]) {
            let name = escape(name);
            lanes.push_str(&format!(
                "<line class=\"lane\" x1=\"{x}\" y1=\"{HEAD}\" x2=\"{x}\" y2=\"{bottom}\"/>\n\
                 <text class=\"actor middle\" x=\"{x}\" y=\"20\">{name}</text>\n"
            ));
        }
        let visitors = self.visitors.join(", ");
        let body = std::mem::take(&mut self.body);
        format!(
            "<svg role=\"img\" aria-labelledby=\"{id}-title {id}-desc\" width=\"{shown}\" \
             viewBox=\"0 0 {width} {bottom}\" xmlns=\"http://www.w3.org/2000/svg\">\n\
             <title id=\"{id}-title\">{title}</title>\n\
             <desc id=\"{id}-desc\">Requests and answers between {} and the program, from top to \
             bottom; the list after the picture says the same in words.</desc>\n{lanes}{body}</svg>",
            escape(&visitors)
        )
    }
}

/// Breaks a label between words, so that no line is longer where words allow it.
fn wrapped(text: &str, letters: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.chars().count() + 1 + word.chars().count() <= letters => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_tell_cookie_count_and_status() {
        let exchange = Exchange {
            visitor: "visitor 1".into(),
            request: "GET /howdy HTTP/1.1\ncookie: id=[id 1]".into(),
            answer: "HTTP/1.1 200 OK\nset-cookie: id=[id 1]; Path=/\n\n<p>Count: 2</p>".into(),
        };
        assert_eq!(request_labels(&exchange), ["GET /howdy", "cookie: id=[id 1]"]);
        assert_eq!(response_labels(&exchange), ["200 OK, Count: 2", "set-cookie: id=[id 1]"]);
    }

    #[test]
    fn long_labels_are_broken_between_words() {
        assert_eq!(wrapped("one two three", 8), ["one two", "three"]);
        assert_eq!(wrapped("one", 1), ["one"]);
    }
}
