//! Which cookie counts, and what the engine's own looks like.

use crate::support::{Log, Site, increment, sent, set_cookie, value};
use axum::http::{HeaderMap, HeaderValue, Method, header::COOKIE};
use store_engine::{Options, SameSite};

/// The count of a request with these `Cookie` lines.
async fn count(site: &Site, lines: &[&str]) -> Option<u64> {
    let mut headers = HeaderMap::new();
    for line in lines {
        headers.append(COOKIE, HeaderValue::from_bytes(line.as_bytes()).unwrap());
    }
    let data = site.engine.open(&Method::GET, &headers).read().await.unwrap();
    data.get("counter").unwrap()
}

#[tokio::test]
async fn req_49_two_session_cookies_are_ignored_with_a_warning_that_names_them() {
    let site = Site::new();
    let [one, other] = [site.counting(1).await, site.counting(2).await];
    let (log, _guard) = Log::start();
    for lines in [vec![format!("{one}; {other}")], vec![format!("{one}; a=b"), one.clone()]] {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        assert_eq!(count(&site, &lines).await, None);
        let logged = log.take();
        assert!(logged.contains("WARN") && logged.contains("cookies named __Host-id"), "{logged}");
    }
    assert!(site.store.calls().is_empty());
    assert_eq!(count(&site, &[&one]).await, Some(1));
    assert_eq!(log.take(), "");
}

#[tokio::test]
async fn req_48_several_cookie_lines_are_read_and_no_other_cookie_hides_ours() {
    let site = Site::new();
    let cookie = site.counting(7).await;
    let other_spelling = format!("__Host-i%64=x; \u{a0}__Host-id=x; __host-id=x; {cookie}");
    for lines in [
        vec!["a=1; lang=de; lang=en", cookie.as_str()],
        vec!["name=Jos\u{e9};;=", &cookie],
        vec![other_spelling.as_str()],
    ] {
        assert_eq!(count(&site, &lines).await, Some(7), "{lines:?}");
    }
}

#[tokio::test]
async fn req_07_any_value_is_anonymous_and_asks_the_store_for_no_nonsense() {
    let site = Site::new();
    let cookie = site.counting(7).await;
    for forged in ["", "'--", "..%00", &"A".repeat(10_000), &value(&cookie)[1..], "\u{e9}"] {
        assert_eq!(count(&site, &[&format!("__Host-id={forged}")]).await, None, "{forged}");
    }
    assert!(site.store.calls().is_empty());
}

#[tokio::test]
async fn cookie_has_the_name_and_the_same_site_that_were_chosen() {
    let options = Options {
        cookie_name: "sid".to_owned(),
        same_site: SameSite::Strict,
        ..Options::default()
    };
    let site = Site::with(&options);
    let session = site.open("__Host-id=AAAAAAAAAAAAAAAAAAAAAA");
    session.update(increment).await.unwrap();
    let header = set_cookie(&session).await.unwrap();
    assert!(header.starts_with("sid="), "{header}");
    let attributes = "; HttpOnly; SameSite=Strict; Secure; Path=/; Max-Age=1200";
    assert!(header.ends_with(attributes), "{header}");
}

#[tokio::test]
async fn req_51_id_has_22_characters() {
    let site = Site::new();
    let session = site.open("");
    session.update(|data| data.insert("long", "x".repeat(100_000))).await.unwrap();
    assert_eq!(value(&sent(&session).await.unwrap()).len(), 22);
}
