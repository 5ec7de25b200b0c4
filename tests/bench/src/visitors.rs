//! Visitors: each has a session, and sends its cookie.

use crate::Error;
use crate::clients::Connection;
use crate::contenders::Contender;
use std::net::SocketAddr;

/// What a visitor without a session sends, so that all requests have a cookie of about the same length.
const NO_SESSION: &str = "__Host-id=AAAAAAAAAAAAAAAAAAAAAA";

pub struct Visitor {
    pub request: String,
    /// The octets of name and value.
    pub cookie_len: usize,
    /// What the last page showed.
    pub count: u64,
}

impl Visitor {
    pub fn new(contender: &Contender, cookie: &str, count: u64) -> Self {
        let path = contender.path;
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\ncookie: {cookie}\r\n\r\n");
        Self { request, cookie_len: cookie.len(), count }
    }
}

/// Lets visitors come for the first time, one after the other.
pub fn arrive(
    contender: &Contender,
    address: SocketAddr,
    visitors: usize,
) -> Result<Vec<Visitor>, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut connection = Connection::open(address).await?;
        let mut all = Vec::new();
        for _ in 0..visitors {
            let (count, head) =
                connection.visit("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await?;
            let cookie = set_cookie(head).unwrap_or(NO_SESSION);
            all.push(Visitor::new(contender, cookie, count));
        }
        Ok(all)
    })
}

/// Name and value of the cookie that a response sets.
pub fn set_cookie(response: &[u8]) -> Option<&str> {
    let lines = str::from_utf8(response).ok()?.lines();
    let mut headers = lines.filter_map(|line| line.split_once(": "));
    let (_, cookie) = headers.find(|(name, _)| name.eq_ignore_ascii_case("set-cookie"))?;
    cookie.split(';').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookie_that_a_response_sets_is_found() {
        let response = b"HTTP/1.1 200 OK\r\nVary: Cookie\r\nSet-Cookie: id=x; Path=/\r\n\r\n<p>";
        assert_eq!(set_cookie(response), Some("id=x"));
        assert_eq!(set_cookie(b"HTTP/1.1 200 OK\r\n\r\n"), None);
    }
}
