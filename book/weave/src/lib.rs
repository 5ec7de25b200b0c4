//! Puts the steps' code, their changes and recorded walks into the book, and builds, checks and
//! serves it.
//!
//! A chapter contains no code and no output. It asks for them with directives, each on its own line:
//!
//! | line | what it becomes |
//! |---|---|
//! | `{{#step 02_sessions}}` | what the step costs and brings, counted |
//! | `{{#listing 02_sessions/src/views.rs counter}}` | the part between `ANCHOR: counter` and `ANCHOR_END: counter`, as a change of what the reader has; without a name, the whole file |
//! | `{{#file tests/browser/evil.html "evil/evil.html"}}` | a file of the tests that the reader makes too, and where |
//! | `{{#file engines/cookie/src/session.rs update "session.rs"}}` | a part of an engine, which nobody types in |
//! | `{{#change 02_sessions}}` | the whole change since the step that it starts from, folded |
//! | `{{#transcript sessions/count_rises_on_reload 1-2}}` | exchanges 1 to 2 of that promise's recording |
//! | `{{#figure sessions/count_survives_restart "Title"}}` | the same recording as a picture |
//! | `{{#drawing 05_cookie_engine_speed "Caption"}}` | the drawing `book/src/figures/05_cookie_engine_speed.svg` |
//! | `{{#failure sessions/counter_per_url}}` | the change that makes that wrong program, and what the walk says about it |
//! | `{{#output tutor_list}}` | what that command printed |
//!
//! A step starts from the step above it in the order of the folders, or from the one that
//! `steps/starts_from.toml` names.
//!
//! Every mistake stops the build: see [`Mistakes`]. What must hold beyond that is in [`check`];
//! what it finds is excused in `book/exemptions.toml`, an entry each, while there is need for it:
//!
//! ```toml
//! [[exempt]]
//! check = "words" # or coverage, fences, insecure, links, remote, sizes, voice
//! file = "book/src/02_sessions.md"
//! text = "just" # what was found; without it, all of that check in this file
//! why = "it is the name of a program"
//! ```

mod book;
mod change;
pub mod check;
mod code;
mod diff;
mod directive;
mod drawing;
mod failure;
mod figure;
mod html;
mod listing;
mod mistake;
mod passage;
mod place;
mod recorded;
mod repository;
mod serve;
mod source;
mod starts_from;
mod step;
mod typed;
mod watch;
mod weaver;

pub use book::{build, output, written};
pub use listing::Listing;
pub use mistake::{Mistake, Mistakes};
pub use passage::Edit;
pub use repository::{Repository, Step};
pub use serve::serve;
pub use source::{Anchor, Line, Source};
pub use weaver::{Chapter, Weaver, Woven, weave};
