//! Any bytes as `Cookie` lines, alone and around the cookie of a session. A NUL, which no header can
//! hold, separates them.
//!
//! Nobody guesses 128 random bits, so lines without the id must never find the session. With it, they
//! find that session or none, and a change is in the session that the answer's cookie names. (The cookie
//! is compared with nothing here, because a fuzzer learns from comparisons.)

#![no_main]

use axum::http::{HeaderMap, HeaderValue, Method, header::COOKIE};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use store_engine::{Engine, MemoryStore, Options, Session};
use tokio::runtime::{Builder, Runtime};

const NAME: &str = "__Host-id=";
const PLANTED: u64 = 7;

struct Site {
    runtime: Runtime,
    engine: Engine,
    /// The cookie of a session that counts `PLANTED`.
    cookie: Vec<u8>,
}

static SITE: LazyLock<Site> = LazyLock::new(|| {
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    let engine = Engine::new(MemoryStore::default(), &Options::default()).unwrap();
    let session = engine.open(&Method::GET, &HeaderMap::new());
    let cookie = runtime.block_on(async {
        session.update(|data| data.insert("counter", PLANTED)).await.unwrap();
        sent(&session).await.unwrap()
    });
    Site { runtime, engine, cookie }
});

fuzz_target!(|bytes: &[u8]| {
    let parts: Vec<_> = bytes.split(|octet| *octet == 0).collect();
    assert_eq!(SITE.count(&parts), None);
    SITE.change(&parts);
    assert_eq!(SITE.count(&[&SITE.cookie]), Some(PLANTED));

    let [before, after, rest @ ..] = parts.as_slice() else { return };
    let line = [*before, b";", &SITE.cookie, b";", *after].concat();
    let is_alone = !bytes.windows(NAME.len()).any(|part| part == NAME.as_bytes())
        && !line[..before.len() + NAME.len()]
            .windows(NAME.len())
            .any(|part| part == NAME.as_bytes());
    let found = SITE.count(&[&[line.as_slice()], rest].concat());
    if is_alone && HeaderValue::from_bytes(&line).is_ok() {
        assert_eq!(found, Some(PLANTED));
    } else {
        assert!(matches!(found, None | Some(PLANTED)));
    }
});

impl Site {
    fn open(&self, lines: &[&[u8]]) -> Session {
        let lines = lines.iter().filter_map(|line| HeaderValue::from_bytes(line).ok());
        self.engine.open(&Method::GET, &lines.map(|line| (COOKIE, line)).collect::<HeaderMap>())
    }

    fn count(&self, lines: &[&[u8]]) -> Option<u64> {
        let session = self.open(lines);
        self.runtime.block_on(session.read()).unwrap().get("counter").unwrap()
    }

    /// Changes the session of these lines, which is a new one, and ends it again.
    fn change(&self, lines: &[&[u8]]) {
        let session = self.open(lines);
        self.runtime.block_on(async {
            session.update(|data| data.insert("counter", 1)).await.unwrap();
            let cookie = sent(&session).await.unwrap();
            let again = self.open(&[&cookie]);
            assert_eq!(again.read().await.unwrap().get("counter").unwrap(), Some(1));
            again.destroy().await.unwrap();
        });
    }
}

/// The pair of name and value that a response sets.
async fn sent(session: &Session) -> Option<Vec<u8>> {
    let header = session.close().await?;
    header.as_bytes().split(|octet| *octet == b';').next().map(<[u8]>::to_vec)
}
