//! What the cookie of an id says to a browser.

use super::{NEW_EACH_TIME, cookie_of, visit_with};
use harness::{Answer, Failure, NotKept, Outcome, Sandbox};

const UNENCRYPTED: &str = "an unencrypted connection carries the id, and anyone on the way can read it: set Secure, and a name with __Host- or __Secure-";
const ANY_HOST: &str = "another host of the domain can set this cookie, or gets it: the name has to begin with __Host-, and the cookie needs Secure, Path=/ and no Domain";

fn first_visit(sandbox: &mut Sandbox) -> Result<Answer, NotKept> {
    let visitor = sandbox.visitor()?;
    sandbox.get(visitor, "/")
}

fn begins_with(answer: &Answer, prefixes: &[&str], meaning: &str) -> Outcome {
    let pair = answer.cookie_pair(NEW_EACH_TIME)?;
    if prefixes.iter().any(|prefix| pair.starts_with(prefix)) {
        return Ok(());
    }
    let name = pair.split('=').next().unwrap_or_default().to_owned();
    Err(answer.broken(&format!("a name with {}", prefixes.join(" or ")), name, meaning))
}

pub(super) fn secure(sandbox: &mut Sandbox) -> Outcome {
    let answer = first_visit(sandbox)?;
    answer.cookie_has(&["Secure"], UNENCRYPTED)?;
    begins_with(&answer, &["__Host-", "__Secure-"], UNENCRYPTED)
}

pub(super) fn host(sandbox: &mut Sandbox) -> Outcome {
    let answer = first_visit(sandbox)?;
    begins_with(&answer, &["__Host-"], ANY_HOST)?;
    answer.cookie_has(&["Secure", "Path=/"], ANY_HOST)?;
    answer.cookie_has_no("Domain", ANY_HOST)
}

pub(super) fn same_site(sandbox: &mut Sandbox) -> Outcome {
    let meaning = "each browser has its own idea of what a missing SameSite means: say Lax or Strict, because other sites' forms shall not carry the id";
    let answer = first_visit(sandbox)?;
    let lax = answer.cookie_has(&["SameSite=Lax"], meaning);
    lax.or_else(|_| answer.cookie_has(&["SameSite=Strict"], meaning))
}

pub(super) fn scripts(sandbox: &mut Sandbox) -> Outcome {
    let answer = first_visit(sandbox)?;
    let meaning = "a script in the page can send the id elsewhere: set HttpOnly, and don't write the id into a page";
    answer.cookie_has(&["HttpOnly"], meaning)?;
    if answer.body.contains(answer.cookie_value(NEW_EACH_TIME)?) {
        return Err(answer.broken("a page without the id", "one with it".to_owned(), meaning));
    }
    Ok(())
}

pub(super) fn no_domain(sandbox: &mut Sandbox) -> Outcome {
    first_visit(sandbox)?.cookie_has_no("Domain", "every host of the domain gets the id")
}

pub(super) fn one_line(sandbox: &mut Sandbox) -> Outcome {
    let meaning =
        "the answer sets the cookie twice, and which of the two counts is up to the browser";
    first_visit(sandbox)?.only_cookie(meaning)?;
    let visitor = sandbox.visitor()?;
    sandbox.get(visitor, "/howdy")?.only_cookie(meaning)?;
    Ok(())
}

/// What RFC 6265 section 4.1.1 allows in a cookie's value.
fn is_cookie_octet(octet: u8) -> bool {
    matches!(octet, 0x21 | 0x23..=0x2B | 0x2D..=0x3A | 0x3C..=0x5B | 0x5D..=0x7E)
}

pub(super) fn well_formed(sandbox: &mut Sandbox) -> Outcome {
    let answer = first_visit(sandbox)?;
    let meaning =
        "browsers and proxies read such a cookie in different ways (RFC 6265bis section 4.1.1)";
    let value = answer.cookie_value(NEW_EACH_TIME)?;
    if value.is_empty() || !value.bytes().all(is_cookie_octet) {
        let came = "a value with others".to_owned();
        return Err(answer.broken("a value of the octets that the RFC allows", came, meaning));
    }
    let attributes = answer.only_cookie(meaning)?.split("; ").skip(1);
    let mut names: Vec<String> = attributes
        .map(|attribute| attribute.split('=').next().unwrap_or_default().to_ascii_lowercase())
        .collect();
    names.sort_unstable();
    if names.windows(2).any(|pair| pair[0] == pair[1]) {
        let came = "one that comes twice".to_owned();
        return Err(answer.broken("each attribute once", came, meaning));
    }
    Ok(())
}

pub(super) fn not_folded(sandbox: &mut Sandbox) -> Outcome {
    let answer = first_visit(sandbox)?;
    let meaning = "two cookies in one Set-Cookie line are one cookie with a strange value: give each its own line";
    if answer.only_cookie(meaning)?.replace("Expires=Sun,", "").contains(", ") {
        return Err(answer.broken("one cookie in the line", "a comma".to_owned(), meaning));
    }
    Ok(())
}

/// Each cookie in which the id may come: of a new visitor, in place of a bad one, on another path.
pub(super) fn each(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    let own = cookie_of(sandbox, visitor)?;
    let name = own.split('=').next().unwrap_or_default();
    let bad = format!("{name}=x");
    let instead = visit_with(sandbox, &bad, &bad)?;
    let newcomer = sandbox.visitor()?;
    let elsewhere = sandbox.get(newcomer, "/howdy")?;
    for answer in [instead, elsewhere] {
        begins_with(&answer, &["__Host-"], ANY_HOST)?;
        answer.cookie_has(&["Secure", "Path=/"], ANY_HOST)?;
    }
    Ok(())
}

/// Servers refuse a long `Cookie` header, and nobody can visit them any more. 8192 is a usual limit.
pub(super) fn small(sandbox: &mut Sandbox) -> Outcome {
    let visitor = sandbox.visitor()?;
    cookie_of(sandbox, visitor)?;
    let size = |sandbox: &Sandbox| sandbox.cookie_header(visitor).unwrap_or_default().len();
    let first = size(sandbox);
    for count in 2..12 {
        sandbox.get(visitor, "/")?.shows_count(count, NEW_EACH_TIME)?;
    }
    let last = size(sandbox);
    if last == first && last < 8192 {
        return Ok(());
    }
    let meaning =
        "what is in the session is in the cookie, so that it grows until servers refuse it";
    Err(Failure::outside(
        "a cookie that stays as small as it was",
        format!("{last} octets"),
        meaning,
    ))
}
