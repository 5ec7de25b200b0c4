//! The steps in a real browser, which enforces what a test's cookie jar does not.

#![allow(clippy::unwrap_used)]

use browser::{console, in_chromium};
use std::path::Path;
use std::process::Stdio;
use tempfile::TempDir;
use thirtyfour::prelude::*;
use walks::harness::{Launch, Program, binary};

fn serve(package: &str, state: &TempDir) -> Program {
    let launch = Launch::program(binary::of_package(package).unwrap());
    Program::start(&launch, state.path(), Stdio::null()).unwrap()
}

async fn text(driver: &WebDriver, selector: &str) -> WebDriverResult<String> {
    driver.find(By::Css(selector)).await?.text().await
}

#[tokio::test]
async fn count_goes_on_in_a_browser_after_a_restart() {
    let state = TempDir::new().unwrap();
    let program = serve("step-sessions", &state);
    in_chromium((640, 400), async |driver| {
        driver.goto(&program.url).await?;
        assert_eq!(text(driver, "p").await?, "Count: 1");
        driver.refresh().await?;
        assert_eq!(text(driver, "p").await?, "Count: 2");
        driver.goto(format!("{}/howdy", program.url)).await?;
        assert_eq!(text(driver, "h1").await?, "Hi Hello View");
        assert_eq!(text(driver, "p").await?, "Count: 3");

        program.kill().unwrap();
        let program = serve("step-sessions", &state);
        driver.goto(&program.url).await?;
        assert_eq!(text(driver, "p").await?, "Count: 4");

        let readable = driver.execute("return document.cookie", vec![]).await?;
        assert_eq!(readable.json(), "", "a script can read the cookie");
        let cookie = driver.get_named_cookie("id").await?;
        assert_eq!((cookie.secure, cookie.path.as_deref()), (Some(true), Some("/")));
        take_picture(driver).await
    })
    .await
    .unwrap();
}

/// The README's picture: `just picture` says where it goes.
async fn take_picture(driver: &WebDriver) -> WebDriverResult<()> {
    match std::env::var_os("PICTURE") {
        Some(file) => driver.screenshot(Path::new(&file)).await,
        None => Ok(()),
    }
}

#[tokio::test]
async fn pages_write_nothing_to_the_console() {
    let state = TempDir::new().unwrap();
    let program = serve("step-sessions", &state);
    in_chromium((640, 400), async |driver| {
        for path in ["/", "/howdy"] {
            driver.goto(format!("{}{path}", program.url)).await?;
        }
        // A browser asks for this file by itself, and a step has none.
        let mut console = console(driver).await?;
        console.retain(|entry| !entry.contains("/favicon.ico"));
        assert_eq!(console, Vec::<String>::new());
        Ok(())
    })
    .await
    .unwrap();
}
