//! A PostgreSQL server for one sandbox, in a folder that goes with it.

use crate::{Failure, NotKept, Outcome, Sandbox, Service, binary};
use std::env;
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

#[cfg(unix)]
mod signals;

const READY_WITHIN: Duration = Duration::from_secs(30);

/// The login and the database.
const NAME: &str = "postgres";

/// What it calls its socket when it has its usual port.
const SOCKET: &str = ".s.PGSQL.5432";

/// A PostgreSQL server on a Unix socket, which flushes what it confirms. It is killed when dropped.
#[derive(Debug)]
pub struct PostgresServer {
    programs: PathBuf,
    folder: TempDir,
    child: Option<Child>,
}

/// A transaction that somebody has begun and does not end. It is rolled back when dropped.
#[derive(Debug)]
pub struct OpenTransaction(Child);

/// Whether the programs of a PostgreSQL server are there.
pub fn is_installed() -> bool {
    programs().is_some()
}

/// The folder with `initdb` and `postgres`: one in PATH, or else where Debian has the newest version.
fn programs() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    // PATH may have a link to `initdb` alone.
    let linked =
        env::split_paths(&path).filter_map(|folder| folder.join("initdb").canonicalize().ok());
    let mut folders: Vec<_> = linked.filter_map(|file| Some(file.parent()?.to_owned())).collect();
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<_> = versions.map(|version| version.path()).collect();
    versions.sort_by_key(|path| path.to_string_lossy().rsplit('/').next()?.parse::<u32>().ok());
    folders.extend(versions.iter().rev().map(|version| version.join("bin")));
    folders.into_iter().find(|folder| has_all(folder))
}

fn has_all(folder: &Path) -> bool {
    ["initdb", "postgres", "psql"].iter().all(|program| folder.join(program).is_file())
}

impl PostgresServer {
    /// Starts a server in a new folder.
    pub fn start() -> Result<Self, NotKept> {
        let Some(programs) = programs().filter(|_| cfg!(unix)) else {
            let why = "the programs initdb and postgres are missing: install PostgreSQL 15 or newer, on \
                       Debian with `apt-get install postgresql`";
            return Err(NotKept::Skipped(why.to_owned()));
        };
        let folder = TempDir::with_prefix("postgres-").map_err(|error| trouble(&error))?;
        let mut server = Self { programs, folder, child: None };
        server.make_files().map_err(|error| trouble(&error))?;
        server.start_again()?;
        Ok(server)
    }

    /// Where it listens, for `POSTGRES_URL`.
    pub fn url(&self) -> String {
        format!("host={} user={NAME} dbname={NAME}", self.folder.path().display())
    }

    /// The folder of its files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Copies the files of a new server, because making them takes seconds.
    fn make_files(&self) -> io::Result<()> {
        let name = self.programs.display().to_string().replace(['/', '.'], "-");
        let template = binary::workspace().join("target/scratch").join(format!("postgres{name}"));
        give_away(self.folder.path())?;
        if !template.is_dir() {
            self.make_template(&template)?;
        }
        run(Command::new("cp").arg("-R").arg(&template).arg(self.data()))?;
        give_away(&self.data())
    }

    fn make_template(&self, template: &Path) -> io::Result<()> {
        let mut command = as_owner(&self.programs.join("initdb"));
        command.args([
            "--no-sync",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--username",
            NAME,
        ]);
        run(command.arg("--pgdata").arg(self.data()).current_dir(self.folder.path()))?;
        let scratch = template.parent().unwrap_or(template);
        fs::create_dir_all(scratch)?;
        // Another process that makes a template at the same time finds either no folder or a whole one.
        let new = TempDir::with_prefix_in("postgres-", scratch)?;
        run(Command::new("cp").arg("-R").arg(self.data()).arg(new.path()))?;
        fs::rename(new.path().join("data"), template)
            .or_else(|error| if template.is_dir() { Ok(()) } else { Err(error) })?;
        fs::remove_dir_all(self.data())
    }

