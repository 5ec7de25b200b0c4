//! The engines as programs that a walk can visit: an example of each keeps the protocol.

use harness::{ServerCommand, binary};

/// The program of the cookie engine, `engines/cookie/examples/counter.rs`.
pub fn cookie_engine() -> Result<ServerCommand, String> {
    Ok(ServerCommand::program(binary::of_example("cookie-engine", "counter")?))
}

/// The program of the store engine, `engines/store/examples/counter.rs`.
pub fn store_engine() -> Result<ServerCommand, String> {
    Ok(ServerCommand::program(binary::of_example("store-engine", "store_counter")?))
}
