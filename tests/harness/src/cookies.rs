//! What an answer says about cookies.

use crate::{Answer, NotKept, Outcome};
use cookie::time::{Duration, OffsetDateTime};
use cookie::{Cookie, Expiration};

impl Answer {
    /// The answer sets exactly one cookie; its `Set-Cookie` header.
    pub fn only_cookie(&self, meaning: &str) -> Result<&str, NotKept> {
        match self.set_cookies.as_slice() {
            [only] => Ok(only),
            several => {
                let came = format!("{} Set-Cookie headers", several.len());
                Err(self.broken("one Set-Cookie header", came, meaning))
            }
        }
    }

    /// The answer sets exactly one cookie; its `NAME=VALUE`, as a browser sends it back.
    pub fn cookie_pair(&self, meaning: &str) -> Result<&str, NotKept> {
        let header = self.only_cookie(meaning)?;
        Ok(header.split_once(';').map_or(header, |(pair, _)| pair).trim())
    }

    /// The answer sets exactly one cookie; its value.
    pub fn cookie_value(&self, meaning: &str) -> Result<&str, NotKept> {
        let pair = self.cookie_pair(meaning)?;
        Ok(pair.split_once('=').map_or("", |(_, value)| value))
    }

    /// The answer sets exactly one cookie, which has each of these attributes, such as `HttpOnly`,
    /// `Path=/` or `Max-Age=1200`, in any order and case.
    pub fn cookie_has(&self, attributes: &[&str], meaning: &str) -> Outcome {
        let header = self.only_cookie(meaning)?;
        for wanted in attributes {
            if !cookie_attributes(header).any(|attribute| attribute.eq_ignore_ascii_case(wanted)) {
                let expected = format!("a cookie with {wanted}");
                return Err(self.broken(&expected, self.recorded_cookie(), meaning));
            }
        }
        Ok(())
    }

    /// The answer sets exactly one cookie, which has no attribute of this name, such as `Domain` or
    /// `Max-Age`.
    pub fn cookie_has_no(&self, name: &str, meaning: &str) -> Outcome {
        let header = self.only_cookie(meaning)?;
        let mut names = cookie_attributes(header)
            .map(|attribute| attribute.split_once('=').map_or(attribute, |(name, _)| name));
        if names.any(|found| found.eq_ignore_ascii_case(name)) {
            let expected = format!("a cookie without {name}");
            return Err(self.broken(&expected, self.recorded_cookie(), meaning));
        }
        Ok(())
    }

    /// The answer removes exactly one cookie: its `Max-Age` is 0 or less, or without one, `Expires`
    /// is in the past (RFC 6265bis section 5.7).
    pub fn removes_cookie(&self, meaning: &str) -> Outcome {
        let header = self.only_cookie(meaning)?;
        if is_removal(header) {
            return Ok(());
        }
        Err(self.broken("a cookie that is removed", self.recorded_cookie(), meaning))
    }

    /// The answer sets no cookie.
    pub fn sets_no_cookie(&self, meaning: &str) -> Outcome {
        match self.recorded_cookies().next() {
            None => Ok(()),
            Some(line) => Err(self.broken("no Set-Cookie header", line.to_owned(), meaning)),
        }
    }

    /// The `Set-Cookie` headers as they were recorded, so that a report is the same in each run.
    fn recorded_cookies(&self) -> impl Iterator<Item = &str> {
        let headers = self.exchange.answer.lines().take_while(|line| !line.is_empty());
        headers.filter(|line| line.starts_with("set-cookie: "))
    }

    fn recorded_cookie(&self) -> String {
        self.recorded_cookies().next().unwrap_or_default().to_owned()
    }
}

fn cookie_attributes(header: &str) -> impl Iterator<Item = &str> {
    header.split(';').skip(1).map(str::trim)
}

fn is_removal(header: &str) -> bool {
    let Ok(cookie) = Cookie::parse(header) else { return false };
    match (cookie.max_age(), cookie.expires()) {
        (Some(max_age), _) => max_age <= Duration::ZERO,
        (None, Some(Expiration::DateTime(date))) => date <= OffsetDateTime::now_utc(),
        (None, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Exchange;

    fn answer(headers: &[&str]) -> Answer {
        let lines: Vec<_> = headers.iter().map(|header| format!("set-cookie: {header}")).collect();
        let exchange = Exchange {
            visitor: "visitor 1".into(),
            request: "GET / HTTP/1.1".into(),
            answer: format!("HTTP/1.1 200 OK\n{}\n\nset-cookie: in the page", lines.join("\n")),
        };
        Answer {
            exchange,
            status: 200,
            set_cookies: headers.iter().map(|header| (*header).to_owned()).collect(),
            location: None,
            body: String::new(),
        }
    }

    const SESSION: &str = "__Host-session=abc=; HttpOnly; SameSite=Lax; Secure; Path=/";

    #[test]
    fn cookie_is_read_from_the_only_header() {
        let answer = answer(&[SESSION]);
        assert_eq!(answer.cookie_pair("").unwrap(), "__Host-session=abc=");
        assert_eq!(answer.cookie_value("").unwrap(), "abc=");
        assert!(self::answer(&[]).cookie_pair("").is_err());
        assert!(self::answer(&[SESSION, "other=1"]).cookie_value("").is_err());
    }

    #[test]
    fn attributes_are_compared_whole_and_in_any_case() {
        let answer = answer(&[SESSION]);
        assert!(answer.cookie_has(&["httponly", "samesite=lax", "Path=/", "Secure"], "").is_ok());
        assert!(answer.cookie_has(&["HttpOnly", "SameSite=Strict"], "").is_err());
        assert!(answer.cookie_has(&["Path"], "").is_err());
        assert!(answer.cookie_has_no("Domain", "").is_ok());
        assert!(answer.cookie_has_no("path", "").is_err());
    }

    #[test]
    fn only_a_date_that_has_passed_removes_a_cookie() {
        let past = "Expires=Thu, 01 Jan 1970 00:00:00 GMT";
        assert!(answer(&["id=; Max-Age=0; Path=/"]).removes_cookie("").is_ok());
        assert!(answer(&[&format!("id=; Path=/; {past}")]).removes_cookie("").is_ok());
        assert!(answer(&[&format!("id=; Max-Age=5; {past}")]).removes_cookie("").is_err());
        assert!(answer(&["id=; Path=/"]).removes_cookie("").is_err());
        assert!(answer(&[]).removes_cookie("").is_err());
    }

    #[test]
    fn page_that_mentions_a_cookie_sets_none() {
        assert!(answer(&[]).sets_no_cookie("").is_ok());
        assert!(answer(&["id=1"]).sets_no_cookie("").is_err());
    }
}
