//! The program of each node, on one store or the other.

use harness::{Needs, ScratchWorkspace, ServerCommand, binary, steps, texts};
use std::path::PathBuf;

const PACKAGE: &str = "cluster-on-postgres";

/// What step 08c leaves out, and what it takes from step 08b instead.
const LEFT_OUT: [&str; 3] = ["src/redis_store.rs", "src/scripts.rs", "src/tests.rs"];
const TAKEN: [&str; 4] =
    ["src/postgres_store.rs", "src/statements.rs", "src/connections.rs", "src/migrations.rs"];

/// Step 08c as it is.
pub fn on_redis() -> Result<ServerCommand, String> {
    let program = binary::of_package(&steps::package("cluster"))?;
    Ok(on(Needs::Redis, program))
}

/// Step 08c with the store of step 08b, as its chapter tells the reader to change it, built.
pub fn on_postgres() -> Result<ServerCommand, String> {
    let mut copy = steps::renamed("cluster", PACKAGE)?;
    let mut store = texts::read(&steps::folder("postgres")?)?;
    for file in LEFT_OUT.map(PathBuf::from) {
        copy.remove(&file).ok_or_else(|| format!("step 08c has no {}", file.display()))?;
    }
    for file in TAKEN.map(PathBuf::from) {
        let text = store.remove(&file);
        let text = text.ok_or_else(|| format!("step 08b has no {}", file.display()))?;
        copy.insert(file, text);
    }
    texts::apply(include_str!("on_postgres.patch"), &mut copy)?;
    let scratch = ScratchWorkspace::open(PACKAGE)?;
    texts::write(&scratch.copy(PACKAGE), &copy)?;
    Ok(on(Needs::Postgres, scratch.build(PACKAGE)?))
}

fn on(store: Needs, program: PathBuf) -> ServerCommand {
    ServerCommand { needs: store, ..ServerCommand::program(program) }
}
