//! How a program ends and starts again: stopped or killed, with other variables, or replaced.

use crate::{Event, Failure, NotKept, Outcome, Program, Sandbox, Server};
use std::thread;
use std::time::Duration;

impl Sandbox {
    /// Stops the program and starts it again on the same state, with the same variables.
    pub fn restart(&mut self) -> Outcome {
        self.start_again("stopped and started again", Program::stop)
    }

    /// Kills the program, as `kill -9` does, and starts it again on the same state, with the same
    /// variables.
    pub fn kill_and_restart(&mut self) -> Outcome {
        self.start_again("killed and started again", Program::kill)
    }

    /// Stops the program and starts it again on the same state with these variables in its
    /// environment, such as `[("IDLE_SECONDS", "2")]`, in place of those of an earlier call.
    ///
    /// The recording shows them. Values of variables with `SECRET` in their names are shown as
    /// `[secret 1]` for the first value, `[secret 2]` for the second.
    pub fn restart_with(&mut self, environment: &[(&str, &str)]) -> Outcome {
        self.set_environment(environment);
        self.ask_for(&format!("stopped and started again{}", with(&self.environment)))?;
        if let Some(program) = self.program.take() {
            program.stop()?;
        }
        let shown = self.shown_environment();
        self.note(&format!("the program is stopped and started again{shown}"));
        self.start()
    }

    /// Stops the program and starts it with these variables. It has to end by itself, with another
    /// exit code than 0, and to say why on standard error, with this text. It doesn't run afterwards:
    /// `restart_with` starts it again.
    pub fn refuses_to_start_with(
        &mut self,
        environment: &[(&str, &str)],
        says: &str,
        meaning: &str,
    ) -> Outcome {
        let Server::Program(command) = self.server.clone() else {
            return Err(NotKept::Skipped("the server cannot be started by the tests".to_owned()));
        };
        if let Some(program) = self.program.take() {
            program.stop()?;
        }
        self.set_environment(environment);
        let shown = self.shown_environment();
        self.note(&format!("the program is stopped and started again{shown}"));
        let expected = format!("the program refuses to start and says {says:?}");
        let refused = |came: String| Failure::outside(&expected, came, meaning);
        let log_before = self.log_text().len();
        let state = self.state.path();
        let end = Program::end_of_start(&command, state, self.log_end(), &self.variables())?;
        let log = self.log_text().split_off(log_before);
        match end {
            None => Err(refused("it runs".to_owned())),
            Some(status) if status.success() => Err(refused(format!("it ended ({status})"))),
            Some(_) if log.contains("panicked at") => Err(refused("it panicked".to_owned())),
            Some(_) if !log.contains(says) => {
                Err(refused(format!("it says {:?}", log.lines().last().unwrap_or_default())))
            }
            Some(_) => {
                self.note("it refuses to start");
                Ok(())
            }
        }
    }

    /// Stops the program and starts another in its place, on the same state, with the same variables.
    pub fn replace(&mut self, server: &Server, name: &str) -> Outcome {
        if let Some(program) = self.program.take() {
            program.stop()?;
        }
        self.server = server.clone();
        self.note(&format!("the program is stopped, and {name} is started in its place"));
        self.start()
    }

    /// Opens a second sandbox for the same program, with another secret and other sessions, and
    /// without the variables of `restart_with`.
    pub fn elsewhere(&self) -> Result<Self, NotKept> {
        match self.server {
            Server::Program(_) => Self::open(&self.server),
            Server::Running { .. } => {
                Err(NotKept::Skipped("the server cannot be started a second time".to_owned()))
            }
        }
    }

    /// Asks the program to stop, with SIGTERM, and doesn't wait. Visitors may come as long as it answers
    /// them, and [`stop`](Self::stop) waits for its end.
    pub fn ask_to_stop(&mut self) -> Outcome {
        let Some(program) = self.program.as_ref().filter(|_| cfg!(unix)) else {
            return Err(NotKept::Skipped("the server cannot be asked to stop".to_owned()));
        };
        program.ask_to_stop();
        self.note("the program is asked to stop");
        Ok(())
    }

    /// Stops the program, and the second one if there is one. Nothing runs until it is restarted.
    pub fn stop(&mut self) -> Outcome {
        self.ask_for("stopped")?;
        for program in [self.program.take(), self.second.take()].into_iter().flatten() {
            program.stop()?;
        }
        self.note("the program is stopped");
        Ok(())
    }

    /// Starts the program a second time, on the same state and with the same variables. Visitors go to
    /// the first one until `switch_servers`, and [`visit_at_once`](Self::visit_at_once) spreads them
    /// over both.
    pub fn start_second(&mut self) -> Outcome {
        let Server::Program(command) = &self.server else {
            return Err(NotKept::Skipped("the server cannot be started a second time".to_owned()));
        };
        let state = self.state.path();
        let second = Program::start_with(command, state, self.log_end(), &self.variables())
            .map_err(|not_kept| self.with_log(not_kept))?;
        self.second = Some(second);
        self.note("a second program is started on the same state");
        Ok(())
    }

    /// From now on visitors go to the other one of the two programs.
    pub fn switch_servers(&mut self) {
        std::mem::swap(&mut self.program, &mut self.second);
        if let Some(program) = &self.program {
            self.url.clone_from(&program.url);
        }
        self.note("from now on the other program answers");
    }

    /// Lets time pass. A program's clock can't be set from outside, so the walk waits.
    pub fn wait(&mut self, time: Duration) {
        thread::sleep(time);
        match time.as_secs_f64() {
            1.0 => self.note("1 second passes"),
            seconds => self.note(&format!("{seconds} seconds pass")),
        }
    }

    fn start_again(&mut self, how: &str, end: fn(Program) -> Outcome) -> Outcome {
        self.ask_for(how)?;
        if let Some(program) = self.program.take() {
            end(program)?;
        }
        self.note(&format!("the program is {how}"));
        self.start()
    }

    /// Asks the person who runs the server, if it is not the sandbox that does.
    fn ask_for(&self, how: &str) -> Outcome {
        if let Server::Running { ask, .. } = self.server
            && !ask(how)
        {
            return Err(NotKept::Skipped(format!("the server was not {how}")));
        }
        Ok(())
    }

    fn set_environment(&mut self, environment: &[(&str, &str)]) {
        let owned = environment.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        self.environment = owned.collect();
    }

    /// The variables as the recording shows them.
    fn shown_environment(&mut self) -> String {
        let aliases = &mut self.aliases;
        let variables = self.environment.iter();
        let shown =
            variables.map(|(name, value)| (name.clone(), aliases.redact_value(name, value)));
        with(&shown.collect::<Vec<_>>())
    }

    pub(super) fn note(&mut self, note: &str) {
        self.recording.events.push(Event::Note(note.to_owned()));
    }
}

/// Variables in words, such as ` with IDLE_SECONDS=2`.
fn with(environment: &[(String, String)]) -> String {
    if environment.is_empty() {
        return String::new();
    }
    let variables = environment.iter().map(|(name, value)| format!("{name}={value}"));
    format!(" with {}", variables.collect::<Vec<_>>().join(" and "))
}
