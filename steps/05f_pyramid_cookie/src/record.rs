use crate::data::SessionData;
use crate::lifetime::now;
use crate::python;

/// What a cookie holds. Times are seconds since 1970.
#[derive(Clone)]
pub struct Record {
    /// When the session was last used.
    pub accessed: u64,
    /// When it began, with a fraction, which has to go back as it came.
    pub created: f64,
    pub data: SessionData,
}

impl Record {
    /// A session that begins now.
    pub fn new() -> Self {
        let now = now();
        Self { accessed: now, created: now as f64, data: SessionData::default() }
    }

    /// Pyramid's `accessed` has a fraction too, if a view only called `changed()`.
    pub fn from_json(json: &[u8]) -> serde_json::Result<Self> {
        let (accessed, created, data): (f64, f64, _) = serde_json::from_slice(json)?;
        Ok(Self { accessed: accessed as u64, created, data })
    }

    pub fn to_json(&self) -> serde_json::Result<String> {
        python::to_json(&(self.accessed, self.created, &self.data))
    }
}
