use super::new_store;
use crate::csrf;
use std::sync::Arc;
use tower_sessions::Session;

#[tokio::test]
async fn token_is_its_sessions_own() {
    let (_folder, store) = new_store().await;
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
