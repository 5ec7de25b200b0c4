//! What no visitor can see from outside.

use super::flash::{Flash, Message};
use super::{store, views::Page};
use askama::Template;
use std::sync::Arc;
use tempfile::TempDir;
use tower_sessions::Session;

async fn flash() -> (TempDir, Session, Flash) {
    let folder = TempDir::new().unwrap();
    let store = store::open(folder.path()).await.unwrap();
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
