use crate::data::SessionData;
use crate::lifetime::now;

/// What a cookie holds. Times are seconds since 1970.
#[derive(Clone)]
pub struct Record {
    /// When the session was last used.
    pub accessed: u64,
    /// When it began.
    pub created: u64,
    pub data: SessionData,
}

impl Record {
    /// A session that begins now.
    pub fn new() -> Self {
        let now = now();
        Self { accessed: now, created: now, data: SessionData::default() }
    }

    pub fn from_json(json: &[u8]) -> serde_json::Result<Self> {
        let (accessed, created, data) = serde_json::from_slice(json)?;
        Ok(Self { accessed, created, data })
    }

    pub fn to_json(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(&(self.accessed, self.created, &self.data))
    }
}
