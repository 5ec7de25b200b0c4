//! What every walk stands on: the program, the visitors' browsers, the stage that both are on.

mod answer;
pub mod binary;
mod browser;
mod failure;
mod program;
mod recording;
mod rules;
mod rush;
mod stage;
mod visit;
pub mod workshop;

pub use answer::Answer;
pub use browser::Visitor;
pub use failure::{Failure, Outcome, Unkept};
pub use program::{Launch, Program, kill_groups};
pub use recording::{Event, Exchange, Recording};
pub use stage::{FormPages, Stage, Subject};
pub use visit::Visit;
