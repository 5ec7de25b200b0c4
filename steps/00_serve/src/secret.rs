use crate::Error;
use std::{fs, io, io::Write, path::Path};
use tempfile::NamedTempFile;

// ANCHOR: secret
/// What cookies are signed with: at least 32 bytes that nobody else knows. It has no `Debug`.
///
/// RFC 2104 section 3 discourages keys shorter than the hash, which is 32 bytes for SHA-256.
#[derive(Clone)]
pub struct Secret(String);
// ANCHOR_END: secret

/// Out of tutorials and templates: what attackers try first (CVE-2023-27524).
const KNOWN: [&str; 5] = ["itsaseekreet", "changeme", "change-me", "keyboard cat", "your-secret"];

impl Secret {
    /// A new secret: 32 bytes of the system's randomness, as 64 hexadecimal digits.
    pub fn generate() -> io::Result<Self> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(io::Error::other)?;
        Ok(Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    // ANCHOR: text
    /// The secret's bytes, to derive keys from.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The secret as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
    // ANCHOR_END: text

    // ANCHOR: from_variable
    /// The secret in a variable of the environment, or `None` if there is no such variable.
    ///
    /// # Errors
    /// The secret is weak, or it isn't UTF-8.
    pub fn from_variable(name: &str) -> Result<Option<Self>, Error> {
        let Some(secret) = std::env::var_os(name) else { return Ok(None) };
        let Some(secret) = secret.to_str() else {
            return Err(format!("the variable {name} is not UTF-8: use digits and letters").into());
        };
        Self::checked(secret, &format!("in the variable {name}")).map(Some)
    }
    // ANCHOR_END: from_variable

    // ANCHOR: load
    pub(crate) fn load(file: &Path) -> Result<Self, Error> {
        if let Some(secret) = Self::from_variable("SECRET")? {
            return Ok(secret);
        }
        let name = file.display();
        let text = read_or_make(file).map_err(|error| {
            format!("cannot keep the secret in {name} ({error}): choose another --secret-file")
        })?;
        Self::checked(&text, &format!("in the file {name}"))
    }
    // ANCHOR_END: load

    // ANCHOR: checked
    fn checked(text: &str, place: &str) -> Result<Self, Error> {
        let secret = text.trim();
        let different = secret.bytes().collect::<std::collections::HashSet<_>>().len();
        let why = if KNOWN.iter().any(|known| secret.to_lowercase().contains(known)) {
            "is known from tutorials"
        } else if secret.len() < 32 {
            "is shorter than 32 bytes"
        } else if different < 8 {
            "has fewer than 8 different characters"
        } else {
            return Ok(Self(secret.to_owned()));
        };
        let advice = "put in one from `openssl rand -hex 32`, or take it out";
        Err(format!("the secret {place} {why}: {advice}").into())
    }
    // ANCHOR_END: checked
}

fn read_or_make(file: &Path) -> io::Result<String> {
    if !file.try_exists()? {
        make(file)?;
    }
    fs::read_to_string(file)
}

/// Puts a finished file into place: a crash leaves no half a secret, and of two programs that start
/// at once the second takes the secret of the first.
// ANCHOR: make
fn make(file: &Path) -> io::Result<()> {
    let mut draft = NamedTempFile::new_in(file.parent().unwrap_or(file))?;
    writeln!(draft, "{}", Secret::generate()?.0)?;
    draft.as_file().sync_all()?;
    match draft.persist_noclobber(file) {
        Err(taken) if taken.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(failed) => Err(failed.error),
        Ok(_) => Ok(()),
    }
}
// ANCHOR_END: make
