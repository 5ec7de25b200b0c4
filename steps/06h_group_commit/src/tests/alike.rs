//! The store in memory and the one on a disk answer alike.

use super::helpers::{file_in, open};
use crate::data::SessionData;
use crate::id::{Id, Key};
use crate::memory::MemoryStore;
use crate::record::{Found, Record};
use crate::store::Store;
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

const HOUR: Duration = Duration::from_secs(60 * 60);

/// Numbers by chance, the same ones for the same seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn time(&mut self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000) + self.below(100) as u32 * HOUR
    }

    fn record(&mut self) -> Record {
        let mut data = SessionData::default();
        data.insert("number", self.below(1000)).unwrap();
        let version = self.below(3);
        let [created, accessed, expires] = [self.time(), self.time(), self.time()];
        Record { data, version, created, accessed, expires }
    }
}

fn describe(found: Found<Record>) -> String {
    match found {
        Found::Live(record) => {
            let number: Option<u64> = record.data.get("number").unwrap();
            let times = [record.created, record.accessed, record.expires];
            format!("version {} of {number:?} with {times:?}", record.version)
        }
        Found::Renamed => "renamed".into(),
        Found::Nothing => "nothing".into(),
    }
}

/// Does something by chance, and says what came of it.
async fn step(store: &dyn Store, keys: &[Key], chance: &mut Chance) -> String {
    let key = &keys[chance.below(keys.len() as u64) as usize];
    let other = &keys[chance.below(keys.len() as u64) as usize];
    let now = chance.time();
    let record = chance.record();
    match chance.below(8) {
        0 => format!("create {:?}", store.create(key, &record).await.unwrap()),
        1 => format!("save {:?}", store.save(key, &record, chance.below(3)).await.unwrap()),
        2 => format!("touch {:?}", store.touch(key, &record).await.unwrap()),
        3 => format!("rename {:?}", store.rename(key, other, now).await.unwrap()),
        4 => format!("delete {:?}", store.delete(key).await.unwrap()),
        5 => format!("sweep {}", store.delete_expired(now, 1000).await.is_ok()),
        _ => format!("load {}", describe(store.load(key, now).await.unwrap())),
    }
}

#[tokio::test]
async fn memory_and_file_answer_alike_whatever_is_asked() {
    let folder = TempDir::new().unwrap();
    let file = open(&file_in(&folder));
    for seed in 0..20 {
        let memory = MemoryStore::default();
        let keys: Vec<Key> = (0..6).map(|_| Id::random().unwrap().key()).collect();
        let mut for_memory = Chance(seed);
        let mut for_file = Chance(seed);
        for turn in 0..100 {
            let expected = step(&memory, &keys, &mut for_memory).await;
            let found = step(&*file, &keys, &mut for_file).await;
            assert_eq!(found, expected, "seed {seed}, turn {turn}");
        }
    }
}
