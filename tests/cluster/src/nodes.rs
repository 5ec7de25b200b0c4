//! The nodes, their store, and HAProxy in front.

use crate::places::{file, free_address, need};
use crate::{HaProxy, NODES};
use harness::{Program, ServerCommand, Service};
use std::fs::{self, File, OpenOptions};
use std::path::PathBuf;
use std::process::Stdio;
use tempfile::TempDir;

/// What a cluster is made of.
pub struct Plan {
    /// The program of each node, and the store that it needs.
    pub command: ServerCommand,
    /// How many nodes there are.
    pub nodes: usize,
    /// Where visitors come in; `None` means any address that is free.
    pub address: Option<String>,
    /// What each node finds in its environment in addition.
    pub environment: Vec<(String, String)>,
    /// The text of `haproxy.cfg`.
    pub haproxy: String,
}

impl Plan {
    /// So many nodes of a program, with the settings of step 08c.
    pub fn new(command: ServerCommand, nodes: usize) -> crate::Result<Self> {
        let haproxy = fs::read_to_string(file("haproxy.cfg")?)?;
        Ok(Self { command, nodes, address: None, environment: Vec::new(), haproxy })
    }
}

/// It is an error if there can't be so many nodes, or no balancer in front of them.
pub fn check(nodes: usize) -> crate::Result<()> {
    if !NODES.contains(&nodes) {
        let advice = format!("choose {} to {}", NODES.start(), NODES.end());
        return Err(format!("{nodes} nodes are not a cluster: {advice}").into());
    }
    need("haproxy", "haproxy")
}

/// A store, nodes on it, and HAProxy. All of it is stopped when dropped.
pub struct Cluster {
    // The order in which they are dropped: nobody is sent to a node that has ended.
    haproxy: Option<HaProxy>,
    nodes: Vec<Node>,
    /// The store of all nodes.
    pub store: Service,
    folder: TempDir,
    plan: Plan,
}

struct Node {
    name: String,
    address: String,
    log: PathBuf,
    program: Option<Program>,
}

impl Cluster {
    /// Starts a store, the nodes, and HAProxy.
    pub fn start(plan: Plan) -> crate::Result<Self> {
        check(plan.nodes)?;
        let store = plan.command.needs.start().map_err(|not_kept| not_kept.to_string())?;
        let folder = TempDir::with_prefix("cluster-")?;
        let mut cluster = Self { haproxy: None, nodes: Vec::new(), store, folder, plan };
        for number in 1..=cluster.plan.nodes {
            cluster.add_node(number)?;
        }
        let address = cluster.plan.address.clone().map_or_else(free_address, Ok)?;
        let addresses = cluster.addresses();
        let haproxy =
            HaProxy::start(&address, cluster.folder.path(), &cluster.plan.haproxy, &addresses)?;
        cluster.haproxy = Some(haproxy);
        Ok(cluster)
    }

    fn add_node(&mut self, number: usize) -> crate::Result<()> {
        let name = format!("node-{number}");
        fs::create_dir(self.folder.path().join(&name))?;
        let log = self.folder.path().join(format!("{name}.log"));
        File::create(&log)?;
        self.nodes.push(Node { name, address: free_address()?, log, program: None });
        self.start_node(number)
    }

    /// Starts a node where it was before.
    pub fn start_node(&mut self, number: usize) -> crate::Result<()> {
        let node = &self.nodes[number - 1];
        let port = node.address.rsplit(':').next().unwrap_or_default().to_owned();
        let mut environment =
            vec![("NODE".to_owned(), node.name.clone()), ("PORT".to_owned(), port)];
        environment.extend(self.store.variable());
        environment.extend(self.plan.environment.iter().cloned());
        let log = OpenOptions::new().append(true).open(&node.log)?;
        let state = self.folder.path().join(&node.name);
        let started =
            Program::start_with(&self.plan.command, &state, Stdio::from(log), &environment);
        let program = started.map_err(|not_kept| self.with_log(number, &not_kept.to_string()))?;
        self.nodes[number - 1].program = Some(program);
        Ok(())
    }

    fn with_log(&self, number: usize, problem: &str) -> String {
        let log = self.log(number).unwrap_or_default();
        let end: Vec<_> = log.lines().rev().take(3).collect();
        let end = end.into_iter().rev().collect::<Vec<_>>().join("\n");
        format!("node-{number}: {problem}\nits log: {end}")
    }

    /// Where visitors come in, as `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        self.haproxy.as_ref().map(|haproxy| haproxy.url.clone()).unwrap_or_default()
    }

    /// HAProxy in front of the nodes.
    pub fn haproxy(&self) -> crate::Result<&HaProxy> {
        self.haproxy.as_ref().ok_or_else(|| "HAProxy does not run".into())
    }

    /// How many nodes there are.
    pub fn number_of_nodes(&self) -> usize {
        self.nodes.len()
    }

    /// Where the nodes listen, as `127.0.0.1:PORT`.
    pub fn addresses(&self) -> Vec<String> {
        self.nodes.iter().map(|node| node.address.clone()).collect()
    }

    /// Kills a node, as `kill -9` does.
    pub fn kill_node(&mut self, number: usize) {
        self.nodes[number - 1].program = None;
    }

    /// Stops a node with SIGTERM, and waits for its end.
    pub fn stop_node(&mut self, number: usize) -> crate::Result<()> {
        let Some(program) = self.nodes[number - 1].program.take() else { return Ok(()) };
        program.stop().map_err(|not_kept| self.with_log(number, &not_kept.to_string()).into())
    }

    /// What a node has written to its log, in all its starts.
    pub fn log(&self, number: usize) -> crate::Result<String> {
        Ok(fs::read_to_string(&self.nodes[number - 1].log)?)
    }

    /// How many requests of a path the nodes have answered, according to their logs.
    pub fn answered(&self, path: &str) -> crate::Result<u64> {
        let request = format!("path=\"{path}\"");
        let mut answered = 0;
        for number in 1..=self.nodes.len() {
            let log = self.log(number)?;
            let lines = log.lines();
            let lines = lines.filter(|line| line.contains(&request) && line.contains("answered "));
            answered += lines.count() as u64;
        }
        Ok(answered)
    }
}
