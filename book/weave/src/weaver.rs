use crate::directive::Directive;
use crate::listing::{Listing, file, listing};
use crate::mistake::{Mistake, Mistakes};
use crate::repository::{Repository, Step};
use crate::source::Source;
use crate::starts_from::exceptions;
use crate::typed::Typed;
use crate::{change, drawing, failure, figure, recorded, step};
use mdbook_markdown::pulldown_cmark::{Event, Tag};
use mdbook_markdown::{MarkdownOptions, new_cmark_parser};
use mdbook_preprocessor::book::Book;
use mdbook_preprocessor::errors::{Error, Result as BookResult};
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};
use std::collections::BTreeSet;
use std::ops::Range;

/// A chapter as its author wrote it.
#[derive(Clone, Debug)]
pub struct Chapter {
    /// Its file below the repository, such as `book/src/02_sessions.md`.
    pub file: String,
    /// Its Markdown.
    pub text: String,
}

/// The chapters with everything put in.
#[derive(Debug)]
pub struct Woven {
    /// The Markdown of each chapter, in the order that they came in.
    pub texts: Vec<String>,
    /// Every listing, with the file of the chapter that it is in.
    pub listings: Vec<(String, Listing)>,
    /// Every file that is in no step and that a chapter shows, and the anchor if it shows a part.
    pub files: BTreeSet<(String, Option<String>)>,
}

/// Replaces the directives of the chapters. The error lists every mistake in chapters and anchors.
pub fn weave(repository: &Repository, chapters: &[Chapter]) -> Result<Woven, Mistakes> {
    let mut woven = Woven { texts: Vec::new(), listings: Vec::new(), files: BTreeSet::new() };
    let mut mistakes = Vec::new();
    let steps = repository.steps().unwrap_or_default();
    if let Err(wrong) = exceptions(repository, &steps) {
        mistakes.extend(wrong);
    }
    for chapter in chapters {
        let text = weave_chapter(repository, chapter, &mut woven, &mut mistakes);
        woven.texts.push(text);
    }
    check_anchors(repository, chapters, &woven, &mut mistakes);
    mistakes.sort();
    mistakes.dedup();
    if mistakes.is_empty() { Ok(woven) } else { Err(Mistakes(mistakes)) }
}

fn weave_chapter(
    repository: &Repository,
    chapter: &Chapter,
    woven: &mut Woven,
    mistakes: &mut Vec<Mistake>,
) -> String {
    let code = code_blocks(&chapter.text);
    let mut text = String::new();
    let mut offset = 0;
    let mut figures = 0;
    let mut typed = Typed::default();
    for (index, line) in chapter.text.split_inclusive('\n').enumerate() {
        let put_in = Directive::read(line).map(|directive| {
            if code.iter().any(|block| block.contains(&offset)) {
                return Err("a directive is in a code block: move it out".into());
            }
            let directive = directive?;
            figures += usize::from(matches!(directive, Directive::Figure(..)));
            let id = format!("figure-{}-{figures}", stem(&chapter.file));
            put(repository, directive, &id, &mut typed, &chapter.file, woven)
        });
        match put_in {
            None => text.push_str(line),
            Some(Ok(html)) => text.push_str(&indented(&html, line)),
            Some(Err(what)) => mistakes.push(Mistake::new(&chapter.file, index + 1, what)),
        }
        offset += line.len();
    }
    text
}

fn put(
    repository: &Repository,
    directive: Directive,
    id: &str,
    typed: &mut Typed,
    chapter: &str,
    woven: &mut Woven,
) -> Result<String, String> {
    match directive {
        Directive::Step(step) => step::header(repository, &step),
        Directive::File(path, anchor, caption) => {
            let html = file(repository, &path, anchor.as_deref(), &caption)?;
            woven.files.insert((path, anchor));
            Ok(html)
        }
        Directive::Change(step) => change::change(repository, &step),
        Directive::Transcript(name, range) => {
            recorded::transcript(repository, &name, range.as_deref())
        }
        Directive::Figure(name, title) => figure::figure(repository, &name, &title, id),
        Directive::Drawing(name, caption) => drawing::drawing(repository, &name, &caption),
        Directive::Failure(name) => failure::failure(repository, &name),
        Directive::Output(name) => recorded::output(repository, &name),
        Directive::Listing(path, anchor) => {
            let listing = listing(repository, &path, anchor.as_deref(), typed)?;
            let html = listing.html.clone();
            woven.listings.push((chapter.to_owned(), listing));
            Ok(html)
        }
    }
}

