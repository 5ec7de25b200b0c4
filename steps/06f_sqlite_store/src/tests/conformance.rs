//! The conformance suite: it tries the contract of stores on one of them.
//!
//! A case is a function that is named after what it tries. It gets a store in which there is nothing.

mod crowds;
mod drops;
mod expiry;
mod races;
mod renames;
mod sweeps;
mod touches;
mod values;
mod writes;

use crate::data::SessionData;
use crate::id::{Id, Key};
use crate::record::{Found, Record};
use crate::store::Store;
use std::fmt::{Debug, Display};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// How long a case may take. A store that waits for itself would wait for ever.
const PATIENCE: Duration = Duration::from_secs(60);

/// The key of the text in each record of the suite.
const TEXT: &str = "text";

type Shared = Arc<dyn Store>;
type Check = Result<(), Problem>;

/// Tries a store, and makes a new one for each case. Returns a line for each case that it fails,
/// such as `saves_revive_nothing: a save after the delete: expected Gone, but got Done`.
pub async fn problems<S: Store + 'static>(make: impl AsyncFn() -> S) -> Vec<String> {
    let mut suite = Suite { make, problems: Vec::new() };
    writes::try_all(&mut suite).await;
    touches::try_all(&mut suite).await;
    renames::try_all(&mut suite).await;
    expiry::try_all(&mut suite).await;
    sweeps::try_all(&mut suite).await;
    values::try_all(&mut suite).await;
    crowds::try_all(&mut suite).await;
    races::try_all(&mut suite).await;
    drops::try_all(&mut suite).await;
    suite.problems
}

struct Suite<M> {
    make: M,
    problems: Vec<String>,
}

impl<S: Store + 'static, M: AsyncFn() -> S> Suite<M> {
    async fn case<F, C>(&mut self, case: F)
    where
        F: FnOnce(Shared) -> C,
        C: Future<Output = Check>,
    {
        let store: Shared = Arc::new((self.make)().await);
        let problem = match tokio::time::timeout(PATIENCE, case(store)).await {
            Ok(Ok(())) => return,
            Ok(Err(problem)) => problem.0,
            Err(_) => format!("it takes longer than {} seconds", PATIENCE.as_secs()),
        };
        let path = std::any::type_name::<F>();
        let name = path.rsplit("::").next().unwrap_or(path);
        self.problems.push(format!("{name}: {problem}"));
    }
}

/// What is wrong with a store. An error where the contract has none is wrong too.
struct Problem(String);

impl<E: std::error::Error> From<E> for Problem {
    fn from(error: E) -> Self {
        Self(format!("an error: {error}"))
    }
}

/// Compares what a store did with what the contract says.
fn expect<T: PartialEq + Debug>(what: impl Display, found: T, expected: T) -> Check {
    if found == expected {
        return Ok(());
    }
    Err(Problem(format!("{what}: expected {expected:?}, but got {found:?}")))
}

/// Compares what is under a key with `nothing`, `renamed`, or what [`live`] says.
async fn expect_found(
    what: impl Display,
    store: &Shared,
    key: &Key,
    now: SystemTime,
    expected: &str,
) -> Check {
    let found = match store.load(key, now).await? {
        Found::Live(record) => live(&text(&record)?, record.version),
        Found::Renamed => "renamed".to_owned(),
        Found::Nothing => "nothing".to_owned(),
    };
    expect(what, found.as_str(), expected)
}

fn live(text: &str, version: u64) -> String {
    format!("live, version {version}: {text}")
}

async fn load_live(store: &Shared, key: &Key) -> Result<Record, Problem> {
    match store.load(key, now()).await? {
        Found::Live(record) => Ok(record),
        Found::Renamed => Err(Problem("expected a live session, but it says renamed".into())),
        Found::Nothing => Err(Problem("expected a live session, but there is nothing".into())),
    }
}

/// A record of version 0 that lives for an hour.
fn record(text: &str) -> Result<Record, Problem> {
    let now = now();
    let data = SessionData::default();
    let expires = now + Duration::from_secs(60 * 60);
    with_text(&Record { data, version: 0, created: now, accessed: now, expires }, text, 0)
}

/// The record with another text and version.
fn with_text(record: &Record, text: &str, version: u64) -> Result<Record, Problem> {
    let mut record = record.clone();
    record.data.insert(TEXT, text)?;
    record.version = version;
    Ok(record)
}

fn text(record: &Record) -> Result<String, Problem> {
    Ok(record.data.get(TEXT)?.unwrap_or_default())
}

fn key() -> Result<Key, Problem> {
    Ok(Id::random()?.key())
}

/// The time in whole milliseconds, because a store keeps no more of it.
fn now() -> SystemTime {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    SystemTime::UNIX_EPOCH
        + Duration::from_secs(since.as_secs())
        + Duration::from_millis(since.subsec_millis().into())
}
