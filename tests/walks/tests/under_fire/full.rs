//! A disk that is full.

use crate::kills::Visited;
use crate::target::{Outcome, started};
use harness::{Connection, Needs, ServerCommand};
use std::error::Error;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// So many visitors load a page at once.
const AT_ONCE: usize = 50;

/// A disk that isn't full after so many visitors never will be.
const MAX_VISITORS: usize = 5000;

/// What was answered.
#[derive(Default)]
struct Tally {
    shown: usize,
    refused: usize,
}

/// The program, which gets an error instead of a file larger than this.
fn limited(command: &ServerCommand, kibibytes: u32) -> ServerCommand {
    let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\"", kibibytes * 2);
    let mut words = vec!["sh".into(), "-c".into(), script.into()];
    words.extend(command.words.clone());
    ServerCommand { words, folder: None, grouped: true, needs: Needs::Nothing }
}

/// New visitors come until the file meets its limit. Then all of them come again, so many times.
pub fn file_limit(command: &ServerCommand, times: usize) -> Outcome {
    let state = TempDir::with_prefix("fire-")?;
    let program = started(&limited(command, 150), state.path())?;
    let (mut visitors, tally) = fill(&program.url, times)?;
    drop(program);
    let program = started(command, state.path())?;
    look_again(&mut visitors, &program.url)?;
    Ok(format!("a file that could not grow: {}", tally.text()?))
}

/// The same on a small file system in memory, which only root can make. The outcome without one says
/// that nothing was tried.
pub fn small_disk(command: &ServerCommand, times: usize) -> Outcome {
    let folder = TempDir::with_prefix("fire-")?;
    let disk = match Disk::mount(folder.path())? {
        Ok(disk) => disk,
        Err(why) => return Ok(format!("skipped, because a small disk needs root ({why})")),
    };
    let program = started(command, folder.path())?;
    let (mut visitors, tally) = fill(&program.url, times)?;
    disk.grow()?;
    // The program goes on without a restart, and forgets nothing at the next one.
    look_again(&mut visitors, &program.url)?;
    drop(program);
    let program = started(command, folder.path())?;
    look_again(&mut visitors, &program.url)?;
    drop(program);
    Ok(format!("a full disk of 1 MiB: {}", tally.text()?))
}

fn fill(url: &str, times: usize) -> Result<(Vec<Visited>, Tally), Box<dyn Error>> {
    let mut visitors: Vec<Visited> = Vec::new();
    let mut tally = Tally::default();
    while tally.refused < AT_ONCE && visitors.len() < MAX_VISITORS {
        let place = visitors.len();
        visitors.resize_with(place + AT_ONCE, Visited::default);
        visit_all(url, &mut visitors[place..], &mut tally)?;
    }
    visitors.retain(|visitor| visitor.cookie.is_some());
    for _ in 0..times {
        for some in visitors.chunks_mut(AT_ONCE) {
            visit_all(url, some, &mut tally)?;
        }
    }
    Ok((visitors, tally))
}

/// Each visitor loads a page, all at once.
fn visit_all(url: &str, visitors: &mut [Visited], tally: &mut Tally) -> Result<(), Box<dyn Error>> {
    let mut connections = Vec::new();
    for visitor in &mut *visitors {
        let mut connection = Connection::open(url)?;
        connection.cookie.clone_from(&visitor.cookie);
        connection.send("GET /")?;
        connections.push(connection);
    }
    for (visitor, connection) in visitors.iter_mut().zip(&mut connections) {
        let answer = connection.receive()?;
        match answer.count {
            Some(count) => {
                visitor.shown = count;
                visitor.cookie.clone_from(&connection.cookie);
                tally.shown += 1;
            }
            None if answer.status == 503 && answer.has_retry_after => {
                // If the commit was not confirmed, it may have been counted all the same.
                visitor.unanswered += 1;
                tally.refused += 1;
            }
            None => return Err(format!("on a full disk, {answer:?} came").into()),
        }
    }
    Ok(())
}

fn look_again(visitors: &mut [Visited], url: &str) -> Result<(), Box<dyn Error>> {
    visitors.iter_mut().try_for_each(|visitor| visitor.look_again(url))
}

impl Tally {
    fn text(&self) -> Outcome {
        let Self { shown, refused } = self;
        if *refused < AT_ONCE {
            return Err(format!("{MAX_VISITORS} visitors were not enough for a full disk").into());
        }
        Ok(format!(
            "{shown} counts were shown and {refused} requests answered with 503, and each count that \
             was shown was there afterwards"
        ))
    }
}

/// A file system of 1 MiB in memory. It is unmounted when dropped.
struct Disk<'a>(&'a Path);

impl<'a> Disk<'a> {
    /// The inner error is what `mount` says to a user who isn't root.
    fn mount(folder: &'a Path) -> Result<Result<Self, String>, Box<dyn Error>> {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=1m,mode=0700", "tmpfs"]).arg(folder);
        let output = mount.output()?;
        if output.status.success() {
            return Ok(Ok(Self(folder)));
        }
        Ok(Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
    }

    fn grow(&self) -> Result<(), Box<dyn Error>> {
        let status = Command::new("mount").args(["-o", "remount,size=16m"]).arg(self.0).status()?;
        if status.success() { Ok(()) } else { Err("the disk could not be made larger".into()) }
    }
}

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        // An error: the program still has files open, because a test failed. Detached, the file
        // system goes when the program does.
        let _ = Command::new("umount").arg("--lazy").arg(self.0).status();
    }
}
