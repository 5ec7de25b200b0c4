//! The servers that a program may need in addition to itself.

use crate::{NotKept, Outcome, PostgresServer, RedisServer, postgres, redis};

/// A server that a program finds in its environment, under `REDIS_URL` or `POSTGRES_URL`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Needs {
    /// It needs no other server.
    #[default]
    Nothing,
    /// A Redis server.
    Redis,
    /// A PostgreSQL server.
    Postgres,
}

/// The server that a program needs.
#[derive(Debug)]
pub enum Service {
    /// It needs no other server.
    None,
    /// A Redis server.
    Redis(RedisServer),
    /// A PostgreSQL server.
    Postgres(PostgresServer),
}

impl Needs {
    /// Whether it can be started here.
    pub fn is_installed(self) -> bool {
        match self {
            Self::Nothing => true,
            Self::Redis => redis::is_installed(),
            Self::Postgres => postgres::is_installed(),
        }
    }

    /// Starts it in a new folder.
    pub fn start(self) -> Result<Service, NotKept> {
        Ok(match self {
            Self::Nothing => Service::None,
            Self::Redis => Service::Redis(RedisServer::start()?),
            Self::Postgres => Service::Postgres(PostgresServer::start()?),
        })
    }
}

impl Service {
    /// How the program learns where it is.
    pub fn variable(&self) -> Option<(String, String)> {
        match self {
            Self::None => None,
            Self::Redis(server) => Some(("REDIS_URL".to_owned(), server.url())),
            Self::Postgres(server) => Some(("POSTGRES_URL".to_owned(), server.url())),
        }
    }

    /// Kills it, as `kill -9` does.
    pub fn kill(&mut self) {
        match self {
            Self::None => {}
            Self::Redis(server) => server.kill(),
            Self::Postgres(server) => server.kill(),
        }
    }

    /// Starts it on the files that it had, and waits until it can be asked.
    pub fn start_again(&mut self) -> Outcome {
        match self {
            Self::None => Ok(()),
            Self::Redis(server) => server.start_again(),
            Self::Postgres(server) => server.start_again(),
        }
    }
}