/// Puts the HTML as deep as the directive was, so that it stays in its list item, with blank lines around.
fn indented(html: &str, directive: &str) -> String {
    let margin = &directive[..directive.len() - directive.trim_start().len()];
    let lines: Vec<_> = html.lines().map(|line| format!("{margin}{line}\n")).collect();
    format!("\n{}\n", lines.concat())
}

fn code_blocks(text: &str) -> Vec<Range<usize>> {
    let events = new_cmark_parser(text, &MarkdownOptions::default()).into_offset_iter();
    let blocks = events.filter(|(event, _)| matches!(event, Event::Start(Tag::CodeBlock(_))));
    blocks.map(|(_, range)| range).collect()
}

fn stem(file: &str) -> String {
    let name = file.strip_prefix("book/src/").unwrap_or(file).trim_end_matches(".md");
    name.replace(|letter: char| !letter.is_ascii_alphanumeric(), "-")
}

/// Every anchor can be read and is shown, but for those of steps and engines that have no chapter yet.
fn check_anchors(
    repository: &Repository,
    chapters: &[Chapter],
    woven: &Woven,
    mistakes: &mut Vec<Mistake>,
) {
    let told = |step: &Step| chapters.iter().any(|chapter| chapter.file == step.chapter());
    let steps = repository.steps().unwrap_or_default().into_iter().filter(told);
    let steps = steps.chain([repository.serve()]).map(|step| format!("steps/{}", step.folder));
    let told = |engine: &String| {
        let folder = format!("{engine}/");
        woven.files.iter().any(|(file, _)| file.starts_with(&folder))
    };
    let engines = repository.engines().into_iter().filter(told);
    for folder in steps.chain(engines) {
        for below in repository.files_below(&folder).unwrap_or_default() {
            let file = format!("{folder}/{below}");
            let Ok(text) = repository.read(&file) else { continue };
            match Source::parse(&text) {
                Err((line, what)) => mistakes.push(Mistake::new(&file, line, what)),
                Ok(source) => {
                    let anchors = source.anchors.iter();
                    let unused = anchors.filter(|(name, _)| !woven.shows(&file, name));
                    mistakes.extend(unused.map(|(name, anchor)| {
                        Mistake::new(&file, anchor.opened, not_shown(name, &file))
                    }));
                }
            }
        }
    }
}

fn not_shown(name: &str, file: &str) -> String {
    let directive = match file.strip_prefix("steps/") {
        Some(path) => format!("{{{{#listing {path} {name}}}}}"),
        None => format!("{{{{#file {file} {name} \"CAPTION\"}}}}"),
    };
    format!(
        "no chapter shows the anchor `{name}`: put `{directive}` into one, or delete the anchor"
    )
}

impl Woven {
    /// Whether a chapter shows this anchor.
    fn shows(&self, file: &str, anchor: &str) -> bool {
        let shows =
            |listing: &Listing| listing.file == file && listing.anchor.as_deref() == Some(anchor);
        self.listings.iter().any(|(_, listing)| shows(listing))
            || self.files.contains(&(file.to_owned(), Some(anchor.to_owned())))
    }
}

/// The weaving as mdBook's preprocessor.
pub struct Weaver;

impl Preprocessor for Weaver {
    fn name(&self) -> &str {
        "weave"
    }

    fn run(&self, context: &PreprocessorContext, mut book: Book) -> BookResult<Book> {
        let repository = Repository::around(&context.root).map_err(Error::msg)?;
        let chapters = chapters(&book);
        let mut texts = weave(&repository, &chapters)?.texts.into_iter();
        book.for_each_chapter_mut(|chapter| {
            if chapter.source_path.is_some()
                && let Some(text) = texts.next()
            {
                chapter.content = text;
            }
        });
        Ok(book)
    }
}

/// The chapters of a book that are written, in its order.
pub fn chapters(book: &Book) -> Vec<Chapter> {
    let mut chapters = Vec::new();
    let mut book = book.clone();
    book.for_each_chapter_mut(|chapter| {
        if let Some(path) = &chapter.source_path {
            let path: Vec<_> = path.iter().map(|name| name.to_string_lossy()).collect();
            let file = format!("book/src/{}", path.join("/"));
            chapters.push(Chapter { file, text: chapter.content.clone() });
        }
    });
    chapters
}
