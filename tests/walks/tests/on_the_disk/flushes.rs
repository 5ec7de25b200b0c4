//! Whether an answer waits for the disk: which write to the log it is about, and whether that was
//! flushed before the answer.

use crate::trace::Call;

/// The header of a frame of the log (<https://sqlite.org/walformat.html>): a frame is a header and a
/// page, and SQLite writes the two with a call each.
const FRAME_HEADER: usize = 24;

/// A row of the table keeps its columns together. The data comes this soon after the key.
const ROW: usize = 120;

/// What is in the log when a count was saved: the session's key, and soon after it the count.
pub struct Saved {
    pub key: Vec<u8>,
    pub count: Vec<u8>,
}

/// The calls of a program that concern an answer.
pub struct Disk<'a> {
    log: Vec<&'a Call>,
    flushes: Vec<&'a Call>,
    sent: Vec<&'a Call>,
}

impl<'a> Disk<'a> {
    pub fn new(calls: &'a [Call]) -> Self {
        let of_log = || calls.iter().filter(|call| call.file.ends_with("sessions.sqlite-wal"));
        let is_flush = |call: &&Call| call.name == "fsync" || call.name == "fdatasync";
        Self {
            log: of_log().filter(|call| call.name == "pwrite64").collect(),
            flushes: of_log().filter(|call| is_flush(call) && call.is_ok).collect(),
            sent: calls.iter().filter(|call| call.octets.starts_with(b"HTTP/1.1 ")).collect(),
        }
    }

    /// The answers that went to a port of a visitor, in their order.
    pub fn answers(&self, port: u16) -> Vec<&'a Call> {
        let end = format!(":{port}]");
        self.sent.iter().copied().filter(|call| call.file.ends_with(&end)).collect()
    }

    pub fn number_of_flushes(&self) -> usize {
        self.flushes.len()
    }

    /// The answer to a request that saved this count was sent after a flush of its transaction.
    pub fn is_flushed(&self, saved: &Saved, answer: &Call) -> Result<(), String> {
        let Some(page) = self.log.iter().position(|call| saved.is_in(&call.octets)) else {
            return Err("what was shown was never written to the log".to_owned());
        };
        self.is_flushed_from(page, answer)
    }

    /// The answer to a request that was alone was sent after a flush of what was written since the
    /// answer before it.
    pub fn is_flushed_since(&self, before: &Call, answer: &Call) -> Result<(), String> {
        let is_between = |call: &Call| call.began > before.began && call.began < answer.began;
        let last = self.log.iter().rposition(|call| is_between(call));
        let last = last.ok_or("nothing was written to the log before the answer")?;
        self.is_flushed_from(last, answer)
    }

    /// A transaction is in the log when its last frame is: the one whose header has the number of
    /// pages in the fifth to eighth octet.
    fn is_flushed_from(&self, page: usize, answer: &Call) -> Result<(), String> {
        let is_last =
            |call: &&&Call| call.octets.len() == FRAME_HEADER && call.octets[4..8] != [0; 4];
        let mut headers = self.log.iter().enumerate().skip(page.saturating_sub(1));
        let header = headers.find(|(_, call)| is_last(call));
        let last = header.and_then(|(place, _)| self.log.get(place + 1));
        let last = last.ok_or("the transaction was never committed to the log")?;
        if last.began > answer.began {
            return Err("the answer was sent before the transaction was in the log".to_owned());
        }
        // A checkpoint flushes the log too. It may have begun first and take longer.
        let is_between =
            |flush: &&Call| flush.began > last.returned && flush.returned < answer.began;
        if self.flushes.iter().any(is_between) {
            return Ok(());
        }
        Err("the answer was sent before the log was flushed".to_owned())
    }
}

impl Saved {
    fn is_in(&self, page: &[u8]) -> bool {
        let keys = page.windows(self.key.len()).enumerate();
        keys.filter(|(_, part)| *part == self.key).any(|(place, _)| {
            let row = &page[place..page.len().min(place + ROW)];
            let mut after = row.windows(self.count.len() + 1);
            // With another digit it would be another count.
            after.any(|part| {
                part.starts_with(&self.count) && !part[self.count.len()].is_ascii_digit()
            })
        })
    }
}

/// A trace of a transaction, of an answer to port 2, and of flushes in two threads.
#[test]
fn flush_counts_even_if_a_checkpoint_has_begun_another_before() {
    let log = format!("3<{}>", hex("/sessions.sqlite-wal"));
    let header = format!("11 pwrite64({log}, \"{}\", 24, 0) = 24", "\\x01".repeat(FRAME_HEADER));
    let page = format!("11 pwrite64({log}, \"{}\", 4096, 24) = 4096", hex("key count:1 "));
    let answer =
        format!("13 writev(4<TCP:[127.0.0.1:1->127.0.0.1:2]>, \"{}\", 1) = 9", hex("HTTP/1.1 "));
    let checkpoint = format!("12 fdatasync({log} <unfinished ...>");
    let ends = "12 <... fdatasync resumed>) = 0";
    let commit = format!("11 fdatasync({log}) = 0");
    let saved = Saved { key: b"key".to_vec(), count: b"count:1".to_vec() };
    let is_flushed = |lines: &[&str]| {
        let calls = crate::trace::calls(&lines.join("\n"));
        let disk = Disk::new(&calls);
        disk.is_flushed(&saved, disk.answers(2)[0])
    };
    assert_eq!(is_flushed(&[&header, &page, &checkpoint, &commit, &answer, ends]), Ok(()));
    assert!(is_flushed(&[&header, &page, &checkpoint, &answer, ends, &commit]).is_err());
}

fn hex(text: &str) -> String {
    text.bytes().map(|octet| format!("\\x{octet:02x}")).collect()
}
