use serde_json::Value;
use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Real Pyramid, in a separate process, that answers one question a line.
pub struct Oracle {
    child: Child,
    questions: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Oracle {
    pub fn start() -> Self {
        let python = std::env::var_os("PYRAMID_PYTHON").unwrap_or_else(|| {
            panic!("PYRAMID_PYTHON must name a Python that has Pyramid: run `just test-pyramid`")
        });
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pyramid/oracle.py");
        let mut child = Command::new(&python)
            .args(["-W", "ignore"])
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("PYRAMID_PYTHON={python:?} does not start: {error}"));
        let questions = child.stdin.take().unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, questions, answers }
    }

    pub fn ask(&mut self, question: &Value) -> Value {
        writeln!(self.questions, "{question}").unwrap();
        let answer = self.answers.next().expect("Pyramid has no answer: see its error above");
        serde_json::from_str(&answer.unwrap()).unwrap()
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
