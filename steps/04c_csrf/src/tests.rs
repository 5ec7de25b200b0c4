//! The original's four tests, and what no visitor can see from outside in good time.

use super::cart::Cart;
use super::catalogue::{Catalogue, Cents};
use super::flash::{Flash, Message};
use super::shop::ShopPage;
use super::views::{Page, TutorialViews};
use super::{app, csrf, guestbook::Guestbook, sessions};
use askama::Template;
use axum::extract::State;
use axum::{body::Body, http::Request, http::StatusCode};
use cookie::time::{Duration, OffsetDateTime};
use http_body_util::BodyExt;
use std::sync::Arc;
use step_serve::{Secret, Setup};
use tempfile::TempDir;
use tower::ServiceExt;
use tower_sessions::session::{Id, Record};
use tower_sessions::{Session, SessionStore};
use tower_sessions_rusqlite_store::RusqliteStore;

async fn store() -> (TempDir, RusqliteStore) {
    let folder = TempDir::new().unwrap();
    let store = sessions::store(folder.path()).await.unwrap();
    (folder, store)
}

fn views(store: RusqliteStore) -> TutorialViews {
    TutorialViews::new(Session::new(None, Arc::new(store), None))
}

#[tokio::test]
async fn home_view_is_named() {
    let (_folder, store) = store().await;
    let Ok(page) = views(store).home().await else { panic!("no page") };
    assert_eq!((page.name, page.count), ("Home View", 1));
}

#[tokio::test]
async fn hello_view_is_named() {
    let (_folder, store) = store().await;
    let Ok(page) = views(store).hello().await else { panic!("no page") };
    assert_eq!((page.name, page.count), ("Hello View", 1));
}

#[tokio::test]
async fn home_page_greets() {
    assert!(visit("/").await.contains("<h1>Hi Home View"));
}

#[tokio::test]
async fn hello_page_greets() {
    assert!(visit("/howdy").await.contains("<h1>Hi Hello View"));
}

