use crate::deadline;
use crate::store::StoreError;
use rusqlite::{Connection, ErrorCode};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::Instant;

/// How long the writer waits for a lock until it looks for jobs whose time is over.
const LOCK_WAIT: Duration = Duration::from_millis(50);

/// Writes to a file in a thread. What waits when a transaction begins goes into it, so all of it
/// shares one flush of the disk.
pub struct Writer(Sender<Job>);

struct Job {
    deadline: Instant,
    run: Box<Work>,
}

/// Works in the transaction. With the error it works nowhere, and only passes it on.
type Work = dyn FnOnce(Result<&Connection, StoreError>) -> Done + Send;

struct Done {
    is_ok: bool,
    /// Tells the request. The error is that of the commit.
    reply: Box<dyn FnOnce(Result<(), StoreError>)>,
}
impl Writer {
    /// Starts the thread. After each transaction it calls `committed`.
    pub fn start(connection: Connection, committed: impl Fn() + Send + 'static) -> Self {
        let (jobs, waiting) = channel();
        std::thread::spawn(move || write_all(&connection, &waiting, committed));
        Self(jobs)
    }

    /// Does work in a transaction. It is on the disk when this returns.
    pub async fn transact<R: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<R, StoreError> + Send + 'static,
    ) -> Result<R, StoreError> {
        let (sender, answer) = oneshot::channel();
        let run = Box::new(move |rows: Result<&Connection, StoreError>| {
            let result = rows.and_then(work);
            let is_ok = result.is_ok();
            let reply = Box::new(move |committed: Result<(), StoreError>| {
                // An error: the request was dropped, so nobody waits for what was done.
                let _ = sender.send(result.and_then(|result| committed.map(|()| result)));
            });
            Done { is_ok, reply }
        });
        let job = Job { deadline: deadline::get(), run };
        self.0.send(job).map_err(|_| StoreError::Ended)?;
        deadline::count(answer).await.map_err(|_| StoreError::Ended)?
    }
}
fn write_all(rows: &Connection, waiting: &Receiver<Job>, committed: impl Fn()) {
    while let Ok(first) = waiting.recv() {
        let batch = begin(rows, vec![first], waiting);
        if !batch.is_empty() {
            write(rows, batch);
            committed();
        }
    }
}
/// Begins a transaction, and returns the jobs for it. Those whose time is over before another program
/// gives back the lock are refused.
fn begin(rows: &Connection, mut batch: Vec<Job>, waiting: &Receiver<Job>) -> Vec<Job> {
    loop {
        batch.extend(waiting.try_iter());
        let now = Instant::now();
        let (late, in_time) = batch.into_iter().partition(|job| job.deadline <= now);
        refuse(late, || StoreError::Late);
        batch = in_time;
        if batch.is_empty() {
            return batch;
        }
        let begun = rows.busy_timeout(LOCK_WAIT);
        match begun.and_then(|()| rows.execute_batch("BEGIN IMMEDIATE")) {
            Ok(()) => return batch,
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {}
            Err(error) => {
                refuse(batch, || StoreError::NotBegun(error.to_string()));
                return Vec::new();
            }
        }
    }
}
fn refuse(jobs: Vec<Job>, why: impl Fn() -> StoreError) {
    for job in jobs {
        ((job.run)(Err(why())).reply)(Ok(()));
    }
}
/// Does the jobs and commits them. An error in one of them is that one's alone.
fn write(rows: &Connection, batch: Vec<Job>) {
    let mut all_done = Vec::new();
    for job in batch {
        all_done.push(run(rows, job));
    }
    let committed = rows.execute_batch("COMMIT");
    if committed.is_err() {
        let _ = rows.execute_batch("ROLLBACK");
    }
    for done in all_done {
        let error = committed.as_ref().err().map(ToString::to_string);
        (done.reply)(error.map_or(Ok(()), |error| Err(StoreError::NotCommitted(error))));
    }
}
/// Does a job as a whole or not at all.
fn run(rows: &Connection, job: Job) -> Done {
    // On a full disk, SQLite rolls everything back. What came after that would be committed by itself.
    if rows.is_autocommit() {
        let why = "the transaction was rolled back before it was this write's turn";
        return (job.run)(Err(StoreError::NotBegun(why.to_owned())));
    }
    let savepoint = rows.execute_batch("SAVEPOINT job").map_err(StoreError::from);
    let done = (job.run)(savepoint.map(|()| rows));
    let end = if done.is_ok { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" };
    // If it fails, there is no transaction any more, and the commit fails as well.
    let _ = rows.execute_batch(end);
    done
}
