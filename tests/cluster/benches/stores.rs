//! What one, two and three nodes do in a second on each store, in turns, and how many octets a session
//! takes. All of it is on one machine, so more nodes don't mean more processors.

#![allow(clippy::cast_precision_loss)]

#[cfg(unix)]
fn main() -> cluster::Result<()> {
    measure::run()
}

#[cfg(not(unix))]
fn main() {}

#[cfg(unix)]
mod measure {
    use cluster::{Cluster, Plan, Result};
    use harness::{
        Connection, Needs, NotKept, PostgresServer, Program, ServerCommand, Service, binary, steps,
    };
    use std::fs;
    use std::process::Stdio;
    use std::thread;
    use std::time::{Duration, Instant};
    use tempfile::TempDir;

    const ROUNDS: usize = 7;
    const TURN: Duration = Duration::from_secs(1);
    const CONNECTIONS: usize = 32;
    const NODES: usize = 3;

    /// How many sessions are made to see how large one is.
    const SESSIONS: u64 = 4_000;

    fn release(slug: &str) -> Result<ServerCommand> {
        let select = ["--release", "--package", &steps::package(slug)];
        Ok(ServerCommand::program(binary::build(binary::workspace(), &select)?))
    }

    fn trouble(not_kept: NotKept) -> String {
        not_kept.to_string()
    }

    /// Programs of one step, each in another folder.
    struct Nodes {
        programs: Vec<Program>,
        folder: TempDir,
    }

    impl Nodes {
        fn start(slug: &str, number: usize, environment: &[(String, String)]) -> Result<Self> {
            let command = release(slug)?;
            let folder = TempDir::with_prefix("bench-")?;
            let programs = (0..number).map(|node| {
                let state = folder.path().join(node.to_string());
                fs::create_dir(&state)?;
                let quiet = Stdio::null();
                Ok(Program::start_with(&command, &state, quiet, environment).map_err(trouble)?)
            });
            Ok(Self { programs: programs.collect::<Result<_>>()?, folder })
        }

        fn urls(&self) -> Vec<String> {
            self.programs.iter().map(|program| program.url.clone()).collect()
        }
    }

    /// Where the visitors of a row of the table go: each connection to the next one of these.
    struct Row {
        name: String,
        urls: Vec<String>,
        rates: Vec<f64>,
    }

    /// The rows of a store: one node, two nodes, three nodes.
    fn rows(store: &str, urls: &[String]) -> impl Iterator<Item = Row> {
        (1..=urls.len()).map(move |nodes| row(&format!("{store} | {nodes}"), &urls[..nodes]))
    }

    fn row(name: &str, urls: &[String]) -> Row {
        Row { name: name.to_owned(), urls: urls.to_vec(), rates: Vec::new() }
    }

    /// Visits for a while, each connection with another session. Returns the requests a second.
    fn rate(urls: &[String]) -> Result<f64> {
        let mut visitors = Vec::new();
        for url in urls.iter().cycle().take(CONNECTIONS) {
            let mut visitor = Connection::open(url)?;
            visitor.visit("GET /")?;
            visitors.push(visitor);
        }
        let began = Instant::now();
        let visits = thread::scope(|scope| {
            let visit = |visitor| scope.spawn(move || visits(visitor, began));
            let threads: Vec<_> = visitors.into_iter().map(visit).collect();
            let joined = threads.into_iter().map(|thread| thread.join());
            joined.map(|visits| visits.map_err(|_| "a visitor panicked")?).sum::<Result<u64>>()
        });
        Ok(visits? as f64 / began.elapsed().as_secs_f64())
    }

    fn visits(mut visitor: Connection, began: Instant) -> Result<u64> {
        let mut visits = 0;
        while began.elapsed() < TURN {
            let answer = visitor.visit("GET /")?;
            if answer.status != 200 {
                return Err(format!("a visitor got {answer:?}").into());
            }
            visits += 1;
        }
        Ok(visits)
    }

    fn median(rates: &mut [f64]) -> f64 {
        rates.sort_by(f64::total_cmp);
        rates[rates.len() / 2]
    }

    /// Prints what was measured, as rows of two tables.
    pub fn run() -> Result<()> {
        let sqlite = Nodes::start("library", 1, &[])?;
        let command = ServerCommand { needs: Needs::Redis, ..release("cluster")? };
        let redis = Cluster::start(Plan::new(command, NODES)?)?;
        let server = PostgresServer::start().map_err(trouble)?;
        let postgres =
            Nodes::start("postgres", NODES, &[("POSTGRES_URL".to_owned(), server.url())])?;
        let direct: Vec<_> =
            redis.addresses().iter().map(|address| format!("http://{address}")).collect();

        let mut table: Vec<Row> = rows("SQLite", &sqlite.urls()).collect();
        table.extend(rows("Redis", &direct));
        table.extend(rows("PostgreSQL", &postgres.urls()));
        table.push(row("Redis, behind HAProxy | 3", &[redis.url()]));
        for round in 0..=ROUNDS {
            for place in 0..table.len() {
                // Each round begins elsewhere, so that nobody always comes after the same one.
                let length = table.len();
                let row = &mut table[(place + round) % length];
                let rate = rate(&row.urls)?;
                // The first round warms up.
                if round > 0 {
                    row.rates.push(rate);
                }
            }
        }
        println!("{CONNECTIONS} connections, medians of {ROUNDS} rounds of a second:\n");
        println!("| store | nodes | requests a second |\n|---|---|---|");
        for row in &mut table {
            println!("| {} | {:.0} |", row.name, median(&mut row.rates));
        }

        println!("\n{SESSIONS} new sessions:\n\n| store | bytes a session |\n|---|---|");
        let file = sqlite.folder.path().join("0/sessions.sqlite");
        print_size("SQLite", &sqlite.urls()[0], || {
            // What the log holds is copied into the file first.
            thread::sleep(Duration::from_secs(1));
            Ok(fs::metadata(&file)?.len())
        })?;
        print_size("Redis", &direct[0], || {
            let Service::Redis(server) = &redis.store else {
                return Err("there is no Redis".into());
            };
            let memory = server.ask(&["INFO", "memory"])?;
            let used = memory.lines().find_map(|line| line.trim().strip_prefix("used_memory:"));
            Ok(used.ok_or("Redis doesn't say how much memory it uses")?.parse()?)
        })?;
        print_size("PostgreSQL", &postgres.urls()[0], || {
            // The rows that others have left behind are not a part of these sessions.
            server.ask("VACUUM FULL sessions")?;
            Ok(server.ask("SELECT pg_total_relation_size('sessions')")?.trim().parse()?)
        })
    }

    /// Makes sessions, and prints by how much the store has grown for each.
    fn print_size(store: &str, url: &str, size: impl Fn() -> Result<u64>) -> Result<()> {
        let before = size()?;
        for _ in 0..SESSIONS {
            Connection::open(url)?.visit("GET /")?;
        }
        println!("| {store} | {} |", size()?.saturating_sub(before) / SESSIONS);
        Ok(())
    }
}