async fn visit(path: &str) -> String {
    let folder = TempDir::new().unwrap();
    let state_dir = folder.path().to_owned();
    let setup = Setup { state_dir, secret: Secret::generate().unwrap() };
    let request = Request::get(path).body(Body::empty()).unwrap();
    let response = app(&setup).await.unwrap().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let body = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

/// A session that ended a minute ago, or that will.
async fn record(store: &RusqliteStore, minutes_left: i64) -> Id {
    let expiry_date = OffsetDateTime::now_utc() + Duration::minutes(minutes_left);
    let data = [("counter".to_owned(), 7.into())].into();
    let mut record = Record { id: Id::default(), data, expiry_date };
    store.create(&mut record).await.unwrap();
    record.id
}

#[tokio::test]
async fn expired_session_counts_from_one() {
    let (_folder, store) = store().await;
    for (minutes_left, count) in [(1, 8), (-1, 1)] {
        let id = record(&store, minutes_left).await;
        let session = Session::new(Some(id), Arc::new(store.clone()), None);
        let Ok(page) = TutorialViews::new(session).home().await else { panic!("no page") };
        assert_eq!(page.count, count);
    }
}

#[tokio::test]
async fn expired_sessions_are_swept() {
    let (folder, store) = store().await;
    let living = record(&store, 1).await;
    record(&store, -1).await;
    let rows = rusqlite::Connection::open(folder.path().join("sessions.sqlite")).unwrap();
    let count = || rows.query_one("SELECT count(*) FROM tower_sessions", [], |row| row.get(0));
    assert_eq!(count(), Ok(2));
    let sweeper = tokio::spawn(sessions::sweep(store.clone()));
    while count() != Ok(1) {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    sweeper.abort();
    assert!(store.load(&living).await.unwrap().is_some());
}

#[tokio::test]
async fn store_keeps_a_write_ahead_log() {
    let (folder, _store) = store().await;
    let rows = rusqlite::Connection::open(folder.path().join("sessions.sqlite")).unwrap();
    let mode: String = rows.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
}

#[tokio::test]
async fn notes_are_read_latest_first() {
    let folder = TempDir::new().unwrap();
    let guestbook = Guestbook::open(folder.path()).await.unwrap();
    for number in 1..=22 {
        assert!(guestbook.add(format!("Note {number}")).await.unwrap());
    }
    assert!(!guestbook.add("Note 22".to_owned()).await.unwrap());
    let notes = guestbook.notes().await.unwrap();
    assert_eq!((notes.len(), notes[0].as_str(), notes[19].as_str()), (20, "Note 22", "Note 3"));
}

async fn flash() -> (TempDir, Session, Flash) {
    let (folder, store) = store().await;
    let session = Session::new(None, Arc::new(store), None);
    (folder, session.clone(), Flash::new(session))
}

fn message(text: &str) -> Message {
    Message::new("info", text)
}

#[tokio::test]
async fn popped_messages_are_gone() {
    let (_folder, _session, mut flash) = flash().await;
    for text in ["one", "two", "two"] {
        flash.flash(message(text), "", true).await.unwrap();
    }
    let expected = [message("one"), message("two"), message("two")];
    assert_eq!(flash.peek_flash("").await.unwrap(), expected);
    assert_eq!(flash.pop_flash("").await.unwrap(), expected);
    assert_eq!(flash.pop_flash("").await.unwrap(), []);
}

#[tokio::test]
async fn queues_are_apart() {
    let (_folder, _session, mut flash) = flash().await;
    flash.flash(message("one"), "warn", true).await.unwrap();
    flash.flash(message("two"), "any name", true).await.unwrap();
    assert_eq!(flash.pop_flash("").await.unwrap(), []);
    assert_eq!(flash.pop_flash("any name").await.unwrap(), [message("two")]);
    assert_eq!(flash.pop_flash("warn").await.unwrap(), [message("one")]);
}

#[tokio::test]
async fn duplicate_is_dropped_when_it_is_not_allowed() {
    let (_folder, _session, flash) = flash().await;
    for _ in 0..2 {
        flash.flash(message("one"), "", false).await.unwrap();
        flash.flash(message("one"), "warn", false).await.unwrap();
    }
    assert_eq!(flash.peek_flash("").await.unwrap(), [message("one")]);
    assert_eq!(flash.peek_flash("warn").await.unwrap(), [message("one")]);
}

#[tokio::test]
async fn empty_pop_and_peek_change_nothing() {
    let (_folder, session, mut flash) = flash().await;
    flash.peek_flash("").await.unwrap();
    flash.pop_flash("").await.unwrap();
    assert!(!session.is_modified());
}

#[tokio::test]
async fn message_of_now_is_never_in_the_session() {
    let (_folder, session, mut flash) = flash().await;
    flash.now(message("one"), "warn");
    assert_eq!(flash.pop_flash("").await.unwrap(), []);
    assert_eq!(flash.pop_flash("warn").await.unwrap(), [message("one")]);
    assert_eq!(flash.pop_flash("warn").await.unwrap(), []);
    assert!(!session.is_modified());
}

#[tokio::test]
async fn kept_messages_come_before_later_ones() {
    let (_folder, _session, mut flash) = flash().await;
    flash.flash(message("one"), "", true).await.unwrap();
    let taken = flash.pop_flash("").await.unwrap();
    flash.flash(message("two"), "", true).await.unwrap();
    flash.keep(taken, "").await.unwrap();
    assert_eq!(flash.pop_flash("").await.unwrap(), [message("one"), message("two")]);
}

#[tokio::test]
async fn queue_that_cannot_be_read_is_empty() {
    let (_folder, session, flash) = flash().await;
    session.insert("_f_", "not a list of messages").await.unwrap();
    assert_eq!(flash.peek_flash("").await.unwrap(), []);
    flash.flash(message("one"), "", true).await.unwrap();
    assert_eq!(flash.peek_flash("").await.unwrap(), [message("one")]);
}

#[test]
fn message_is_text_and_not_markup() {
    let messages = vec![Message::new("\"><b>", "<script>alert(1)</script>")];
    let page = Page { name: "Home View", count: 1, messages }.render().unwrap();
    assert!(!page.contains("<script>") && !page.contains("<b>"), "{page}");
}

#[tokio::test]
async fn req_56_style_needs_no_store() {
    let folder = TempDir::new().unwrap();
    let state_dir = folder.path().to_owned();
    let setup = Setup { state_dir, secret: Secret::generate().unwrap() };
    let app = app(&setup).await.unwrap();
    let request = Request::get("/").body(Body::empty()).unwrap();
    let cookie = app.clone().oneshot(request).await.unwrap().headers()["set-cookie"].clone();
    let rows = rusqlite::Connection::open(folder.path().join("sessions.sqlite")).unwrap();
    rows.execute_batch("DROP TABLE tower_sessions").unwrap();
    let paths = [("/shop.css", StatusCode::OK), ("/shop", StatusCode::SERVICE_UNAVAILABLE)];
    for (path, status) in paths {
        let request = Request::get(path).header("cookie", &cookie).body(Body::empty()).unwrap();
        assert_eq!(app.clone().oneshot(request).await.unwrap().status(), status);
    }
}

#[test]
fn cents_keep_their_zeros() {
    for (cents, shown) in [(0, "€ 0.00"), (5, "€ 0.05"), (100, "€ 1.00"), (3990, "€ 39.90")]
    {
        assert_eq!(Cents(cents).to_string(), shown);
    }
}

#[tokio::test]
async fn price_in_the_table_is_not_put_back_at_a_start() {
    let folder = TempDir::new().unwrap();
    Catalogue::open(folder.path()).await.unwrap();
    let rows = rusqlite::Connection::open(folder.path().join("sessions.sqlite")).unwrap();
    rows.execute("UPDATE products SET cents = 399 WHERE id = 'tea'", []).unwrap();
    let products = Catalogue::open(folder.path()).await.unwrap().products().await.unwrap();
    assert_eq!(products.iter().find(|product| product.id == "tea").unwrap().price.0, 399);
}

async fn shop(stored: impl serde::Serialize) -> (ShopPage, Session) {
    let (folder, store) = store().await;
    let catalogue = Catalogue::open(folder.path()).await.unwrap();
    let session = Session::new(None, Arc::new(store), None);
    session.insert("cart", stored).await.unwrap();
    let page = TutorialViews::new(session.clone()).shop(State(catalogue)).await;
    let Ok(page) = page else { panic!("no page") };
    (page, session)
}

#[tokio::test]
async fn cart_of_version_1_is_read() {
    let (page, _session) = shop(["tea", "cup", "tea"]).await;
    assert_eq!((page.cart.quantity("tea"), page.cart.quantity("cup")), (2, 1));
    assert_eq!((page.total.0, page.messages.len()), (1700, 0));
}

#[tokio::test]
async fn cart_that_cannot_be_read_is_dropped_with_a_note() {
    let of_version = |version| serde_json::json!({"version": version, "quantities": {"tea": 1}});
    let vast = serde_json::json!({"version": 2, "quantities": {"tea": 4_294_967_296_u64}});
    let text = serde_json::json!("tea");
    for stored in [of_version(1), of_version(3), vast, text, serde_json::json!([1, 2])] {
        let (page, session) = shop(stored).await;
        assert_eq!((page.total.0, page.messages.len()), (0, 1));
        assert_eq!(page.messages[0].level, "warn");
        let cart = Cart::load(&session).await.unwrap();
        assert!(cart.is_some(), "the cart that cannot be read is still there");
    }
}

#[tokio::test]
async fn product_that_left_the_catalogue_costs_nothing() {
    let (page, _session) = shop(["tea", "teapot"]).await;
    assert_eq!(page.total.0, 425);
}

#[tokio::test]
async fn session_holds_no_price_and_no_name() {
    let (_folder, store) = store().await;
    let session = Session::new(None, Arc::new(store), None);
    Cart::of(vec!["tea".to_owned()]).save(&session).await.unwrap();
    let stored: serde_json::Value = session.get("cart").await.unwrap().unwrap();
    assert_eq!(stored, serde_json::json!({"version": 2, "quantities": {"tea": 1}}));
}

#[tokio::test]
async fn token_is_its_sessions_own() {
    let (_folder, store) = store().await;
    let store = Arc::new(store);
    let one = Session::new(None, store.clone(), None);
    let other = Session::new(None, store, None);
    assert!(!csrf::accepts(&one, "").await.unwrap(), "a session without a token accepts nothing");
    let token = csrf::token(&one).await.unwrap();
    assert_eq!(csrf::token(&one).await.unwrap(), token);
    assert_eq!(token.len(), 64);
    assert!(csrf::accepts(&one, &token).await.unwrap());
    assert!(!csrf::accepts(&other, &token).await.unwrap());
    csrf::token(&other).await.unwrap();
    assert!(!csrf::accepts(&other, &token).await.unwrap());
    assert!(!csrf::accepts(&one, &token[1..]).await.unwrap());
    assert!(!csrf::accepts(&one, "").await.unwrap());
}
