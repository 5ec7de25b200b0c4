//! What was recorded: walks, and outputs of commands.

use crate::html;
use crate::repository::Repository;
use harness::{Event, Exchange, Recording};

/// The walk's recording of this name, such as `sessions/count_rises_on_reload`.
pub fn recording(repository: &Repository, name: &str) -> Result<Recording, String> {
    let (walk, promise) = walk_and_promise(name)?;
    let file = repository.recording_file(walk, promise);
    let recording: Recording = repository
        .snapshot(&file)?
        .parse()
        .map_err(|error| format!("{file} is not a recording ({error}): name one of a walk"))?;
    if exchanges(&recording) == 0 {
        return Err(format!("{file} holds no exchange: name another"));
    }
    Ok(recording)
}

/// `{{#transcript WALK/PROMISE [FIRST-LAST]}}`: what was said, word for word.
pub fn transcript(
    repository: &Repository,
    name: &str,
    range: Option<&str>,
) -> Result<String, String> {
    let recording = recording(repository, name)?;
    let count = exchanges(&recording);
    let (first, last) = match range {
        None => (1, count),
        Some(range) => read_range(range, count)?,
    };
    let (walk, promise) = walk_and_promise(name)?;
    let part = match (first, last) {
        (1, last) if last == count => String::new(),
        (first, last) if first == last => format!(", exchange {first} of {count}"),
        _ => format!(", exchanges {first} to {last} of {count}"),
    };
    let promise = promise.replace('_', " ");
    let mut woven = format!(
        "<figure class=\"transcript\">\n<figcaption>recorded: {walk}, {promise}{part}</figcaption>\n\
         <ol>\n"
    );
    for event in selected(&recording, first, last) {
        woven.push_str(&match event {
            Event::Note(note) => format!("<li class=\"note\">{}</li>\n", html::escape(note)),
            Event::Exchange(exchange) => exchange_item(exchange),
        });
    }
    Ok(woven + "</ol>\n</figure>")
}

/// `{{#output NAME}}`: what a command printed.
pub fn output(repository: &Repository, name: &str) -> Result<String, String> {
    plain_name(name)?;
    let text = repository.snapshot(&repository.output_file(name))?;
    let runs = html::runs(text.lines().map(|line| (None, line.to_owned())));
    let sample = html::sample("output", &runs);
    Ok(format!(
        "<figure class=\"output\">\n<figcaption>what it prints</figcaption>\n{sample}\n</figure>"
    ))
}

/// The exchanges from `first` to `last`, counted from 1, and the notes between them.
fn selected(recording: &Recording, first: usize, last: usize) -> &[Event] {
    let whole = first == 1 && last == exchanges(recording);
    if whole {
        return &recording.events;
    }
    let is_exchange =
        |(index, event): (usize, &Event)| matches!(event, Event::Exchange(_)).then_some(index);
    let places: Vec<_> = recording.events.iter().enumerate().filter_map(is_exchange).collect();
    &recording.events[places[first - 1]..=places[last - 1]]
}

fn exchange_item(exchange: &Exchange) -> String {
    let lines = |text: &str| {
        let mut in_head = true;
        html::runs(text.lines().map(|line| {
            in_head &= !line.is_empty();
            (is_marked(line, in_head).then_some("mark"), line.to_owned())
        }))
    };
    format!(
        "<li class=\"exchange\">\n<span class=\"who\">{}</span>\n{}\n\
         <span class=\"who program\">the program</span>\n{}\n</li>\n",
        html::escape(&exchange.visitor),
        html::sample("request", &lines(&exchange.request)),
        html::sample("answer", &lines(&exchange.answer)),
    )
}

/// Whether a line of an exchange is one to look at: a cookie, or the count.
fn is_marked(line: &str, in_head: bool) -> bool {
    if in_head {
        line.starts_with("cookie:") || line.starts_with("set-cookie:")
    } else {
        line.contains("Count: ")
    }
}

fn exchanges(recording: &Recording) -> usize {
    recording.events.iter().filter(|event| matches!(event, Event::Exchange(_))).count()
}

fn read_range(range: &str, count: usize) -> Result<(usize, usize), String> {
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    let (Ok(first), Ok(last)) = (first.parse::<usize>(), last.parse::<usize>()) else {
        return Err(format!("`{range}` is not a range of exchanges: write 2 or 1-2"));
    };
    if first == 0 || first > last || last > count {
        return Err(format!("exchanges {range} are not there: choose among 1-{count}"));
    }
    Ok((first, last))
}

/// Splits `WALK/NAME`.
pub fn walk_and_promise(name: &str) -> Result<(&str, &str), String> {
    let Some((walk, promise)) = name.split_once('/') else {
        return Err(format!(
            "`{name}` does not name a recording: write WALK/NAME, as sessions/counter"
        ));
    };
    plain_name(walk)?;
    plain_name(promise)?;
    Ok((walk, promise))
}

/// Refuses what could lead out of the folder.
pub fn plain_name(name: &str) -> Result<(), String> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    if name.is_empty() || !name.chars().all(plain) {
        return Err(format!("`{name}` is not a name: write letters, digits and `_`"));
    }
    Ok(())
}
