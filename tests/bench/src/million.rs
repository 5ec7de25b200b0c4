//! What the size of a file costs: the same visitors, with and without a million other sessions.

use crate::compare::{CONNECTIONS, VISITORS, file_size};
use crate::contenders::{CEILING, Contender, Keeps, contender, scratch};
use crate::rounds::{self, Running};
use crate::visitors::{Visitor, arrive};
use crate::{Error, apps, report};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use store_engine::{Id, Outcome, Record, SessionData, SqliteStore, Store};
use tokio::task::JoinSet;

const FEW: usize = VISITORS;
const MANY: usize = 1_000_000;
/// How many sessions are created at once, so that they share transactions.
const AT_ONCE: usize = 500;

/// Compares a file of 1,000 sessions with one of 1,000,000 in which 1,000 random ones are active.
pub fn run() -> Result<(), Error> {
    let folders = scratch()?;
    let server = CEILING.start(folders.path())?;
    let visitors = arrive(&CEILING, server.address, VISITORS)?;
    let mut contenders = vec![Running { contender: CEILING, server, visitors }];
    for (name, sessions) in [("1,000 sessions", FEW), ("1,000,000 sessions", MANY)] {
        let contender = contender(name, "store-sqlite", Keeps::File);
        let folder = folders.path().join(sessions.to_string());
        fs::create_dir(&folder)?;
        contenders.push(start(contender, &folder, sessions)?);
    }
    let names: Vec<&str> = contenders.iter().map(|running| running.contender.name).collect();
    for connections in CONNECTIONS {
        let outcome = rounds::run(&mut contenders, connections)?;
        print!("{}", report::speed(&names, &outcome));
        let part = outcome.results[2].ratio.median / outcome.results[1].ratio.median;
        println!("{VISITORS} visitors among {}: {part:.2} of the rate", names[2]);
    }
    Ok(())
}

fn start(contender: Contender, folder: &Path, sessions: usize) -> Result<Running, Error> {
    let file = folder.join(apps::FILE);
    let runtime = tokio::runtime::Runtime::new()?;
    let ids = runtime.block_on(fill(SqliteStore::open(&file)?, sessions))?;
    println!("{} take {:.1} MB", contender.name, file_size(&file)? as f64 / 1e6);
    let active = fastrand::choose_multiple(ids, VISITORS);
    let cookies = active.into_iter().map(|id| format!("__Host-id={}", id.value()));
    let visitors = cookies.map(|cookie| Visitor::new(&contender, &cookie, 1)).collect();
    let server = contender.start(folder)?;
    Ok(Running { contender, server, visitors })
}

/// Creates sessions that show a count of 1. Their keys are random, so neighbors in the index were not
/// created one after the other.
async fn fill(store: SqliteStore, sessions: usize) -> Result<Vec<Id>, Error> {
    let store = Arc::new(store);
    let mut tasks = JoinSet::new();
    for _ in 0..AT_ONCE {
        tasks.spawn(create(Arc::clone(&store), sessions / AT_ONCE));
    }
    let mut ids = Vec::new();
    for created in tasks.join_all().await {
        ids.extend(created?);
    }
    Ok(ids)
}

async fn create(store: Arc<SqliteStore>, sessions: usize) -> Result<Vec<Id>, Error> {
    let mut data = SessionData::default();
    data.insert("counter", 1)?;
    let now = SystemTime::now();
    let expires = now + Duration::from_secs(20 * 60);
    let record = Record { data, version: 0, created: now, accessed: now, expires };
    let mut ids = Vec::new();
    for _ in 0..sessions {
        let id = Id::random()?;
        if store.create(&id.key(), &record).await? != Outcome::Done {
            return Err("a random id came twice".into());
        }
        ids.push(id);
    }
    Ok(ids)
}
