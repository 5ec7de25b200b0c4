use crate::data::SessionData;
use crate::error::Error;
use crate::sessions::Session;
use step_serve::Secret;
use subtle::ConstantTimeEq;

const TOKEN: &str = "_csrft_";

/// The token of the session's forms, made when the first one is shown.
pub fn token(session: &mut Session) -> Result<String, Error> {
    if let Some(token) = session.read().get(TOKEN)? {
        return Ok(token);
    }
    let token = String::from_utf8_lossy(Secret::generate()?.as_bytes()).into_owned();
    session.update(|data| Ok(data.insert(TOKEN, &token)?))?;
    Ok(token)
}

/// Whether a form has the session's token, in constant time.
pub fn verify(data: &SessionData, sent: &str) -> Result<bool, Error> {
    let token: Option<String> = data.get(TOKEN)?;
    Ok(token.is_some_and(|token| token.as_bytes().ct_eq(sent.as_bytes()).into()))
}
