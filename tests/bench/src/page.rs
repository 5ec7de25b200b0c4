//! The page that all contenders serve, octet for octet.

use axum::response::Html;

/// Where a page ends, and nothing else in it does.
pub const END: &[u8] = b"</p>\n</body>\n</html>\n";

pub fn counted(count: u64) -> Html<String> {
    Html(format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n    <title>Quick Tutorial: Home View</title>\n\
         </head>\n<body>\n<h1>Hi Home View</h1>\n<p>Count: {count}</p>\n</body>\n</html>\n"
    ))
}

/// The count that a page shows.
pub fn count(page: &[u8]) -> Option<u64> {
    let before = page.strip_suffix(END)?;
    let digits = before.rsplit(|octet| *octet == b' ').next()?;
    str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn count_of_a_page_is_found() {
        assert_eq!(count(counted(41).0.as_bytes()), Some(41));
        assert_eq!(count(b"<p>Count: many</p>\n</body>\n</html>\n"), None);
    }
}
