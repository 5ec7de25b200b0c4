//! The system calls of a program, as `strace` writes them down.

use std::collections::HashMap;

/// A system call. Its places are line numbers of the trace, so they say what came first.
#[derive(Debug)]
pub struct Call {
    pub name: String,
    /// The file or the connection that it is about.
    pub file: String,
    /// What it wrote.
    pub octets: Vec<u8>,
    pub began: usize,
    /// `usize::MAX` if the trace ends before it returned.
    pub returned: usize,
    pub is_ok: bool,
}

/// Reads the lines of `strace -f -yy -xx`. A call of one thread may be interrupted by that of another:
/// `fsync(3<FILE> <unfinished ...>` and later, in a line of the same thread, `<... fsync resumed>) = 0`.
pub fn calls(trace: &str) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    let mut unfinished: HashMap<&str, usize> = HashMap::new();
    for (place, line) in trace.lines().enumerate() {
        let Some((thread, call)) = line.split_once(' ') else { continue };
        let call = call.trim_start();
        let is_ok = call.rsplit_once(" = ").is_some_and(|(_, result)| !result.starts_with('-'));
        if call.starts_with("<... ") {
            if let Some(begun) = unfinished.remove(thread) {
                calls[begun].returned = place;
                calls[begun].is_ok = is_ok;
            }
            continue;
        }
        let Some((name, arguments)) = call.split_once('(') else { continue };
        let is_unfinished = call.ends_with("<unfinished ...>");
        if is_unfinished {
            unfinished.insert(thread, calls.len());
        }
        calls.push(Call {
            name: name.to_owned(),
            file: file(arguments),
            octets: arguments.split('"').skip(1).step_by(2).flat_map(octets).collect(),
            began: place,
            returned: if is_unfinished { usize::MAX } else { place },
            is_ok,
        });
    }
    calls
}

/// The text between the first `<` and the `>` that ends it: a path in hexadecimal octets, or a
/// connection such as `TCP:[127.0.0.1:6543->127.0.0.1:50000]`.
fn file(arguments: &str) -> String {
    let Some((_, file)) = arguments.split_once('<') else { return String::new() };
    let end = file.find(">,").or_else(|| file.find(">)")).or_else(|| file.find("> <"));
    let file = &file[..end.unwrap_or(file.len())];
    if file.starts_with("\\x") {
        return String::from_utf8_lossy(&octets(file)).into_owned();
    }
    file.to_owned()
}

/// Octets that are written as `\x48\x54`.
fn octets(text: &str) -> Vec<u8> {
    let numbers = text.split("\\x").skip(1);
    numbers.filter_map(|number| u8::from_str_radix(number, 16).ok()).collect()
}

#[test]
fn interrupted_call_is_put_together() {
    let trace = r#"11 fsync(3<\x2f\x61> <unfinished ...>
12 writev(4<TCP:[127.0.0.1:1->127.0.0.1:2]>, [{iov_base="\x48\x54", iov_len=2}, {iov_base="\x0a", iov_len=1}], 2) = 3
11 <... fsync resumed>)              = 0
11 fsync(3<\x2f\x61>) = -1 EIO (Input/output error)"#;
    let calls = calls(trace);
    assert_eq!((calls[0].file.as_str(), calls[0].began, calls[0].returned), ("/a", 0, 2));
    assert_eq!(calls[1].file, "TCP:[127.0.0.1:1->127.0.0.1:2]");
    assert_eq!(calls[1].octets, b"HT\n");
    assert!(calls[0].is_ok && calls[1].is_ok && !calls[2].is_ok);
}
