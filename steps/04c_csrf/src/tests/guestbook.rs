use crate::guestbook::Guestbook;
use tempfile::TempDir;

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
