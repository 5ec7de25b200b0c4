//! The command `cluster`: starts everything, says where it is, and stops everything.

use crate::{Cluster, Plan, check, on_postgres, on_redis};
use clap::{Parser, ValueEnum};
use tokio::signal::unix::{SignalKind, signal};

/// Nodes of step 08c behind HAProxy, until Ctrl-C.
#[derive(Parser)]
#[command(disable_version_flag = true)]
struct Flags {
    /// How many nodes, from 2 to 5
    #[arg(default_value_t = 3)]
    nodes: usize,

    /// Where the sessions are
    #[arg(value_enum, default_value_t)]
    store: Store,

    /// Port on 127.0.0.1 where visitors come in
    #[arg(long, env, default_value_t = 6543)]
    port: u16,
}

/// The store of all nodes.
#[derive(Clone, Copy, Default, ValueEnum)]
enum Store {
    #[default]
    Redis,
    Postgres,
}

/// Does what the flags of this program say, until Ctrl-C or SIGTERM.
pub fn run() -> crate::Result<()> {
    let flags = Flags::parse();
    check(flags.nodes)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let _context = runtime.enter();
    // From now on a signal doesn't end this program, which has to stop the others first.
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let command = match flags.store {
        Store::Redis => on_redis()?,
        Store::Postgres => on_postgres()?,
    };
    let mut plan = Plan::new(command, flags.nodes)?;
    plan.address = Some(format!("127.0.0.1:{}", flags.port));
    let cluster = Cluster::start(plan)?;
    println!("visitors:  {}/", cluster.url());
    for (place, node) in cluster.addresses().iter().enumerate() {
        println!("node-{}:    http://{node}/", place + 1);
    }
    if let Some((_, address)) = cluster.store.variable() {
        println!("store:     {address}");
    }
    println!("HAProxy:   {}", cluster.haproxy()?.admin().display());
    println!("Ctrl-C stops all of it.");
    runtime.block_on(async {
        tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
    });
    drop(cluster);
    println!("All of it is stopped.");
    Ok(())
}
