// ANCHOR: connections
use crate::migrations;
use deadpool_postgres::{Manager, Object, Pool, PoolError};
use scopeguard::{ScopeGuard, guard};
use std::{error::Error as _, time::Duration};
use tokio::sync::OnceCell;
use tokio::time::{sleep, timeout};
use tokio_postgres::{Config, Error, NoTls, Row, config::SslMode, types::ToSql};

/// How many calls PostgreSQL works on for this program. It allows 100 for all programs.
const CONNECTIONS: usize = 16;

/// How long a call waits for a connection, and how long until it tries again to make one.
const PATIENCE: Duration = Duration::from_secs(3);
const RETRY: Duration = Duration::from_millis(100);

/// How PostgreSQL has to work for us, however its administrator has set it.
const SETTINGS: &str = "-c synchronous_commit=on -c statement_timeout=3s \
    -c default_transaction_isolation=read\\ committed -c idle_in_transaction_session_timeout=10s";

/// The connections to a database, which has our tables before anyone gets one.
pub struct Connections {
    pool: Pool,
    migrated: OnceCell<()>,
}
// ANCHOR_END: connections

// ANCHOR: types
/// Why there is no connection.
#[derive(Debug)]
pub enum Unusable {
    /// PostgreSQL answers, and it will answer the same tomorrow.
    Refused(String),
    /// It may answer in a moment.
    Away(String),
}

/// A connection that goes back into the pool, but not before PostgreSQL has answered.
pub type Lent = ScopeGuard<Object, fn(Object)>;

/// A value that goes into a statement.
pub type Value<'a> = &'a (dyn ToSql + Sync);

/// What came of a statement. The inner error is the statement's.
pub type Asked = Result<Result<Option<Row>, Error>, Unusable>;
// ANCHOR_END: types

// ANCHOR: open
impl Connections {
    /// They are made when they are needed. `None` if it isn't an address, or one that asks for TLS.
    pub fn open(url: &str) -> Option<Self> {
        let mut config: Config = url.parse().ok()?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return None;
        }
        if config.get_ssl_mode() == SslMode::Require {
            return None;
        }
        let options = format!("{} {SETTINGS}", config.get_options().unwrap_or_default());
        let manager = Manager::new(config.options(options).clone(), NoTls);
        let pool = Pool::builder(manager).max_size(CONNECTIONS).build().ok()?;
        Some(Self { pool, migrated: OnceCell::new() })
    }
    // ANCHOR_END: open

    // ANCHOR: wait
    /// A connection, as soon as there is one.
    pub async fn wait(&self) -> Result<Lent, Unusable> {
        let mut last = "all connections are busy".to_owned();
        let tries = async {
            loop {
                match self.get().await {
                    Err(Unusable::Away(why)) => last = why,
                    ended => return ended,
                }
                sleep(RETRY).await;
            }
        };
        let ended = timeout(PATIENCE, tries).await;
        ended.unwrap_or(Err(Unusable::Away(last)))
    }

    async fn get(&self) -> Result<Lent, Unusable> {
        let mut client = guard(self.pool.get().await?, settle as fn(Object));
        self.migrated.get_or_try_init(|| migrations::migrate(&mut client)).await?;
        Ok(client)
    }
    // ANCHOR_END: wait

    // ANCHOR: ask
    /// The answer to one statement: a row, or none.
    pub async fn ask(&self, sql: &str, values: &[Value<'_>]) -> Asked {
        let client = self.wait().await?;
        let answer = match client.prepare_cached(sql).await {
            Ok(statement) => client.query_opt(&statement, values).await,
            Err(error) => Err(error),
        };
        let client = ScopeGuard::into_inner(client);
        if answer.is_err() {
            // Somebody may have changed the tables since its statements were prepared.
            drop(Object::take(client));
        }
        Ok(answer)
    }
}

/// The request was dropped, and PostgreSQL may still work on its statement. Until then the connection
/// keeps its place: another one in its place would be one more for the server.
fn settle(client: Object) {
    tokio::spawn(async move {
        // An empty query is answered after the statement before it.
        if !matches!(timeout(PATIENCE, client.simple_query("")).await, Ok(Ok(_))) {
            drop(Object::take(client));
        }
    });
}
// ANCHOR_END: ask

// ANCHOR: errors
impl From<PoolError> for Unusable {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) => error.into(),
            other => Self::Away(other.to_string()),
        }
    }
}

impl From<Error> for Unusable {
    fn from(error: Error) -> Self {
        // No such login, no such database, and tables that aren't ours or that we may not use.
        let class = error.code().map_or("", |code| &code.code()[..2]);
        let why = text(&error);
        if ["28", "3D", "42"].contains(&class) { Self::Refused(why) } else { Self::Away(why) }
    }
}

/// What happened. PostgreSQL's details are left out, because they quote the row.
pub fn text(error: &Error) -> String {
    match (error.as_db_error(), error.source()) {
        (Some(refusal), _) => format!("{}: {}", refusal.severity(), refusal.message()),
        (None, Some(source)) => format!("{error}: {source}"),
        (None, None) => error.to_string(),
    }
}
// ANCHOR_END: errors
