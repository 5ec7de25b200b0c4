use super::Finding;
use crate::mistake::Mistake;
use crate::repository::names;
use crate::weaver::Chapter;
use html5ever::tokenizer::{
    BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use percent_encoding::percent_decode_str;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use url::Url;

/// The host that the built book is thought to be served by.
const HOST: &str = "book.invalid";

/// Every link of the built book that stays in it leads to a file, and its fragment to an element;
/// no page has two elements of one id.
pub fn links(chapters: &[Chapter], output: &Path) -> Result<Vec<Finding>, String> {
    let pages = pages(output)?;
    let mut findings = Vec::new();
    // The page for printing repeats all the others; mdBook rewrites its links.
    for (name, page) in pages.iter().filter(|(name, _)| *name != "print.html") {
        for id in &page.repeated {
            let what = format!("two elements have the id `{id}`: give one another");
            findings.push(finding("links", chapters, name, id, what));
        }
        for link in &page.links {
            // mdBook's page for what is not found has a base, which its own headings' links ignore.
            if page.base.is_some() && link.target.starts_with('#') {
                continue;
            }
            let Some(url) = page.resolve(name, &link.target) else { continue };
            let path = decoded(url.path().trim_start_matches('/'));
            let fragment = decoded(url.fragment().unwrap_or_default());
            let target = pages.get(&path).or_else(|| pages.get(&format!("{path}index.html")));
            let what = match target {
                None if output.join(&path).is_file() => continue,
                None => format!("`{}` leads nowhere: correct the link", link.target),
                Some(target) if fragment.is_empty() || target.ids.contains(&fragment) => continue,
                Some(_) => {
                    format!("`{}`: that page has no `#{fragment}`: correct the link", link.target)
                }
            };
            findings.push(finding("links", chapters, name, &link.target, what));
        }
    }
    Ok(findings)
}

/// Nothing of the built book is loaded from elsewhere: it reads offline.
pub fn remote(chapters: &[Chapter], output: &Path) -> Result<Vec<Finding>, String> {
    let mut findings = Vec::new();
    for (name, page) in pages(output)? {
        for link in page.links.iter().filter(|link| link.is_asset) {
            let here = page.base(&name).and_then(|base| base.join(&link.target).ok());
            if here.is_some_and(|url| url.has_host() && url.host_str() != Some(HOST)) {
                let what =
                    format!("`{}` is loaded from elsewhere: put a copy into the book", link.target);
                findings.push(finding("remote", chapters, &name, &link.target, what));
            }
        }
        if page.playground {
            let what =
                "mdBook asks play.rust-lang.org about this page's code: set `runnable = false`";
            findings.push(finding("remote", chapters, &name, "playground", what.into()));
        }
    }
    for name in files(output, "", ".css")? {
        let text = read(output, &name)?;
        for line in text.lines().filter(|line| is_remote_style(line)) {
            let what =
                format!("`{}` is loaded from elsewhere: put a copy into the book", line.trim());
            findings.push(Finding::new("remote", Mistake::new(&name, 0, what), line));
        }
    }
    Ok(findings)
}

fn is_remote_style(line: &str) -> bool {
    let line = line.replace(['"', '\'', ' '], "");
    ["url(http", "url(//", "@importhttp", "@import//"].iter().any(|start| line.contains(start))
}

#[derive(Default)]
struct Page {
    ids: BTreeSet<String>,
    repeated: BTreeSet<String>,
    links: Vec<Link>,
    base: Option<String>,
    playground: bool,
}

struct Link {
    target: String,
    is_asset: bool,
}

impl Page {
    fn base(&self, name: &str) -> Option<Url> {
        let page = Url::parse(&format!("http://{HOST}/{name}")).ok()?;
        match &self.base {
            Some(base) => page.join(base).ok(),
            None => Some(page),
        }
    }

    /// Where a link leads to; none when it leaves the book.
    fn resolve(&self, name: &str, target: &str) -> Option<Url> {
        let url = self.base(name)?.join(target).ok()?;
        (url.host_str() == Some(HOST)).then_some(url)
    }

    fn add(&mut self, tag: &str, attribute: &str, value: &str) {
        let is_asset = !matches!(tag, "a" | "area" | "base" | "form");
        match (tag, attribute) {
            ("base", "href") => self.base = Some(value.to_owned()),
            (_, "id") | ("a", "name") => {
                let is_new = self.ids.insert(value.to_owned());
                self.repeated.extend((!is_new).then(|| value.to_owned()));
            }
            (_, "href" | "src" | "data" | "poster") => {
                self.links.push(Link { target: value.to_owned(), is_asset });
            }
            ("pre", "class") => {
                self.playground |= value.split(' ').any(|name| name == "playground")
            }
            _ => {}
        }
    }
}

struct Reader(RefCell<Page>);

impl TokenSink for Reader {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        use html5ever::tokenizer::states::RawKind::{Rawtext, ScriptData};
        let Token::TagToken(tag) = token else { return TokenSinkResult::Continue };
        if tag.kind == TagKind::EndTag {
            return TokenSinkResult::Continue;
        }
        for attribute in &tag.attrs {
            self.0.borrow_mut().add(&tag.name, &attribute.name.local, &attribute.value);
        }
        match &*tag.name {
            "script" => TokenSinkResult::RawData(ScriptData),
            "style" => TokenSinkResult::RawData(Rawtext),
            _ => TokenSinkResult::Continue,
        }
    }
}

fn pages(output: &Path) -> Result<BTreeMap<String, Page>, String> {
    let page = |name: String| {
        let queue = BufferQueue::default();
        queue.push_back(read(output, &name)?.into());
        let tokenizer = Tokenizer::new(Reader(RefCell::default()), TokenizerOpts::default());
        // A page's scripts are not run: the tokenizer goes on to the end.
        while !queue.is_empty() {
            let _script = tokenizer.feed(&queue);
        }
        tokenizer.end();
        Ok((name, tokenizer.sink.0.into_inner()))
    };
    files(output, "", ".html")?.into_iter().map(page).collect()
}

fn files(root: &Path, below: &str, end: &str) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    for name in names(&root.join(below))? {
        let path = format!("{below}{name}");
        if root.join(&path).is_dir() {
            found.extend(files(root, &format!("{path}/"), end)?);
        } else if name.ends_with(end) {
            found.push(path);
        }
    }
    Ok(found)
}

fn read(output: &Path, name: &str) -> Result<String, String> {
    fs::read_to_string(output.join(name))
        .map_err(|error| format!("cannot read {name} of the built book ({error}): build it again"))
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// A finding on a page, told with the chapter that it comes from and the line that holds the text.
fn finding(
    check: &'static str,
    chapters: &[Chapter],
    page: &str,
    text: &str,
    what: String,
) -> Finding {
    let chapter = format!("book/src/{}", page.replace(".html", ".md"));
    let chapter = chapters.iter().find(|other| other.file == chapter);
    let written = text.replace(".html", ".md");
    let line = chapter.and_then(|chapter| {
        let line =
            chapter.text.lines().position(|line| line.contains(text) || line.contains(&written));
        line.map(|index| index + 1)
    });
    let file = chapter.map_or(page, |chapter| &chapter.file);
    Finding::new(check, Mistake::new(file, line.unwrap_or(0), what), text)
}
