//! The engines as programs that a walk can visit: an example of each keeps the protocol.

use harness::{Server, ServerCommand, binary};

/// The program of the cookie engine, `engines/cookie/examples/counter.rs`; `None` as long as it has
/// none.
pub fn cookie_engine() -> Result<Option<Server>, String> {
    if !binary::workspace().join("engines/cookie/examples/counter.rs").is_file() {
        return Ok(None);
    }
    let program = binary::of_example("cookie-engine", "counter")?;
    Ok(Some(Server::Program(ServerCommand::program(program))))
}