    /// Starts it on the files that it had, and waits until it can be asked.
    pub fn start_again(&mut self) -> Outcome {
        let began = Instant::now();
        while self.ask("SELECT 1").ok().as_deref() != Some("1") {
            if began.elapsed() > READY_WITHIN {
                return Err(NotKept::Skipped("the PostgreSQL server does not answer".to_owned()));
            }
            // It ends by itself while processes of an earlier one are still ending.
            let has_ended =
                |child: &mut Child| child.try_wait().is_ok_and(|status| status.is_some());
            if self.child.as_mut().is_none_or(has_ended) {
                self.child = Some(self.spawn().map_err(|error| trouble(&error))?);
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    fn spawn(&self) -> io::Result<Child> {
        let mut command = as_owner(&self.programs.join("postgres"));
        command.arg("-D").arg(self.data()).arg("-k").arg(self.folder.path());
        command.args(["-c", "listen_addresses="]).current_dir(self.folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()
    }

    /// Asks one question, and returns the rows of the answer, with `|` between columns.
    pub fn ask(&self, sql: &str) -> io::Result<String> {
        let output = self.psql().args(["--command", sql]).output()?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned());
        }
        Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()))
    }

    fn psql(&self) -> Command {
        let mut command = Command::new(self.programs.join("psql"));
        command.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"]);
        command.args(["--set", "ON_ERROR_STOP=1"]);
        command.args(["--username", NAME, "--dbname", NAME, "--host"]).arg(self.folder.path());
        command.env("PGCONNECT_TIMEOUT", "5").stdin(Stdio::null());
        command
    }

    /// Begins a transaction with these statements. What they lock stays locked until it is dropped.
    pub fn begin(&self, sql: &str) -> io::Result<OpenTransaction> {
        let mut child = self.psql().stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let input = child.stdin.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        writeln!(input, "BEGIN; {sql}; SELECT 'begun';")?;
        let answer = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let transaction = OpenTransaction(child);
        let mut lines = BufReader::new(answer).lines().map_while(Result::ok);
        if lines.any(|line| line == "begun") {
            return Ok(transaction);
        }
        Err(io::Error::other("PostgreSQL has refused the transaction"))
    }

    /// Moves its socket away, so that nobody can connect, until [`show`](Self::show).
    pub fn hide(&self) -> io::Result<()> {
        fs::rename(self.folder.path().join(SOCKET), self.folder.path().join("hidden"))
    }

    /// Moves its socket back.
    pub fn show(&self) -> io::Result<()> {
        fs::rename(self.folder.path().join("hidden"), self.folder.path().join(SOCKET))
    }

    /// Kills it with all of its processes, as `kill -9` does.
    pub fn kill(&mut self) {
        #[cfg(unix)]
        self.send(nix::sys::signal::Signal::SIGKILL);
        if let Some(mut child) = self.child.take() {
            // An error means that it has ended already.
            child.kill().ok();
            child.wait().ok();
        }
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        #[cfg(unix)]
        self.stop_at_once();
        self.kill();
    }
}

impl Drop for OpenTransaction {
    fn drop(&mut self) {
        // An error means that it has ended already.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

impl Sandbox {
    /// The PostgreSQL server of this sandbox. Skipped if its program was started without one.
    pub fn postgres(&mut self) -> Result<&mut PostgresServer, NotKept> {
        match &mut self.service {
            Service::Postgres(server) => Ok(server),
            _ => Err(NotKept::Skipped("this program was started without PostgreSQL".to_owned())),
        }
    }
}

/// PostgreSQL refuses to run as root, so then it gets another user.
#[cfg(unix)]
fn owner() -> Option<nix::unistd::User> {
    use nix::unistd::{User, geteuid};
    let user = |name| User::from_name(name).ok().flatten();
    if geteuid().is_root() { user(NAME).or_else(|| user("nobody")) } else { None }
}

fn as_owner(program: &Path) -> Command {
    let mut command = Command::new(program);
    #[cfg(unix)]
    if let Some(user) = owner() {
        use std::os::unix::process::CommandExt;
        command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
    }
    command
}

/// Gives a folder with all that is in it to the user that the server runs as.
fn give_away(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(user) = owner() {
        return run(Command::new("chown").arg("-R").arg(user.uid.to_string()).arg(folder));
    }
    let _ = folder;
    Ok(())
}

fn run(command: &mut Command) -> io::Result<()> {
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(io::Error::other(format!("{}: {said}", command.get_program().to_string_lossy())))
}

fn trouble(error: &io::Error) -> NotKept {
    let meaning = "the disk is full, or PostgreSQL isn't installed as usual";
    Failure::outside("a PostgreSQL server", error.to_string(), meaning)
}
