//! A visitor without a browser, for tests that send more than browsers can.

use cookie::Cookie;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// A program that has not answered by then is stuck.
const STUCK_AFTER: Duration = Duration::from_secs(30);

/// A connection that stays open, and the cookie that is sent over it. Sending doesn't wait for an
/// answer, so one thread can have many requests under way.
pub struct Connection {
    stream: BufReader<TcpStream>,
    /// The `NAME=VALUE` that goes with each request. An answer that sets a cookie replaces it.
    pub cookie: Option<String>,
    is_head: bool,
}

/// What a test wants to know of an answer.
#[derive(Debug)]
pub struct ShortAnswer {
    /// The status, such as 200.
    pub status: u16,
    /// The `NAME=VALUE` of its cookie, if it sets one and doesn't remove it.
    pub set_cookie: Option<String>,
    /// Whether it says when to try again.
    pub has_retry_after: bool,
    /// The number that the page shows as `Count: N`.
    pub count: Option<u64>,
    /// The node that the page shows as `Answered by NODE`.
    pub node: Option<String>,
}

impl Connection {
    /// Connects to a program, such as `http://127.0.0.1:6543`. The error is the system's.
    pub fn open(url: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(url.trim_start_matches("http://"))?;
        stream.set_read_timeout(Some(STUCK_AFTER))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream), cookie: None, is_head: false })
    }

    /// The port of this end of the connection.
    pub fn port(&self) -> io::Result<u16> {
        Ok(self.stream.get_ref().local_addr()?.port())
    }

    /// Sends a request, such as `GET /howdy`. It is an error if the program has closed the connection.
    pub fn send(&mut self, line: &str) -> io::Result<()> {
        let mut request = format!("{line} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 0\r\n");
        if let Some(cookie) = &self.cookie {
            request.push_str(&format!("cookie: {cookie}\r\n"));
        }
        request.push_str("\r\n");
        self.is_head = line.starts_with("HEAD ");
        self.stream.get_mut().write_all(request.as_bytes())
    }

    /// Waits for the answer to what was sent. It is an error if the connection ends before the
    /// answer does, or if no answer comes within 30 s.
    pub fn receive(&mut self) -> io::Result<ShortAnswer> {
        let status = self.line()?.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.ok_or_else(|| broken("an answer without a status"))?;
        let mut answer = ShortAnswer {
            status,
            set_cookie: None,
            has_retry_after: false,
            count: None,
            node: None,
        };
        let mut length = 0;
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(": ") else { break };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse().map_err(io::Error::other)?,
                "retry-after" => answer.has_retry_after = true,
                "set-cookie" => {
                    answer.set_cookie = pair(value);
                    self.cookie.clone_from(&answer.set_cookie);
                }
                _ => {}
            }
        }
        let mut body = vec![0; if self.is_head { 0 } else { length }];
        self.stream.read_exact(&mut body)?;
        let page = String::from_utf8_lossy(&body);
        answer.count = shown(&page, "Count: ").and_then(|count| count.parse().ok());
        answer.node = shown(&page, "Answered by ").map(str::to_owned);
        Ok(answer)
    }

    /// Sends a request and waits for the answer. The errors are those of both.
    pub fn visit(&mut self, line: &str) -> io::Result<ShortAnswer> {
        self.send(line)?;
        self.receive()
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        match self.stream.read_line(&mut line) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                return Err(broken("no answer came within 30 s"));
            }
            result => result?,
        };
        let whole = line.strip_suffix("\r\n").map(str::to_owned);
        whole.ok_or_else(|| broken("the connection ended before the answer"))
    }
}

fn broken(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, what)
}

/// The `NAME=VALUE` of a `Set-Cookie` header, or `None` if it removes the cookie.
fn pair(header: &str) -> Option<String> {
    let cookie = Cookie::parse(header).ok()?;
    (!cookie.value().is_empty()).then(|| format!("{}={}", cookie.name(), cookie.value()))
}

/// What a page shows after a text, up to the next tag.
fn shown<'a>(page: &'a str, text: &str) -> Option<&'a str> {
    let (_, after) = page.split_once(text)?;
    after.split('<').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removed_cookie_is_not_kept() {
        assert_eq!(pair("id=1; Path=/; Secure").as_deref(), Some("id=1"));
        assert_eq!(pair("id=; Max-Age=0; Path=/"), None);
    }

    #[test]
    fn text_is_shown_up_to_the_next_tag() {
        assert_eq!(shown("<p>Count: 12</p>", "Count: "), Some("12"));
        assert_eq!(shown("<p>No count here</p>", "Count: "), None);
    }
}
