//! A real browser: Chromium, driven through its ChromeDriver.
//!
//! Both are looked for under the names `chromium` and `chromedriver`; the environment variables
//! `CHROMIUM` and `CHROMEDRIVER` name others.

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;
use thirtyfour::prelude::*;
use thirtyfour::{ChromeCapabilities, ChromiumLikeCapabilities, LoggingPrefsLogLevel};

/// ChromeDriver, and with it the browser that it starts: both are in one process group.
struct Chromedriver(Child);

impl Drop for Chromedriver {
    fn drop(&mut self) {
        #[cfg(unix)]
        {
            use nix::{sys::signal, unistd::Pid};
            let group = Pid::from_raw(self.0.id().cast_signed());
            let _ = signal::killpg(group, signal::Signal::SIGKILL);
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Without the first three, Chromium does not start on a machine without display or as root; the
/// others keep it from calling home.
const FLAGS: [&str; 8] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

const STARTS: u32 = 5;

/// Chromium makes no window narrower than this; it lays pages out for a narrower one all the same.
const NARROWEST: u32 = 500;

/// Opens a browser with a fresh profile and a window of this width and height in pixels, does
/// something in it, and closes it, also when that fails.
///
/// The error says what to install or which variable to set when there is no browser.
pub async fn in_chromium(
    (width, height): (u32, u32),
    act: impl AsyncFnOnce(&WebDriver) -> WebDriverResult<()>,
) -> Result<(), Box<dyn Error>> {
    let profile = TempDir::with_prefix("browser-")?;
    let capabilities = capabilities(&profile, width, height)?;
    let (_chromedriver, port) = start_chromedriver(&profile)?;
    let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities)
        .await
        .map_err(|error| format!("Chromium does not start: {error}"))?;
    let done = driver.run_and_quit(async |driver| {
        if width < NARROWEST {
            let devtools = driver.cdp();
            devtools.emulation().set_device_metrics_override(width, height, 1.0, false).await?;
        }
        act(&driver).await
    });
    Ok(done.await?)
}

/// Everything the pages wrote to the console, and what the browser itself wrote about them.
pub async fn console(driver: &WebDriver) -> WebDriverResult<Vec<String>> {
    let entries = driver.get_log("browser").await?;
    Ok(entries.into_iter().map(|entry| entry.message).collect())
}

/// Starts it again when it finds no port: it takes a free one of `[::1]`, and exits when another
/// program has that one of `127.0.0.1`, which happens about once in 1,000 starts while steps run.
fn start_chromedriver(profile: &TempDir) -> Result<(Chromedriver, u16), String> {
    let mut said = String::new();
    for _ in 0..STARTS {
        let mut chromedriver = spawn_chromedriver(profile)?;
        let output = chromedriver.0.stdout.take().ok_or("chromedriver has no standard output")?;
        match port(BufReader::new(output)) {
            Ok(port) => return Ok((chromedriver, port)),
            Err(lines) => said = lines,
        }
    }
    Err(format!("chromedriver did not say on which port it listens, only this:\n{said}"))
}

fn spawn_chromedriver(profile: &TempDir) -> Result<Chromedriver, String> {
    let chromedriver = std::env::var("CHROMEDRIVER").unwrap_or("chromedriver".to_owned());
    let mut command = Command::new(&chromedriver);
    command.arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null());
    // A browser that is killed leaves its temporary files, so they go where the profile goes.
    command.env("TMPDIR", profile.path());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.spawn().map(Chromedriver).map_err(|error| {
        format!(
            "{chromedriver} does not start ({error}): install Chromium and its driver (Debian: \
             chromium chromium-driver), or name them with CHROMIUM and CHROMEDRIVER"
        )
    })
}

/// The port that one of these lines names, or all of them.
fn port(lines: impl BufRead) -> Result<u16, String> {
    let mut said = String::new();
    for line in lines.lines().map_while(Result::ok) {
        if let Some((_, port)) = line.split_once("on port ")
            && let Ok(port) = port.trim_end_matches('.').parse()
            && port != 0
        {
            return Ok(port);
        }
        said.push_str(&line);
        said.push('\n');
    }
    Err(said)
}

fn capabilities(profile: &TempDir, width: u32, height: u32) -> WebDriverResult<ChromeCapabilities> {
    let mut capabilities = DesiredCapabilities::chrome();
    for flag in FLAGS {
        capabilities.add_arg(flag)?;
    }
    capabilities.add_arg(&format!("--window-size={width},{height}"))?;
    capabilities.add_arg(&format!("--user-data-dir={}", profile.path().display()))?;
    if let Ok(chromium) = std::env::var("CHROMIUM") {
        capabilities.set_binary(&chromium)?;
    }
    capabilities.set_logging_prefs("browser", LoggingPrefsLogLevel::All)?;
    Ok(capabilities)
}
