use std::env;
use step_cookie_engine::{Engine, Options, Ring, Secret};
use step_serve::{Error, Setup};

/// The engine. Two variables say more: FORMAT=pyramid shares sessions with a Pyramid application
/// that has the same SECRET, and OLD_SECRET is one whose cookies are still to be read.
pub fn engine(setup: &Setup) -> Result<Engine, Error> {
    // ANCHOR: engine
    let format = env::var("FORMAT").unwrap_or_else(|_| "sealed".to_owned());
    let options = match format.as_str() {
        "sealed" => Options::sealed(),
        "pyramid" => Options::pyramid(),
        _ => return Err(format!("FORMAT={format} is unknown: use sealed or pyramid").into()),
    };
    let newest = Secret::new(std::str::from_utf8(setup.secret.as_bytes())?)?;
    let ring = match env::var("OLD_SECRET") {
        Ok(old) => Ring::new(newest).with_older(Secret::new(&old)?),
        Err(_) => Ring::new(newest),
    };
    Ok(Engine::new(&ring, &options)?)
    // ANCHOR_END: engine
}
