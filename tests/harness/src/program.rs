use crate::{Failure, Needs, NotKept};
use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

/// Variables that a program might find in the environment of the tests, and that would change it.
const FOREIGN: [&str; 16] = [
    "POSTGRES_URL",
    "REDIS_URL",
    "NODE",
    "DRAIN_SECONDS",
    "SECRET",
    "SECRET_FILE",
    "OLD_SECRET",
    "OLDER_SECRET",
    "IDLE_SECONDS",
    "ABSOLUTE_SECONDS",
    "TOUCH_SECONDS",
    "FORMAT",
    "SALT",
    "RUST_LOG",
    "LISTEN_FDS",
    "LISTEN_PID",
];

const READY: &str = "listening on ";
const START_WITHIN: Duration = Duration::from_secs(30);
const STOP_WITHIN: Duration = Duration::from_secs(15);

/// How to start a program.
#[derive(Clone, Debug)]
pub struct ServerCommand {
    /// The program and its arguments.
    pub words: Vec<OsString>,
    /// The folder it runs in; `None` means that of this process.
    pub folder: Option<PathBuf>,
    /// Whether it gets its own process group, so that we can end what it starts too. Without one,
    /// Ctrl-C at a terminal reaches it as well as the tests.
    pub grouped: bool,
    /// A server of its sandbox that it finds in its environment.
    pub needs: Needs,
}

impl ServerCommand {
    /// A program without arguments, which starts no other programs.
    pub fn program(path: PathBuf) -> Self {
        Self { words: vec![path.into()], folder: None, grouped: false, needs: Needs::Nothing }
    }

    fn prepared(&self, state: &Path) -> Option<Command> {
        let (program, arguments) = self.words.split_first()?;
        let mut command = Command::new(program);
        command.args(arguments).env("PORT", "0").env("STATE_DIR", state).env("RUST_BACKTRACE", "0");
        // The environment of the tests must not decide their outcome.
        for variable in FOREIGN {
            command.env_remove(variable);
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        #[cfg(unix)]
        if self.grouped {
            std::os::unix::process::CommandExt::process_group(&mut command, 0);
        }
        Some(command)
    }
}

/// A running program. It is killed when dropped.
#[derive(Debug)]
pub struct Program {
    child: Child,
    grouped: bool,
    /// Where it listens, as `http://127.0.0.1:PORT`.
    pub url: String,
}

impl Program {
    /// Starts it on a folder for its state and waits for its ready line.
    ///
    /// Its standard error goes where `errors` says, so that its log does not drown a report.
    pub fn start(command: &ServerCommand, state: &Path, errors: Stdio) -> Result<Self, NotKept> {
        Self::start_with(command, state, errors, &[])
    }

    /// Starts it with these variables in its environment too.
    pub fn start_with(
        command: &ServerCommand,
        state: &Path,
        errors: Stdio,
        environment: &[(String, String)],
    ) -> Result<Self, NotKept> {
        let (mut program, ready) = Self::launch(command, state, errors, environment)?;
        match ready {
            Ok(url) => program.url = url,
            Err(silence) => return Err(program.not_ready(silence)),
        }
        Ok(program)
    }

    /// Starts it with variables that it has to refuse. Returns how it ended, or `None` if it runs.
    pub(super) fn end_of_start(
        command: &ServerCommand,
        state: &Path,
        errors: Stdio,
        environment: &[(String, String)],
    ) -> Result<Option<ExitStatus>, NotKept> {
        let (mut program, ready) = Self::launch(command, state, errors, environment)?;
        match ready {
            Err(silence) if silence.has_ended => Ok(program.wait_end(STOP_WITHIN)),
            _ => Ok(None),
        }
    }

    fn launch(
        command: &ServerCommand,
        state: &Path,
        errors: Stdio,
        environment: &[(String, String)],
    ) -> Result<(Self, Result<String, Silence>), NotKept> {
        let cannot = |why: String| {
            let meaning = "the command is misspelt, or the program was not built";
            Failure::outside("the program starts", why, meaning)
        };
        let mut process = command.prepared(state).ok_or_else(|| cannot("no command".into()))?;
        process.envs(environment.iter().map(|(name, value)| (name, value)));
        let mut child = process.stderr(errors).spawn().map_err(|error| {
            cannot(format!("{}: {error}", process.get_program().to_string_lossy()))
        })?;
        let lines = child.stdout.take().map(follow);
        let program = Self { child, grouped: command.grouped, url: String::new() };
        #[cfg(unix)]
        if command.grouped {
            groups().insert(program.child.id());
        }
        let lines = lines.ok_or_else(|| cannot("it has no standard output".into()))?;
        let ready = wait_ready(&lines);
        Ok((program, ready))
    }

