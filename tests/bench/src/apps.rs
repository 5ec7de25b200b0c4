//! The programs: one process serves one of them.

use crate::{Error, page};
use axum::http::StatusCode;
use axum::response::Html;
use axum::{Router, routing::get};
use cookie_engine::{Keyring, Secret};
use rusqlite::Connection;
use std::net::Ipv4Addr;
use std::path::Path;
use std::{io, process, thread};
use store_engine::{SqliteStore, Store};
use tower_sessions::{SessionManagerLayer, SessionStore};
use tower_sessions_memory_store::MemoryStore;
use tower_sessions_rusqlite_store::RusqliteStore;

/// The file of the programs that have one.
pub const FILE: &str = "sessions.sqlite";

/// Serves one program on a free port of loopback, and ends with the process that has started this one.
pub fn serve(program: &str, folder: &Path) -> Result<(), Error> {
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let app = app(program, &folder.join(FILE)).await?;
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        println!("listening on http://{}", listener.local_addr()?);
        thread::spawn(end_with_driver);
        axum::serve(listener, app).await?;
        Ok(())
    })
}

/// The system closes the pipe when the driver ends, however it ends.
fn end_with_driver() {
    let _ = io::copy(&mut io::stdin(), &mut io::sink());
    process::exit(0);
}

async fn app(program: &str, file: &Path) -> Result<Router, Error> {
    match program {
        "no-session" => Ok(Router::new().route("/", get(without))),
        "tower-memory" => Ok(tower(MemoryStore::default())),
        "tower-stock" => tower_sqlite(Connection::open(file)?).await,
        "tower-durable" => tower_sqlite(durable(file)?).await,
        "sealed" => sealed(),
        "store-memory" => engine(store_engine::MemoryStore::default()),
        "store-sqlite" => engine(SqliteStore::open(file)?),
        _ => Err(format!("there is no program {program}").into()),
    }
}

async fn without() -> Html<String> {
    page::counted(41)
}

/// The layer as it comes.
fn tower(store: impl SessionStore + Clone) -> Router {
    Router::new().route("/", get(tower_home)).layer(SessionManagerLayer::new(store))
}

async fn tower_sqlite(connection: Connection) -> Result<Router, Error> {
    let store = RusqliteStore::new(connection.into());
    store.migrate().await?;
    Ok(tower(store))
}

/// A connection whose commits are on the disk when they return, as those of our engine.
fn durable(file: &Path) -> Result<Connection, Error> {
    let connection = Connection::open(file)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "fullfsync", true)?;
    Ok(connection)
}

async fn tower_home(session: tower_sessions::Session) -> Result<Html<String>, StatusCode> {
    let failed = |_| StatusCode::INTERNAL_SERVER_ERROR;
    let count = session.get("counter").await.map_err(failed)?.unwrap_or(0) + 1;
    session.insert("counter", count).await.map_err(failed)?;
    Ok(page::counted(count))
}

fn sealed() -> Result<Router, Error> {
    let keyring = Keyring::new(Secret::new(
        "4f7d1c9be83a60255e0b9a7c3d1f8642aa55cc33bb99dd77ee11ff0022446688",
    )?);
    let engine = cookie_engine::Engine::new(&keyring, &cookie_engine::Options::sealed())?;
    Ok(Router::new().route("/", get(sealed_home)).layer(engine))
}

async fn sealed_home(
    mut session: cookie_engine::Session,
) -> Result<Html<String>, cookie_engine::Error> {
    let count = session.update(|data| {
        let count = data.get("counter")?.unwrap_or(0) + 1;
        data.insert("counter", count)?;
        Ok(count)
    })?;
    Ok(page::counted(count))
}

fn engine(store: impl Store + 'static) -> Result<Router, Error> {
    let engine = store_engine::Engine::new(store, &store_engine::Options::default())?;
    tokio::spawn(engine.clone().sweep_forever());
    Ok(Router::new().route("/", get(home)).route("/read", get(read)).layer(engine))
}

async fn home(session: store_engine::Session) -> Result<Html<String>, store_engine::Error> {
    let update = session.update(|data| {
        let count = data.get("counter")?.unwrap_or(0) + 1;
        data.insert("counter", count)?;
        Ok(count)
    });
    Ok(page::counted(update.await?))
}

async fn read(session: store_engine::Session) -> Result<Html<String>, store_engine::Error> {
    Ok(page::counted(session.read().await?.get("counter")?.unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients::Connection;
    use crate::contenders::{ALL, Keeps, Program};
    use crate::visitors::{Visitor, set_cookie};

    #[tokio::test(flavor = "multi_thread")]
    async fn every_program_serves_its_visitor_the_next_count() {
        for contender in ALL {
            let Program::Ours(program) = contender.program else { continue };
            let folder = tempfile::tempdir().unwrap();
            let app = app(program, &folder.path().join(FILE)).await.unwrap();
            let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
            let address = listener.local_addr().unwrap();
            let server = tokio::spawn(axum::serve(listener, app).into_future());
            let mut connection = Connection::open(address).await.unwrap();
            let first = connection.visit("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
            let (count, response) = first.unwrap();
            let cookie = set_cookie(response).unwrap_or_default();
            let counts = contender.path == "/" && contender.keeps != Keeps::Nothing;
            let visitor = Visitor::new(&contender, cookie, count);
            let (next, _) = connection.visit(&visitor.request).await.unwrap();
            assert_eq!(next, count + u64::from(counts), "{}", contender.name);
            server.abort();
        }
    }
}
