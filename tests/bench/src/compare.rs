//! All contenders, in one run.

use crate::contenders::{ALL, CEILING, Contender, Keeps, Program, python, scratch};
use crate::rounds::{self, Outcome, Running};
use crate::visitors::arrive;
use crate::{Error, apps, figure, report};
use rusqlite::{Connection, OpenFlags};
use std::fs;
use std::path::{Path, PathBuf};

/// How many connections send requests.
pub const CONNECTIONS: [usize; 2] = [32, 256];
/// How many visitors come, and come again.
pub const VISITORS: usize = 1000;
/// How many more come to see by how much the memory grows.
const CROWD: usize = 20_000;

/// What a contender takes, besides time.
pub struct Taken {
    /// Octets of memory after all rounds.
    pub resident: Option<u64>,
    /// Octets of a session on the server.
    pub session: Option<u64>,
    /// Octets of the cookie, name and value.
    pub cookie: usize,
}

/// Compares all contenders, prints the tables, and draws the figure.
pub fn run() -> Result<(), Error> {
    let folders = scratch()?;
    let mut contenders = Vec::new();
    let mut sizes = Vec::new();
    for (place, contender) in ALL.into_iter().enumerate() {
        if matches!(contender.program, Program::Pyramid) && !python().exists() {
            println!("{} is left out: `just test-pyramid` installs it", contender.name);
            continue;
        }
        let folder = folders.path().join(place.to_string());
        fs::create_dir(&folder)?;
        let (running, size) = start(contender, &folder)?;
        contenders.push(running);
        sizes.push(size);
    }
    let mut outcomes = Vec::new();
    for connections in CONNECTIONS {
        outcomes.push(rounds::run(&mut contenders, connections)?);
    }
    let mut taken = Vec::new();
    for (running, size) in contenders.iter().zip(sizes) {
        taken.push(take(running, size)?);
    }
    show(&contenders, &outcomes, &taken)
}

/// Starts a contender, and lets its visitors arrive. Returns it, and the octets of a session in its file.
fn start(contender: Contender, folder: &Path) -> Result<(Running, Option<u64>), Error> {
    let server = contender.start(folder)?;
    let file = folder.join(apps::FILE);
    if contender.keeps != Keeps::File {
        let visitors = arrive(&contender, server.address, VISITORS)?;
        return Ok((Running { contender, server, visitors }, None));
    }
    let before = file_size(&file)?;
    let visitors = arrive(&contender, server.address, VISITORS)?;
    let grown = file_size(&file)? - before;
    Ok((Running { contender, server, visitors }, Some(grown / VISITORS as u64)))
}

/// The octets of a database, also of what is in its log only.
pub fn file_size(file: &Path) -> Result<u64, Error> {
    let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let pages: u32 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
    let page_size: u32 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
    Ok(u64::from(pages) * u64::from(page_size))
}

fn take(running: &Running, in_file: Option<u64>) -> Result<Taken, Error> {
    let Running { contender, server, visitors } = running;
    let resident = server.resident();
    let session = match contender.keeps {
        Keeps::Nothing | Keeps::Cookie => Some(0),
        Keeps::File => in_file,
        Keeps::Memory => {
            arrive(contender, server.address, CROWD)?;
            let grown =
                server.resident().zip(resident).map(|(after, before)| after.saturating_sub(before));
            grown.map(|grown| grown / CROWD as u64)
        }
    };
    let cookie = if contender.name == CEILING.name { 0 } else { visitors[0].cookie_len };
    Ok(Taken { resident, session, cookie })
}

fn show(contenders: &[Running], outcomes: &[Outcome], taken: &[Taken]) -> Result<(), Error> {
    let names: Vec<&str> = contenders.iter().map(|running| running.contender.name).collect();
    for outcome in outcomes {
        print!("{}", report::speed(&names, outcome));
    }
    print!("{}", report::size(&names, taken));
    fs::write(figure_file(), figure::draw(&names, outcomes))?;
    Ok(())
}

fn figure_file() -> PathBuf {
    let figures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../book/src/figures");
    figures.join("06_store_engine_speed.svg")
}