    /// Why the program is not ready: it has ended, or it runs and does not say so.
    fn not_ready(&mut self, silence: Silence) -> NotKept {
        let expected = "a line `listening on http://127.0.0.1:PORT` on standard output";
        if !silence.has_ended {
            let came = format!("{}nothing more in 30 s", silence.printed);
            let meaning = "the program runs, but prints another line, or prints it into a buffer \
                 that needs a flush";
            return Failure::outside(expected, came, meaning);
        }
        let status = self.wait_end(Duration::from_secs(2));
        let came = match status {
            Some(status) => format!("{}the end of the program ({status})", silence.printed),
            None => format!("{}the end of its output", silence.printed),
        };
        let meaning = if status.is_some_and(|status| status.success()) {
            "main returned instead of serving: nothing keeps the program running"
        } else {
            "the program panicked or stopped with an error: its log says where and why"
        };
        Failure::outside(expected, came, meaning)
    }

    /// Asks it to end, with SIGTERM, and waits. Windows has no such signal: there it is killed.
    pub fn stop(mut self) -> Result<(), NotKept> {
        let expected = "exit code 0 within 15 s of SIGTERM";
        let meaning = "SIGTERM is not handled: finish the open requests, then return from main";
        match self.end() {
            Some(status) if status.success() || cfg!(windows) => Ok(()),
            Some(status) => Err(Failure::outside(expected, status.to_string(), meaning)),
            None => Err(Failure::outside(expected, "it still ran".into(), meaning)),
        }
    }

    /// Asks it to end, with SIGTERM, and doesn't wait. Windows has no such signal: there nothing happens.
    pub fn ask_to_stop(&self) {
        #[cfg(unix)]
        self.signal_end();
    }

    /// Kills it, as `kill -9` does.
    pub fn kill(self) -> Result<(), NotKept> {
        drop(self);
        Ok(())
    }

    fn end(&mut self) -> Option<ExitStatus> {
        self.signal_end();
        self.wait_end(STOP_WITHIN)
    }

    fn wait_end(&mut self, within: Duration) -> Option<ExitStatus> {
        let began = Instant::now();
        while began.elapsed() < within {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            thread::sleep(Duration::from_millis(5));
        }
        None
    }

    #[cfg(unix)]
    fn signal_end(&self) {
        self.send(nix::sys::signal::Signal::SIGTERM);
    }

    #[cfg(windows)]
    fn signal_end(&mut self) {
        let _ = self.child.kill();
    }

    #[cfg(unix)]
    fn send(&self, signal: nix::sys::signal::Signal) {
        use nix::{sys::signal, unistd::Pid};
        let id = Pid::from_raw(self.child.id().cast_signed());
        let sent = if self.grouped { signal::killpg(id, signal) } else { signal::kill(id, signal) };
        // An error means that the program has ended already.
        sent.ok();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        #[cfg(unix)]
        if self.grouped {
            self.send(nix::sys::signal::Signal::SIGKILL);
            groups().remove(&self.child.id());
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The programs that have their own process groups: Ctrl-C at a terminal does not reach them.
#[cfg(unix)]
fn groups() -> std::sync::MutexGuard<'static, std::collections::BTreeSet<u32>> {
    static GROUPS: std::sync::Mutex<std::collections::BTreeSet<u32>> =
        std::sync::Mutex::new(std::collections::BTreeSet::new());
    GROUPS.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Kills every program that has its own process group, before this process ends.
pub fn kill_groups() {
    #[cfg(unix)]
    for id in groups().iter() {
        use nix::{sys::signal, unistd::Pid};
        let _ = signal::killpg(Pid::from_raw(id.cast_signed()), signal::Signal::SIGKILL);
    }
}

/// Reads standard output to its end, so that a full pipe never stops the program.
fn follow(output: impl std::io::Read + Send + 'static) -> Receiver<String> {
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    lines
}

/// What a program did instead of saying that it is ready.
struct Silence {
    /// The lines that it printed, in words.
    printed: String,
    /// Whether its output has ended.
    has_ended: bool,
}

fn wait_ready(lines: &Receiver<String>) -> Result<String, Silence> {
    let deadline = Instant::now() + START_WITHIN;
    let mut printed = String::new();
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        match lines.recv_timeout(left) {
            Ok(line) => match line.strip_prefix(READY) {
                Some(url) => return Ok(url.trim().trim_end_matches('/').to_owned()),
                None => printed.push_str(&format!("`{line}`, then ")),
            },
            Err(error) => {
                let has_ended = error == mpsc::RecvTimeoutError::Disconnected;
                return Err(Silence { printed, has_ended });
            }
        }
    }
}
